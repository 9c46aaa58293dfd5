"""One module per kind of entry, each a pure function `discover(body, url, entry)`, and the spider around them."""

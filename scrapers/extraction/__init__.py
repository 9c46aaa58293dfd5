"""extract(capture, source): from one archived exchange to its records. Pure; knows nothing of Scrapy."""

"""What anybody would write first: a Scrapy spider that puts every body into a WARC with warcio, and no more.

    python -m benchmarks.bare_spider FORM BASE_URL N_PAGES PATH

`plain` is Scrapy and warcio as they come; `packed` packs each record as ours are, at a level that costs less than
warcio's; `stripped` leaves out besides what of Scrapy such a spider could do without, had its author measured it.
"""

import sys
import zlib
from collections.abc import AsyncIterator
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.warc import GZIP_LEVEL


class Form(StrEnum):
    """How much thought went into the spider."""

    PLAIN = "plain"
    PACKED = "packed"
    STRIPPED = "stripped"


class BareSpider(Spider):
    """Fetches the pages of the site and writes them down."""

    name = "bare"

    def __init__(self, form: Form, base: str, n_pages: int, path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._urls = [f"{base}/news/{n}" for n in range(n_pages)]
        self._file = Path(path).open("wb")  # noqa: SIM115 - closed with the process
        self._is_warcio_packing = form is Form.PLAIN

    async def start(self) -> AsyncIterator[Request]:
        """Yield all pages; Scrapy's hook."""
        for url in self._urls:
            yield Request(url)

    def parse(self, response: Response, **_: Any) -> None:
        """Write a page; Scrapy's hook."""
        pairs = [(k.decode(), v.decode()) for k in response.headers for v in response.headers.getlist(k)]
        http = StatusAndHeaders(f"{response.status} OK", pairs, protocol="HTTP/1.1")
        buffer = BytesIO()
        writer = WARCWriter(buffer, gzip=self._is_warcio_packing)
        body = BytesIO(response.body)
        writer.write_record(writer.create_warc_record(response.url, "response", payload=body, http_headers=http))
        record = buffer.getvalue()
        self._file.write(record if self._is_warcio_packing else zlib.compress(record, GZIP_LEVEL, wbits=31))


SETTINGS = {
    "CONCURRENT_REQUESTS": 1,
    "LOG_LEVEL": "WARNING",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
}
WITHOUT = {"DOWNLOADER_MIDDLEWARES_BASE": {}, "SPIDER_MIDDLEWARES_BASE": {}, "CONCURRENT_ITEMS": 1}


def main(form: str, base: str, n_pages: str, path: str) -> None:
    """Crawl."""
    process = AsyncCrawlerProcess({**SETTINGS, **(WITHOUT if form == Form.STRIPPED else {})})
    process.crawl(BareSpider, form=Form(form), base=base, n_pages=int(n_pages), path=path)
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])

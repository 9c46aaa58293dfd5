"""What anybody would write first: a Scrapy spider that puts every body into a WARC with warcio, and no more."""

import sys
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


class BareSpider(Spider):
    """Fetches the pages of the site and writes them down."""

    name = "bare"

    def __init__(self, base: str, n_pages: int, path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._urls = [f"{base}/news/{n}" for n in range(n_pages)]
        self._writer = WARCWriter(Path(path).open("wb"), gzip=True)  # noqa: SIM115 - closed with the process

    async def start(self) -> AsyncIterator[Request]:
        """Yield all pages; Scrapy's hook."""
        for url in self._urls:
            yield Request(url)

    def parse(self, response: Response, **_: Any) -> None:
        """Write a page; Scrapy's hook."""
        pairs = [(k.decode(), v.decode()) for k in response.headers for v in response.headers.getlist(k)]
        http = StatusAndHeaders(f"{response.status} OK", pairs, protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body), http_headers=http
        )
        self._writer.write_record(record)


if __name__ == "__main__":
    settings = {
        "CONCURRENT_REQUESTS": 1,
        "LOG_LEVEL": "WARNING",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(BareSpider, base=sys.argv[1], n_pages=int(sys.argv[2]), path=sys.argv[3])
    process.start()

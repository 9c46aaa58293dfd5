"""Scrapy's settings for a crawl: politeness, identity, limits; each with its reason.

Scrapy's defaults are made for other purposes: no robots.txt, no delay, bodies of 1 GiB, certificates unchecked, two
remote consoles. What could reach outside by itself is off.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from scrapers.address_guard import LOOPBACK_ONLY
from scrapers.politeness import REQUESTS_PER_DAY
from scrapers.registry import Source

ROBOTS_TOKEN = "Kabarchy"  # noqa: S105 - a product token (RFC 9309, 2.2.1), not a secret
PAGE_MAX_BYTES = 5 * 2**20
"""Largest real page met has 2.2 MB; above 5 MB extraction takes seconds, at 20 MB it takes 40."""

TIMEOUT_S = 30
"""For a whole exchange, so that it also ends a body that drips; real pages took at most 8 s."""


class ContactRequiredError(Exception):
    """A real source may only be crawled under a name with which its operator can complain."""


def code_version() -> str:
    """Version of Kabarchy; `uninstalled` when it runs from a folder that was never installed."""
    try:
        return version("kabarchy")
    except PackageNotFoundError:
        return "uninstalled"


def user_agent(source: Source, contact_url: str | None) -> str:
    """Return the name under which a source is crawled. Raises ContactRequiredError without a contact address."""
    if contact_url:
        return f"Kabarchy/{code_version()} (+{contact_url})"
    if source.is_loopback:
        return f"Kabarchy/{code_version()} (loopback)"
    raise ContactRequiredError(f"{source.id}: KABARCHY_CONTACT_URL is required to crawl it: a page about who crawls")


def crawl_settings(source: Source, contact_url: str | None, max_rss_mb: int) -> dict[str, Any]:
    """Return Scrapy's settings for a crawl of one source. Raises ContactRequiredError."""
    return {
        **_identity(source, contact_url),
        **_politeness(source),
        **_components(),
        **_limits(max_rss_mb),
        **_order(),
    }


def _identity(source: Source, contact_url: str | None) -> dict[str, Any]:
    return {
        "USER_AGENT": user_agent(source, contact_url),
        "ROBOTSTXT_USER_AGENT": ROBOTS_TOKEN,
        # gzip only: cut br and zstd bodies become empty pages without an error.
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
        },
        "COOKIES_ENABLED": False,  # an outlet has no business knowing us again; with them Scrapy fetches a suffix list
        "REFERER_ENABLED": False,
        LOOPBACK_ONLY: source.is_loopback,
    }


def _politeness(source: Source) -> dict[str, Any]:
    return {
        # Second line behind PaceMiddleware, which keeps the same delay and can be told to wait longer or to stop.
        "DOWNLOAD_DELAY": source.delay_s,
        "DOWNLOAD_DELAY_JITTER": 0,  # the default lets the gap fall to half of what was promised
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        # One request in all: an outlet's hosts are often one machine, and the order of a crawl stays its own.
        "CONCURRENT_REQUESTS": 1,
        REQUESTS_PER_DAY: source.max_requests_per_day,
        "ROBOTSTXT_OBEY": True,  # read by nobody but people: RobotsMiddleware always obeys
    }


def _components() -> dict[str, Any]:
    builtin = "scrapy.downloadermiddlewares."
    return {
        # All there are. Of Scrapy's own, those for robots.txt, retries and redirects are less careful, and the
        # spider's drop long URLs without a word and cost a tenth of a fast crawl (measured 2026-11-25).
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {
            "scrapers.robots.RobotsMiddleware": 100,
            "scrapers.rights_files.RightsFilesMiddleware": 110,  # behind robots.txt, which it obeys
            builtin + "downloadtimeout.DownloadTimeoutMiddleware": 350,
            builtin + "defaultheaders.DefaultHeadersMiddleware": 400,
            builtin + "useragent.UserAgentMiddleware": 500,
            "scrapers.retries.RetryMiddleware": 550,
            "scrapers.politeness.PaceMiddleware": 990,  # last before the wire
        },
        # Those whose counts decide whether a crawl was good, and the memory limit. The others are off anyhow, but
        # merely to load the remote console takes a third of a second of processor time (measured 2026-11-25).
        "EXTENSIONS_BASE": {
            "scrapy.extensions.corestats.CoreStats": 0,
            "scrapy.extensions.logcount.LogCount": 0,
            "scrapers.memory.CrawlMemory": 0,
        },
        "DOWNLOAD_HANDLERS": {
            "http": "scrapers.http_handler.BoundedHandler",
            "https": "scrapers.http_handler.BoundedHandler",
            "file": None,
            "ftp": None,
            "s3": None,
            "data": None,
        },
        "TWISTED_DNS_RESOLVER": "scrapers.address_guard.GuardedResolver",
        "DNS_TIMEOUT": 10,  # a name that takes longer is broken; the default of 60 would hold the whole crawl
        "HTTPPROXY_ENABLED": False,  # a proxy named in the environment would walk around the address guard
        "REDIRECT_ENABLED": False,  # the frontier decides each redirect
        "METAREFRESH_ENABLED": False,  # parses pages in this process
        "COMPRESSION_ENABLED": False,  # scrapers.answers decodes, and notices what is cut
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,  # new in 2.19, on by default: executes Python sent to a port
        "DOWNLOAD_VERIFY_CERTIFICATES": True,  # off by default
        "LOG_INSTALL_ROOT_HANDLER": False,  # the command line owns the log
        "LOG_LEVEL": "INFO",
    }


def _limits(max_rss_mb: int) -> dict[str, Any]:
    return {
        "DOWNLOAD_TIMEOUT": TIMEOUT_S,
        "DOWNLOAD_MAXSIZE": PAGE_MAX_BYTES,  # the default is 1 GiB
        "DOWNLOAD_WARNSIZE": 0,  # size is an outcome, not a warning
        "MEMUSAGE_WARNING_MB": max_rss_mb,  # on which the spider ends the crawl as it does for time and signals
        "MEMUSAGE_CHECK_INTERVAL_SECONDS": 5,  # the default of 60 is a gigabyte too late
    }


def _order() -> dict[str, Any]:
    return {
        # For every answer Scrapy starts so many tasks that wait for items; we have none. 100, the default, cost a third
        # of all the time of a fast crawl (measured 2026-11-25).
        "CONCURRENT_ITEMS": 1,
        # The frontier lets each URL in once; first in, first out, so that a continued crawl does what an undisturbed
        # one does.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "SCHEDULER_START_MEMORY_QUEUE": None,
        "JOBDIR": None,  # loses pages on a kill and reports success; the archive is what is continued
    }

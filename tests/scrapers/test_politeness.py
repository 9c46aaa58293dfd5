"""Waiting, robots.txt, Retry-After, addresses and names: the parts that need no crawl to be seen."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from scrapy import Request

from scrapers.address_guard import is_refused
from scrapers.politeness import FAILURES_MAX, CrawlEndingError, HostClosedError, PaceMiddleware
from scrapers.registry import Source
from scrapers.retries import retry_after_s
from scrapers.robots import ROBOTS_MAX_BYTES, decode_robots
from scrapers.settings import ContactRequiredError, crawl_settings, user_agent

URL = "http://site.test/a"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def source(homepage: str) -> Source:
    return Source.model_validate(
        {
            "id": "site",
            "name": "Site",
            "homepage": homepage,
            "country": "KG",
            "languages": ["ky"],
            "timezone": "UTC",
            "status": {"state": "enabled", "since": "2026-11-20", "reason": "test"},
            "entries": [{"kind": "feed", "url": homepage + "feed.xml"}],
        }
    )


def seconds_of(pace: PaceMiddleware, *urls: str) -> float:
    async def send() -> None:
        for url in urls:
            await pace.process_request(Request(url))

    started = time.monotonic()
    asyncio.run(send())
    return time.monotonic() - started


def test_requests_to_one_host_are_the_delay_apart_and_hosts_do_not_wait_for_each_other() -> None:
    assert seconds_of(PaceMiddleware(0.1), URL, URL, URL) >= 0.2
    assert seconds_of(PaceMiddleware(30.0), URL, "http://www.site.test/a") < 5


def test_a_host_may_ask_for_a_longer_delay_never_for_a_shorter() -> None:
    slower, faster = PaceMiddleware(0.05), PaceMiddleware(0.2)
    slower.slow_down(URL, 0.2)
    faster.slow_down(URL, 0.01)

    assert seconds_of(slower, URL, URL) >= 0.2
    assert seconds_of(faster, URL, URL) >= 0.2


def test_a_host_that_wants_a_long_pause_is_closed_for_the_crawl() -> None:
    pace = PaceMiddleware(0.0)

    assert not pace.hold(URL, 3600.0, "status 503")
    with pytest.raises(HostClosedError, match="3600 s"):
        seconds_of(pace, URL)


def test_a_host_that_keeps_failing_rests_and_one_success_counts_anew() -> None:
    pace = PaceMiddleware(0.0)
    for _ in range(FAILURES_MAX - 1):
        pace.note_failure(URL, "status 500")
    pace.note_success(URL)
    pace.note_failure(URL, "status 500")
    seconds_of(pace, URL)

    for _ in range(FAILURES_MAX):
        pace.note_failure(URL, "status 500")
    with pytest.raises(HostClosedError, match="in a row"):
        seconds_of(pace, URL)


def test_what_waits_gives_up_when_the_crawl_ends() -> None:
    async def end_while_waiting() -> None:
        pace = PaceMiddleware(60.0)
        await pace.process_request(Request(URL))
        waiting = asyncio.create_task(pace.process_request(Request(URL)))
        await asyncio.sleep(0.05)
        pace.end()
        await waiting

    started = time.monotonic()
    with pytest.raises(CrawlEndingError):
        asyncio.run(end_while_waiting())
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"30", 30.0),
        (b"Fri, 20 Nov 2026 12:02:00 GMT", 120.0),
        (b"Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        (b"99999999999999999999", 999999999999.0),
        (b"-5", None),
        (b"soon", None),
        (b"", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(value: bytes | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


def test_a_robots_txt_is_read_up_to_a_line_end_in_utf_8_or_utf_16() -> None:
    rules = "User-agent: *\nDisallow: /жаңылык\n"

    assert decode_robots(rules.encode("utf-8-sig")) == rules
    assert decode_robots(rules.encode("utf-16")) == rules
    assert decode_robots(b"Disallow: /x\n" * 50_000).endswith("Disallow: /x")
    assert len(decode_robots(b"Disallow: /x\n" * 50_000)) <= ROBOTS_MAX_BYTES


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:10.0.0.1", "224.0.0.1"],  # noqa: S104
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert is_refused(address, is_loopback_only=False)


@pytest.mark.parametrize(("address", "refused"), [("127.0.0.7", False), ("8.8.8.8", True), ("10.0.0.1", True)])
def test_a_loopback_source_reaches_this_machine_only(address: str, refused: bool) -> None:
    assert is_refused(address, is_loopback_only=True) is refused


def test_public_addresses_are_connected_to() -> None:
    assert not is_refused("8.8.8.8", is_loopback_only=False)


def test_a_real_source_is_crawled_under_a_name_with_a_contact_only() -> None:
    real = source("https://site.test/")

    assert user_agent(real, "https://example.org/bot").endswith(" (+https://example.org/bot)")
    with pytest.raises(ContactRequiredError, match="KABARCHY_CONTACT_URL is required"):
        user_agent(real, None)


def test_what_could_reach_outside_by_itself_is_off() -> None:
    settings = crawl_settings(source("http://127.0.0.1:1/"), None, max_rss_mb=512)
    off = ["TELNETCONSOLE", "REMOTE_CONTROL", "HTTPPROXY", "COOKIES", "REFERER", "REDIRECT", "METAREFRESH"]

    assert [settings[f"{name}_ENABLED"] for name in off] == [False] * 7
    assert {name for name, handler in settings["DOWNLOAD_HANDLERS"].items() if handler} == {"http", "https"}
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True

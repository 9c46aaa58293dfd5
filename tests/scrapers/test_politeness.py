"""Waiting, robots.txt, Retry-After, addresses and names: the parts that need no crawl to be seen."""

import asyncio
import contextlib
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import Response

from scrapers.address_guard import is_refused
from scrapers.answers import Answer
from scrapers.challenges import find_challenge
from scrapers.clock import Clock
from scrapers.hosts import host_key
from scrapers.politeness import (
    FAILURES_MAX,
    CrawlEndingError,
    DailyBudgetError,
    HostBlockedError,
    HostClosedError,
    PaceMiddleware,
)
from scrapers.records import FailReason
from scrapers.registry import Source
from scrapers.retries import retry_after_s
from scrapers.robots import ROBOTS_MAX_BYTES, RobotsDisallowedError, decode_robots
from scrapers.settings import ContactRequiredError, crawl_settings, user_agent

URL = "http://site.example/a"
OTHER = "http://other.example/a"
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


def pace_of(folder: Path, delay_s: float = 0.0, *, per_day: int = 1000, at: datetime = NOW) -> PaceMiddleware:
    pace = PaceMiddleware(delay_s, folder / "hosts", per_day)
    pace.clock = Clock(at)
    return pace


async def exchange(pace: PaceMiddleware, url: str, takes_s: float = 0.0) -> None:
    request = Request(url)
    await pace.process_request(request)
    await asyncio.sleep(takes_s)
    pace.process_response(request, Response(url))


def seconds_of(pace: PaceMiddleware, *urls: str, takes_s: float = 0.0) -> float:
    async def send() -> None:
        for url in urls:
            await exchange(pace, url, takes_s)

    started = time.monotonic()
    asyncio.run(send())
    return time.monotonic() - started


def test_requests_to_one_host_are_the_delay_apart_and_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    assert seconds_of(pace_of(tmp_path, 0.1), URL, URL, URL) >= 0.2
    assert seconds_of(pace_of(tmp_path, 30.0), "http://a.example/", "http://b.example/") < 5


def test_the_hosts_of_one_domain_share_a_pace(tmp_path: Path) -> None:
    assert seconds_of(pace_of(tmp_path, 0.2), "https://www.outlet.kg/a", "http://rus.outlet.kg/b") >= 0.2


def test_crawls_of_several_sources_share_the_pace_of_a_host(tmp_path: Path) -> None:
    async def send() -> None:
        paces = [pace_of(tmp_path, 0.1) for _ in range(3)]
        await asyncio.gather(*(exchange(pace, URL) for pace in paces for _ in range(2)))

    started = time.monotonic()
    asyncio.run(send())

    assert time.monotonic() - started >= 0.5


def test_only_one_crawl_talks_to_a_host_at_a_time(tmp_path: Path) -> None:
    ends: list[float] = []

    async def talk(pace: PaceMiddleware) -> None:
        await exchange(pace, URL, 0.2)
        ends.append(time.monotonic())

    async def talk_both() -> None:
        await asyncio.gather(talk(pace_of(tmp_path)), talk(pace_of(tmp_path)))

    asyncio.run(talk_both())

    assert ends[1] - ends[0] >= 0.19


def test_a_crawl_that_was_killed_while_talking_to_a_host_holds_nobody_up(tmp_path: Path) -> None:
    code = f"""import os, pathlib, scrapers.hosts as h
file = h.HostFile(pathlib.Path({str(tmp_path / "hosts")!r}), h.host_key({URL!r}))
assert file.take_turn()
with file.change() as state:
    state.n_requests = 7
    os.kill(os.getpid(), 9)"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)

    assert killed.returncode == -9
    assert seconds_of(pace_of(tmp_path, 30.0), URL) < 5


@pytest.mark.parametrize("line", [b"", b"{", b"\xff" * 5000, b"[1]", b'{"talked_at_s": 1e300}', b'{"free_at_s": 1e12}'])
def test_a_state_that_cannot_be_right_costs_at_most_one_delay(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "hosts").mkdir()
    (tmp_path / "hosts" / f"{host_key(URL)}.json").write_bytes(line)

    assert 0.1 <= seconds_of(pace_of(tmp_path, 0.1), URL, URL) < 5


def test_after_a_slow_answer_a_host_rests_as_long_as_it_took(tmp_path: Path) -> None:
    assert seconds_of(pace_of(tmp_path, 0.1), URL, URL, takes_s=0.3) >= 0.9


def test_a_page_that_was_not_sent_leaves_the_pace_of_its_host_as_it_is(tmp_path: Path) -> None:
    pace = pace_of(tmp_path, 0.1)
    seconds_of(pace, URL)
    file = tmp_path / "hosts" / f"{host_key(URL)}.json"
    before = file.read_bytes()

    pace.process_exception(Request(URL), RobotsDisallowedError("robots.txt"))

    assert file.read_bytes() == before


def test_a_host_may_ask_for_a_longer_delay_never_for_a_shorter(tmp_path: Path) -> None:
    slower, faster = pace_of(tmp_path, 0.05), pace_of(tmp_path, 0.2)
    slower.slow_down(URL, 0.2)
    faster.slow_down(OTHER, 0.01)

    assert seconds_of(slower, URL, URL) >= 0.2
    assert seconds_of(faster, OTHER, OTHER) >= 0.2


def test_a_crawl_that_has_not_read_robots_txt_yet_keeps_the_delay_that_another_read_there(tmp_path: Path) -> None:
    knows, started = pace_of(tmp_path, 0.05), time.monotonic()

    seconds_of(knows, URL)
    knows.slow_down(URL, 0.3)
    seconds_of(pace_of(tmp_path, 0.05), URL)
    seconds_of(knows, URL)
    seconds_of(pace_of(tmp_path, 0.05), URL)

    assert time.monotonic() - started >= 0.9


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=366)], ids=["back", "forward"])
def test_a_clock_that_is_set_makes_no_pause_shorter_or_longer(tmp_path: Path, jump: timedelta) -> None:
    pace = pace_of(tmp_path, 0.2)
    seconds_of(pace, URL)

    pace.clock = Clock(NOW + jump)

    assert 0.2 <= seconds_of(pace, URL) < 5


def test_a_rest_that_begins_in_the_future_is_of_a_clock_that_was_set_back_and_void(tmp_path: Path) -> None:
    pace_of(tmp_path).close(URL, FailReason.CONNECTION, "5 failures in a row")

    assert seconds_of(pace_of(tmp_path, at=NOW - timedelta(hours=2)), URL) < 5


@pytest.mark.parametrize("asked_s", [-5.0, float("nan"), 0.0])
def test_a_delay_that_makes_no_sense_changes_nothing(tmp_path: Path, asked_s: float) -> None:
    pace = pace_of(tmp_path, 0.1)
    pace.slow_down(URL, asked_s)

    assert 0.1 <= seconds_of(pace, URL, URL) < 5
    assert pace._host(URL).delay_s == 0.1


@pytest.mark.parametrize(("asked_s", "kept_s"), [(119.0, 119.0), (1e6, 120.0)])
def test_a_delay_of_up_to_two_minutes_is_kept(tmp_path: Path, asked_s: float, kept_s: float) -> None:
    pace = pace_of(tmp_path)
    pace.slow_down(URL, asked_s)
    seconds_of(pace, URL)

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(exchange(pace, URL), 0.05))
    assert pace._host(URL).delay_s == kept_s


def test_the_requests_of_a_day_are_counted_over_all_crawls(tmp_path: Path) -> None:
    seconds_of(pace_of(tmp_path, per_day=3), URL, URL)
    next_crawl = pace_of(tmp_path, per_day=3)
    seconds_of(next_crawl, URL)

    with pytest.raises(DailyBudgetError, match="3 requests on 2026-11-20"):
        seconds_of(next_crawl, URL)
    seconds_of(next_crawl, OTHER)
    seconds_of(pace_of(tmp_path, per_day=3, at=NOW + timedelta(days=1)), URL)


def test_a_host_that_wants_a_long_pause_rests_until_then_also_for_later_crawls(tmp_path: Path) -> None:
    assert not pace_of(tmp_path).hold(URL, 7200.0, "status 503")

    with pytest.raises(HostClosedError, match="7200 s"):
        seconds_of(pace_of(tmp_path, at=NOW + timedelta(minutes=119)), URL)
    seconds_of(pace_of(tmp_path, at=NOW + timedelta(minutes=121)), URL)


def test_a_host_that_keeps_failing_rests_and_one_success_counts_anew(tmp_path: Path) -> None:
    pace = pace_of(tmp_path)
    for _ in range(FAILURES_MAX - 1):
        pace.note_failure(URL, "status 500")
    pace.note_success(URL)
    pace.note_failure(URL, "status 500")
    seconds_of(pace, URL)

    for _ in range(FAILURES_MAX):
        pace.note_failure(URL, "status 500")
    with pytest.raises(HostClosedError, match="in a row"):
        seconds_of(pace, URL)


def test_a_host_that_stays_dead_is_asked_ever_more_rarely(tmp_path: Path) -> None:
    def asks(hour: int) -> bool:
        pace = pace_of(tmp_path, at=NOW + timedelta(hours=hour))
        with contextlib.suppress(HostClosedError):
            seconds_of(pace, URL)
            pace.close(URL, FailReason.ROBOTS_UNREACHABLE, "robots.txt: timeout")
            return True
        return False

    assert [hour for hour in range(100) if asks(hour)] == [0, 1, 4, 10, 21, 43, 65, 87]


def test_a_host_that_turns_us_away_is_blocked_not_dead(tmp_path: Path) -> None:
    pace_of(tmp_path).close(URL, FailReason.BLOCKED, "challenge")

    with pytest.raises(HostBlockedError, match="challenge"):
        seconds_of(pace_of(tmp_path, at=NOW + timedelta(hours=5)), URL)
    seconds_of(pace_of(tmp_path, at=NOW + timedelta(hours=6)), URL)


def test_what_waits_gives_up_when_the_crawl_ends(tmp_path: Path) -> None:
    async def end_while_waiting() -> None:
        pace = pace_of(tmp_path, 60.0)
        await exchange(pace, URL)
        waiting = asyncio.create_task(pace.process_request(Request(URL)))
        await asyncio.sleep(0.05)
        pace.end()
        await waiting

    started = time.monotonic()
    with pytest.raises(CrawlEndingError):
        asyncio.run(end_while_waiting())
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("script", "challenger"),
    [
        (b"/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=1", "Cloudflare"),
        (b"/cdn-cgi/challenge-platform/h/g/scripts/jsd/0f/main.js", None),
        (b"/cdn-cgi/challenge-platform/scripts/jsd/main.js", None),
    ],
)
def test_a_script_that_watches_visitors_is_no_challenge(script: bytes, challenger: str | None) -> None:
    body = b"<html><a href=/news/1>News</a><script src='" + script + b"'></script></html>"

    assert find_challenge(Answer(url=URL, status=200, headers=(), body=body, received_at=NOW)) == challenger


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

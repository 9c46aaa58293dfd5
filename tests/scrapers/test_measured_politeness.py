"""What ten hosts write down while two sources that share them are crawled at once."""

from collections.abc import Iterator

import pytest

from tests.scrapers.crawling import end_of, start_crawl
from tests.scrapers.internet import Internet, http, running

DELAY_S = 0.15
HOSTS = [f"host {n}" for n in range(10)]
SLOW = HOSTS[3]
"""Asks for a longer delay in its robots.txt."""
RULES = b"User-agent: *\nDisallow: /secret/\n"

pytestmark = pytest.mark.xdist_group("ten hosts")


def source_text(internet: Internet, own: str) -> str:
    hosts = [f"{address}:{internet.port}" for address in internet.addresses.values()]
    return f"""name = "{own}"
homepage = "{internet.base(HOSTS[0])}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = {DELAY_S}
[status]
state = "enabled"
since = 2026-11-20
reason = "test"
[[entries]]
kind = "feed"
url = "{internet.base(HOSTS[0])}/{own}.xml"
[articles]
hosts = {hosts}
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    home = tmp_path_factory.mktemp("ten")
    with running(HOSTS) as internet:
        paths = ["/{own}/1", "/secret/{own}", "/{own}/moved", "/{own}/busy"]
        for name in HOSTS:
            internet.routes[name] = {"/robots.txt": http(RULES)}
            for own in ("one", "two"):
                internet.routes[name] |= {
                    f"/{own}/1": http(b"<html><p>x</p></html>"),
                    f"/secret/{own}": http(b"<html><p>secret</p></html>"),
                    f"/{own}/moved": http(status=302, Location=f"/{own}/target"),
                    f"/{own}/target": http(b"<html><p>x</p></html>"),
                    f"/{own}/busy": http(status=500),
                }
        internet.routes[SLOW] |= {"/robots.txt": http(RULES + b"Crawl-delay: 0.4\n")}
        for own in ("one", "two"):
            links = [internet.base(name) + path.format(own=own) for path in paths for name in HOSTS]
            items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
            feed = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
            internet.routes[HOSTS[0]] |= {f"/{own}.xml": http(feed)}
            (home / own).mkdir()  # a registry each: one would not let two sources have the same hosts for articles
            (home / own / f"{own}.toml").write_text(source_text(internet, own), encoding="utf-8")
        children = [start_crawl(home, "--sources", str(home / own), source=own) for own in ("one", "two")]
        assert [end_of(child).summary["finish_reason"] for child in children] == ["finished"] * 2
        yield internet


@pytest.mark.parametrize("name", HOSTS)
def test_no_host_sees_more_than_its_rate_from_all_crawls_together(asked: Internet, name: str) -> None:
    wanted_s = 0.4 if name == SLOW else DELAY_S
    first, *gaps = asked.gaps(name)

    assert first >= DELAY_S  # what may be a second robots.txt, asked for before anybody has read the first
    assert len(gaps) >= 12
    assert min(gaps) >= wanted_s


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_has_one_request_at_a_time_and_none_that_is_disallowed(asked: Internet, name: str) -> None:
    assert asked.n_at_once[name] == 1
    assert [path for path in asked.paths(name) if path.startswith("/secret/")] == []

import gzip
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree

from samples.world import DAY_INSTANTS, NewsWorld, PortTakenError
from scrapers.registry_folder import load_registry
from tests.samples.client import get

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XML_DOCUMENTS = [
    ("tunduk_times", "/rss.xml"),
    ("jailoo_brief", "/feed.xml"),
    ("subhi_pomir", "/feed/"),
    ("oqtepa_sadosi", "/atom.xml"),
    ("chinor_xabar", "/news-sitemap.xml"),
    ("dala_tany", "/sitemap.xml"),
    ("dala_tany", "/sitemap-news.xml"),
]


def test_the_registry_that_is_written_loads_and_names_the_running_servers(world: NewsWorld, tmp_path: Path) -> None:
    ids = world.write_registry(tmp_path)

    sources = load_registry(tmp_path)

    assert sorted(sources) == ids == sorted(world.base_urls)
    assert {source.id: f"http://{urlsplit(source.homepage).netloc}" for source in sources.values()} == world.base_urls


def test_outlets_differ_in_rights(world: NewsWorld, tmp_path: Path) -> None:
    world.write_registry(tmp_path)

    levels = [str(source.rights.level) for source in load_registry(tmp_path).values()]

    assert (levels.count("full_text"), levels.count("excerpt"), levels.count("metadata")) == (1, 2, 6)


@pytest.mark.parametrize("host", ["127.0.0.7", "localhost"])
def test_the_world_runs_under_other_host_names(host: str) -> None:
    with NewsWorld(host=host) as world:
        answer = get(world.base_urls["dala_tany"] + "/sitemap.xml")

        assert urlsplit(world.base_urls["dala_tany"]).hostname == host
        assert f"http://{host}:".encode() in answer.body


def test_the_world_takes_consecutive_ports_from_the_first_one() -> None:
    first = _a_stretch_of_free_ports()

    with NewsWorld(first_port=first) as world:
        ports = [urlsplit(url).port for url in world.base_urls.values()]

    assert ports == list(range(first, first + 9))


def test_a_taken_port_is_named_and_nothing_stays_open() -> None:
    first = _a_stretch_of_free_ports()

    with (
        socket.create_server(("127.0.0.1", first + 2)),
        pytest.raises(PortTakenError, match=f"port {first + 2}"),
        NewsWorld(first_port=first),
    ):
        pass

    with NewsWorld(first_port=first) as world:
        assert len(world.base_urls) == 9


def test_a_day_that_the_world_does_not_have_is_refused(world: NewsWorld) -> None:
    with pytest.raises(ValueError, match="no day 4"):
        world.day = 4


def test_the_date_header_tells_the_worlds_time(world: NewsWorld) -> None:
    world.day = 2

    answer = get(world.base_urls["jailoo_brief"] + "/feed.xml")

    assert answer.headers["date"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    assert world.now == DAY_INSTANTS[2]


def test_requests_are_remembered_with_what_politeness_is_judged_by(world: NewsWorld) -> None:
    get(world.base_urls["subhi_pomir"] + "/feed/?utm_source=x", user_agent="sample-bot/1")

    seen = world.requests[-1]

    assert (seen.source_id, seen.path, seen.status) == ("subhi_pomir", "/feed/?utm_source=x", 200)
    assert (seen.user_agent, seen.method) == ("sample-bot/1", "GET")


def test_a_client_that_hangs_up_leaves_no_trace(world: NewsWorld, capfd: pytest.CaptureFixture[str]) -> None:
    parts = urlsplit(world.base_urls["vecherniy_topol"])

    with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(b"GET /lenta/ HTTP/1.1\r\nHost: x\r\n\r\n")

    assert get(world.base_urls["vecherniy_topol"] + "/lenta/").status == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("source_id", "path"), XML_DOCUMENTS)
@pytest.mark.parametrize("day", DAY_INSTANTS)
def test_feeds_and_sitemaps_are_well_formed(world: NewsWorld, source_id: str, path: str, day: int) -> None:
    world.day = day

    document = etree.fromstring(get(world.base_urls[source_id] + path).body)

    assert len(document) > 0


def test_the_gzipped_sitemap_is_a_gzip_file_of_a_sitemap(world: NewsWorld) -> None:
    answer = get(world.base_urls["dala_tany"] + "/sitemap-archive.xml.gz")

    document = etree.fromstring(gzip.decompress(answer.body))

    assert "content-encoding" not in answer.headers
    assert len(document.findall(f"{SITEMAP}url/{SITEMAP}loc")) == 2


def test_the_windows_1251_pages_are_so_in_bytes_and_only_the_page_says_so(world: NewsWorld) -> None:
    answer = get(world.base_urls["vecherniy_topol"] + "/lenta/4503.html")

    assert answer.headers["content-type"] == "text/html"
    assert "музей хлеба, где всё можно съесть".encode("windows-1251") in answer.body
    assert b"charset=windows-1251" in answer.body


def test_bodies_are_gzipped_for_clients_that_accept_it(world: NewsWorld) -> None:
    url = world.base_urls["chinor_xabar"] + "/news-sitemap.xml"

    plain, packed = get(url), get(url, accept_encoding="gzip")

    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


@pytest.mark.parametrize(
    ("source_id", "path"),
    [("tunduk_times", "/rss.xml"), ("oqtepa_sadosi", "/atom.xml"), ("tunduk_times", "/kabar/1041?utm_source=rss")],
)
def test_an_unchanged_page_is_confirmed_by_its_tag(world: NewsWorld, source_id: str, path: str) -> None:
    url = world.base_urls[source_id] + path

    again = get(url, if_none_match=get(url).headers["etag"])

    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/feed.xml", "/features/counting-spots"])
def test_an_unchanged_page_is_confirmed_by_its_date(world: NewsWorld, path: str) -> None:
    url = world.base_urls["jailoo_brief"] + path

    again = get(url, if_modified_since=get(url).headers["last-modified"])

    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(("path", "status"), [("/kabar/1036", 200), ("/kabar/1041", 304)])
def test_only_an_edited_page_is_sent_again_on_the_next_day(world: NewsWorld, path: str, status: int) -> None:
    url = world.base_urls["tunduk_times"] + path
    tag = get(url).headers["etag"]

    world.day = 2

    assert get(url, if_none_match=tag).status == status


def test_a_first_request_fails_once_on_each_day_of_each_world() -> None:
    path = "/yangilik/2026-shaxmat-choyxona"

    with NewsWorld() as world:
        first_day = [get(world.base_urls["chinor_xabar"] + path).status for _ in range(3)]
        world.day = 2
        second_day = [get(world.base_urls["chinor_xabar"] + path).status for _ in range(2)]

    assert (first_day, second_day) == ([500, 200, 200], [500, 200])


def test_an_old_address_redirects_to_the_article(world: NewsWorld) -> None:
    base = world.base_urls["chinor_xabar"]

    answer = get(base + "/node/7781")

    assert (answer.status, answer.headers["location"]) == (301, base + "/yangilik/2026-qovun-omborxona")


def test_one_outlet_alone_asks_for_a_delay_between_requests(world: NewsWorld) -> None:
    robots = {source_id: get(url + "/robots.txt").body for source_id, url in world.base_urls.items()}

    assert [source_id for source_id, body in robots.items() if b"Crawl-delay: 1" in body] == ["garagum_shamaly"]
    assert b"Disallow: /jabyk/" in robots["tunduk_times"]


def _a_stretch_of_free_ports() -> int:
    """Return the first of eleven ports that were free a moment ago; another process looks elsewhere first."""
    candidates = range(20000 + os.getpid() % 1000 * 11, 32000, 11)
    return next(first for first in candidates if all(_is_free(port) for port in range(first, first + 11)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0

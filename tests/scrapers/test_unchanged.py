"""What is kept of an answer that may say the same as the last one: nothing when it does, everything when it may not."""

import contextlib
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from scrapers.gist import message_digests, readable_part
from scrapers.revisits import LOOK_BACK
from scrapers.visits import rebuild_visits, visits_path
from tests.scrapers.offline import DAY, HOST, KilledError, Offline, Web, index, offline, rss, sitemap
from tests.scrapers.test_visits import rows

CHANNEL = {"kind": "telegram", "url": HOST + "/s/desk", "max_pages": 2}
ENTRIES = {"feed": "/feed.xml", "sitemap": "/map.xml"}
WORDS = "The pass is closed until Friday, the road service said, and the bus takes the old way along the lake."
PAGE = f'<html><head><meta name="author" content="A. Desk"></head><body><h1>Snow</h1><p>{WORDS}</p></body></html>'
FEED = {"/feed.xml": rss("/a")}


def message(number: int, words: str, views: str = "10", token: str = "eyJ0IjoxfQ") -> str:  # noqa: S107 - no secret
    """As a preview page has it."""
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message js-widget_message" data-post="desk/{number}" data-view="{token}">'
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>'
        f'<div class="tgme_widget_message_reactions"><span class="tgme_reaction">{views}</span></div>'
        f'<span class="tgme_widget_message_views">{views}</span>'
        f'<a class="tgme_widget_message_date" href="/desk/{number}">'
        '<time datetime="2026-11-20T08:00:00+00:00">08:00</time></a></div></div>'
    )


def channel(*messages: str) -> bytes:
    """A preview page."""
    return f'<html><body class="tgme_page"><section>{"".join(messages)}</section></body></html>'.encode()


def looks(site: Offline, *webs: Web, hours: tuple[int, ...] = (0, 2, 7, 25)) -> list[set[str]]:
    """Crawl once for each web, so many hours after the start; return what each crawl kept, by path."""
    kept = []
    for hour, web in zip(hours, webs, strict=False):
        site.crawl(web, run_id=f"look{hour}", as_of=DAY + timedelta(hours=hour))
        kept.append({it.capture.request_url.removeprefix(HOST) for it in site.last().captures()})
    return kept


def test_a_channel_of_which_only_counters_and_tokens_moved_is_not_kept(tmp_path: Path) -> None:
    first, second = (
        channel(message(1, "One.", views, token), message(2, "Two.", views, token))
        for views, token in (("10", "eyJh"), ("1.2K", "eyJi"))
    )

    assert looks(offline(tmp_path, CHANNEL), {"/s/desk": first}, {"/s/desk": second}) == [{"/s/desk"}, set()]


@pytest.mark.parametrize(
    "later",
    [
        channel(message(1, "One."), message(2, "Two, corrected.")),
        channel(message(1, "One.")),
        channel(message(1, "One."), message(2, "Two."), message(3, "Three.")),
        channel(message(1, "One."), message(2, '<a href="https://other.example/">Two.</a>')),
    ],
    ids=["edited", "deleted", "new", "linked"],
)
def test_a_channel_in_which_a_message_is_other_is_kept(tmp_path: Path, later: bytes) -> None:
    first = channel(message(1, "One."), message(2, "Two."))

    assert looks(offline(tmp_path, CHANNEL), {"/s/desk": first}, {"/s/desk": later})[1] == {"/s/desk"}


def test_an_edit_that_was_seen_on_one_page_and_taken_back_on_another_is_kept_both_times(tmp_path: Path) -> None:
    numbers = range(1, 26)
    plain = {n: message(n, f"Number {n}.") for n in numbers}
    edited = {**plain, 5: message(5, "Number 5, as we now know.")}
    newest = channel(*[plain[n] for n in range(6, 26)])
    site = offline(tmp_path, CHANNEL)

    before = {"/s/desk": newest, "/s/desk?before=6": channel(*[plain[n] for n in range(1, 6)])}
    during = {"/s/desk": newest, "/s/desk?before=21": channel(*[edited[n] for n in range(1, 21)])}
    after = {"/s/desk": newest, "/s/desk?before=21": channel(*[plain[n] for n in range(1, 21)])}
    kept = looks(site, before, during, after, after)

    assert kept[1:] == [{"/s/desk?before=21"}, {"/s/desk?before=21"}, set()]


@pytest.mark.parametrize(
    ("later", "is_kept"),
    [
        (PAGE, False),
        (PAGE.replace("</body>", "<script>track(17)</script><!-- made in 0.2 s --></body>"), False),
        (PAGE.replace("Friday", "Sunday"), True),
        (PAGE.replace("A. Desk", "B. Desk"), True),
        (PAGE.replace("</body>", '<script type="application/ld+json">{"headline": "Ice"}</script></body>'), True),
        (PAGE.replace("</head>", '<meta name="tdm-reservation" content="1"></head>'), True),
        (PAGE.replace("<p>", '<input name="token" value="17"><p>'), False),
        (PAGE.replace("<p>", '<input name="word" type="password"><p>'), True),
    ],
    ids=["same", "other script", "other words", "other author", "structured data", "rights", "token", "password"],
)
def test_a_page_is_kept_where_records_could_differ(tmp_path: Path, later: str, is_kept: bool) -> None:
    site = offline(tmp_path)

    kept = looks(site, {**FEED, "/a": PAGE.encode()}, {**FEED, "/a": later.encode()})

    assert ("/a" in kept[1]) is is_kept


def test_a_page_that_is_reserved_by_a_header_alone_is_kept(tmp_path: Path) -> None:
    reserved = (200, {"TDM-Reservation": "1"}, PAGE.encode())

    kept = looks(offline(tmp_path), {**FEED, "/a": PAGE.encode()}, {**FEED, "/a": reserved})

    assert kept[1] == {"/a"}


def test_a_page_that_was_missing_is_kept_when_it_is_back(tmp_path: Path) -> None:
    there, missing = {**FEED, "/a": PAGE.encode()}, FEED

    assert looks(offline(tmp_path), there, missing, there, hours=(0, 2, 48))[2] == {"/a"}


def test_a_page_of_which_the_feed_says_something_else_is_kept(tmp_path: Path) -> None:
    first, second = ({"/feed.xml": rss("/a", modified=f"2026-11-20T{h}:00:00Z"), "/a": PAGE.encode()} for h in (8, 9))

    assert "/a" in looks(offline(tmp_path), first, second)[1]


def test_what_an_unchanged_entry_names_is_asked_for_when_it_lacked_its_turn(tmp_path: Path) -> None:
    site, web = offline(tmp_path), {"/feed.xml": rss("/a", "/b"), "/a": PAGE.encode(), "/b": PAGE.encode()}
    site.crawl(web, max_pages=1)

    assert looks(site, web, hours=(2,)) == [{"/b"}]


def test_visits_made_anew_from_the_archive_know_what_was_not_kept(tmp_path: Path) -> None:
    site = offline(tmp_path, CHANNEL, {"kind": "feed", "url": HOST + "/feed.xml"})
    web = {**FEED, "/a": PAGE.encode(), "/s/desk": channel(message(1, "One."))}
    looks(site, web, web, web)

    visits_path(tmp_path / "visits", "site").unlink()
    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)
    site.crawl(web, run_id="later", as_of=DAY + timedelta(days=1))

    assert list(site.last().captures()) == []


def test_visits_made_anew_know_how_crawls_came_to_what_was_not_kept(tmp_path: Path) -> None:
    site = offline(tmp_path, CHANNEL, {"kind": "sitemap", "url": HOST + "/map.xml"})
    messages = [message(n, f"Number {n}.") for n in range(1, 26)]
    web = {
        "/s/desk": channel(*messages[5:]),
        "/s/desk?before=6": channel(*messages[:5]),
        "/s/desk?before=21": channel(*messages[:20]),  # never kept: all of them stood on the two others
        "/one.xml": sitemap("/a"),
        "/a": PAGE.encode(),
    }
    looks(site, *({**web, "/map.xml": index(one=f"2026-11-2{n}")} for n in range(3)))
    path = visits_path(tmp_path / "visits", "site")
    grown = rows(path)

    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)

    assert rows(path) == grown
    assert site.details()["/s/desk?before=21"] == LOOK_BACK


def some_web(dice: Random) -> Web:
    """Entries and pages, of which some are other, missing or garbage at each look."""
    paths = [f"/p{n}" for n in range(8)]
    shown = [message(n, dice.choice(["Said.", "Corrected."])) for n in range(1, 30) if dice.random() < 0.95]
    pages: dict[str, bytes | tuple[int, dict[str, str], bytes]] = {
        path: f"<p>{dice.choice(['Ice.', 'Snow.'])} {WORDS}</p><script>{dice.random()}</script>".encode()
        for path in paths
        if dice.random() < 0.9
    }
    return pages | {
        "/p7": (301, {"Location": dice.choice(paths[:7])}, b""),
        "/feed.xml": dice.choice([rss(*dice.sample(paths, 4), "/desk/7"), rss("/p1", modified="m"), b"garbage"]),
        "/map.xml": index(one=f"2026-11-{dice.choice([18, 19])}"),
        "/one.xml": sitemap(*dice.sample(paths, 3)),
        "/s/desk": channel(*shown[-20:]),
        **{f"/s/desk?before={n}": channel(*shown[max(0, n - 20) : n - 1]) for n in range(2, 30)},
    }


@pytest.mark.parametrize("seed", range(6))
def test_visits_made_anew_equal_those_that_grew_whatever_was_answered_and_whenever_crawls_died(
    tmp_path: Path, seed: int
) -> None:
    dice = Random(seed)  # noqa: S311 - no secret
    entries = [CHANNEL, *({"kind": kind, "url": HOST + path} for kind, path in ENTRIES.items())]
    site = offline(tmp_path, *entries)
    for n in range(6):
        dies_after = dice.choice([None, dice.randint(0, 9)])
        with contextlib.suppress(KilledError):
            site.crawl(some_web(dice), run_id=f"{n}", as_of=DAY + timedelta(hours=9 * n), dies_after=dies_after)
    site.crawl({}, run_id="last", as_of=DAY + timedelta(days=9))  # which closes what died
    path = visits_path(tmp_path / "visits", "site")
    grown = rows(path)

    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)

    assert rows(path) == grown


def test_a_crawl_that_dies_goes_on_where_an_unchanged_entry_led(tmp_path: Path) -> None:
    site, web = offline(tmp_path), {"/feed.xml": rss("/a", "/b"), "/a": PAGE.encode(), "/b": PAGE.encode()}
    site.crawl({**web, "/b": b"TIMEOUT"})
    later = DAY + timedelta(hours=2)
    with pytest.raises(KilledError):
        site.crawl(web, run_id="run2", as_of=later, dies_after=2)

    site.crawl(web, run_id="run2", as_of=later)

    assert site.ends() == {"/feed.xml": "skipped not_modified", "/a": "skipped not_modified", "/b": "fetched"}


@pytest.mark.parametrize(
    "before", ["<SCRIPT>a</script >", "<!-- <script> -->", "<scripts>", "<script>open", "<!-- open", "<style>a</STYLE>"]
)
def test_what_is_not_surely_left_unread_counts(before: str) -> None:
    assert readable_part(f"{before}<p>Read.</p>".encode()).endswith(b"<p>Read.</p>")


@pytest.mark.parametrize(
    "tag", ["script", "script src='a.js'", "script data-a='1 > 0' ", "style", "style media=print "]
)
def test_an_element_that_closes_itself_hides_nothing_from_the_parser(tag: str) -> None:
    body = f"<{tag}/><p>Read.</p><script>a</script><style>b</style>".encode()

    assert readable_part(body) == f"<{tag}/><p>Read.</p>".encode()


def test_a_script_does_not_end_at_what_only_looks_like_its_end() -> None:
    body = rb"<script>write('</script\>'); write('</scripts>'); a = '<!--';</script ><p>Read.</p><!-- b -->"

    assert readable_part(body) == b"<p>Read.</p>"


def test_structured_data_counts_also_in_a_remark_and_a_statement_of_rights_does() -> None:
    body = b'<script type="application/ld+json"><!-- {"a": 1} --></script><!-- <meta name="tdm-reservation"> -->'

    assert readable_part(body) == body


@pytest.mark.parametrize("remark", ["<!-->", "<!--->", "<!---->", "<!-- a --!>", "<!--[if gt IE 8]><!-->"])
def test_a_remark_ends_where_the_parser_ends_it(remark: str) -> None:
    assert readable_part(f"{remark}<p>Read.</p><!-- b -->".encode()) == b"<p>Read.</p>"


def test_a_message_says_the_same_on_the_page_of_the_newest_and_on_an_older_one() -> None:
    last = message_digests(channel(message(1, "One."), message(2, "Two.")))
    middle = message_digests(channel(message(2, "Two.", views="7"), message(3, "Three.")))

    assert last["desk/2"] == middle["desk/2"]

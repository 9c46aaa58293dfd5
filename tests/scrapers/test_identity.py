"""Addresses and ids are frozen: these values may not change within a major schema version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.identity import HASHED_FIELDS, BadUrlError, article_id, domain_of, identity_key, normalise_url
from scrapers.tables import HASHED_CONTENT


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://Outlet.KG:443/Жаңылык/1", "https://outlet.kg/%D0%96%D0%B0%D2%A3%D1%8B%D0%BB%D1%8B%D0%BA/1"),
        ("http://outlet.kg/a?b=2&a=1&utm_source=rss&fbclid=x#top", "http://outlet.kg/a?a=1&b=2"),
        ("http://outlet.kg/a;jsessionid=9F?PHPSESSID=7", "http://outlet.kg/a"),
        ("http://127.0.0.1:8760/news/1", "http://127.0.0.1:8760/news/1"),
        ("http://қазақ.kz/a", "http://xn--80aau21bd.kz/a"),
        ("http://outlet.kg", "http://outlet.kg/"),
        ("http://outlet.kg/news/", "http://outlet.kg/news/"),
    ],
)
def test_an_address_has_one_normal_form(written: str, normal: str) -> None:
    assert normalise_url(written) == normal


@pytest.mark.parametrize(
    "url",
    [
        "mailto:a@b.kg",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://",
        "",
        "http://[::1",
        "http://name:password@a.kg/",
        "http://a.kg:99999/",
        "http://a.kg/" + "x" * 2036,
        "http://a.kg/" + "ж" * 340,
    ],
)
def test_what_cannot_be_requested_is_refused_by_name(url: str) -> None:
    with pytest.raises(BadUrlError, match="address"):
        normalise_url(url)


@pytest.mark.parametrize("path", ["x" * 2035, "ж" * 339, "x?utm_source=" + "y" * 2000])
def test_an_address_is_as_long_as_a_sitemap_may_hold_it(path: str) -> None:
    assert len(normalise_url(f"http://a.kg/{path}")) < 2048


def test_relative_addresses_are_resolved() -> None:
    assert normalise_url("../b?x=1", base="http://outlet.kg/a/c") == "http://outlet.kg/b?x=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://outlet.kg/a",
        "https://outlet.kg/a",
        "https://www.outlet.kg/a/",
        "https://m.outlet.kg/a",
        "https://amp.outlet.kg/a",
    ],
)
def test_scheme_mirror_hosts_and_trailing_slash_name_the_same_article(url: str) -> None:
    assert article_id("outlet", url) == article_id("outlet", "http://outlet.kg/a")


def test_a_short_host_that_is_itself_a_prefix_is_kept() -> None:
    assert identity_key("https://m.kg/a") == "m.kg/a"


def test_ids_are_frozen() -> None:
    assert article_id("24kg", "https://24.kg/obschestvo/1_novost/") == "fbeb893c29a1c17e60b55bd8"


def test_the_same_page_at_two_sources_has_two_ids() -> None:
    assert article_id("a1", "http://outlet.kg/a") != article_id("b1", "http://outlet.kg/a")


@given(st.from_regex(r"https?://[a-z]{1,8}\.kg/[a-z/%?=&;#а-я]{0,20}", fullmatch=True))
def test_normalising_twice_changes_nothing(url: str) -> None:
    once = normalise_url(url)

    assert normalise_url(once) == once


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.outlet.kg/a", "outlet.kg"),
        ("https://t.me/s/kanal/12", "t.me/kanal"),
        ("https://t.me/kanal", "t.me/kanal"),
        ("mailto:a@b.kg", None),
    ],
)
def test_a_citation_names_a_host_or_a_channel(url: str, domain: str | None) -> None:
    assert domain_of(url) == domain


def test_the_hash_covers_exactly_the_columns_of_a_content() -> None:
    assert [column.name for column in HASHED_CONTENT] == list(HASHED_FIELDS)

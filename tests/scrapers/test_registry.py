"""What a registry file may say, and what is said about one that may not."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from scrapers.registry import Entry, Grade, Selectors, Source, State
from scrapers.registry_folder import (
    SHIPPED_SOURCES,
    DisabledSourceError,
    RegistryError,
    UnknownSourceError,
    choose_sources,
    load_registry,
    load_source,
)

GOOD = """
name = "Outlet"
homepage = "https://outlet.example/"
country = "KG"
languages = ["ky"]
timezone = "Asia/Bishkek"

[status]
state = "enabled"
since = 2026-11-22
reason = "test"

[[entries]]
kind = "feed"
url = "https://outlet.example/rss"
"""


def written(folder: Path, text: str, name: str = "outlet") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_stem_is_the_id_and_defaults_are_careful(tmp_path: Path) -> None:
    source = load_source(written(tmp_path, GOOD))

    assert source.id == "outlet"
    assert source.rights.level == "metadata"
    assert source.delay_s == 5.0
    assert source.hosts == {"outlet.example"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('country = "KG"', 'country = "Kyrgyzstan"'), "country"),
        (("Asia/Bishkek", "Asia/Bishkekk"), "Asia/Bishkekk"),
        (('kind = "feed"', 'kind = "fed"'), "fed"),
        (("https://outlet.example/rss", "ftp://outlet.example/rss"), "ftp://outlet.example/rss"),
        (("[status]", "colour = 1\n[status]"), "colour"),
        (('name = "Outlet"', 'name = "Outlet'), "outlet.toml"),
        (('name = "Outlet"', 'name = "Outlet"\nid = "x"'), r"outlet\.toml:3: id: the file's name is the id"),
        (
            ("[status]", "[selectors]\ntitle = 'h1['\n[status]"),
            r"outlet\.toml:9: selectors\.title: not a CSS sel.*'h1\['",
        ),
        (("[status]", "[articles]\nallow = ['a', '(b']\n[status]"), r"outlet\.toml:9: articles\.allow\.1: .*'\(b'"),
        (("[status]", "delay = 3\n[status]"), r"outlet\.toml:8: delay: no such key"),
        (
            ('homepage = "https://outlet.example/"', 'homepage = "http://[x/"'),
            r"outlet\.toml:3: homepage: .*'http://\[x/'",
        ),
        (("https://outlet.example/rss", "rss"), r"outlet\.toml:15: entries\.0\.url: not an http.*'rss'"),
        (("[status]", 'preset = "none"\n[status]'), r"outlet\.toml:8: preset: no such preset \(got 'none'\)"),
        (('["ky"]', '"ky"'), r"outlet\.toml:5: languages: must be a list \(got 'ky'\)"),
        (('["ky"]', '["kyrgyz"]'), r"outlet\.toml:5: languages: no language tag .*'kyrgyz'"),
        (('"Asia/Bishkek"', "6"), r"outlet\.toml:6: timezone: .*string \(got 6\)"),
        (("[status]", "delay_s = 'fast'\n[status]"), r"outlet\.toml:8: delay_s: .*number.*'fast'"),
        (("https://outlet.example/rss", "https://a:b@outlet.example/rss"), r"entries\.0.*url: .*a name or password"),
        (("[status]", "delay_s = -1\n[status]"), r"outlet\.toml:8: delay_s: .*\(got -1\)"),
        (("[status]", "[articles]\nallow = ['(b']\n[status]"), r": no regular expression: missing \), .*'\(b'"),
        (('kind = "feed"\n', ""), r"outlet\.toml:13: entries\.0: kind is missing"),
        (("[[entries]]", "[entries]"), r"outlet\.toml:13: entries: must be a list"),
        (('"enabled"', '"on"'), r"outlet\.toml:9: status\.state: .*'on'"),
        (("2026-11-22", '"yesterday"'), r"outlet\.toml:10: status\.since: .*'yesterday'"),
        (('country = "KG"', 'country = "KG"\ncountry = "KZ"'), r"outlet\.toml:5: Cannot overwrite"),
        (('name = "Outlet"\n', ""), r"outlet\.toml: name: is missing"),
    ],
)
def test_a_bad_file_is_refused_naming_line_key_and_value(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    path = written(tmp_path, GOOD.replace(*change))

    with pytest.raises(RegistryError, match=expected):
        load_source(path)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("homepage", "hompage"), ":3: hompage: no such key, did you mean homepage? (got 'https://outlet.example/')"),
        (("[status]", "dealy_s = 5\n[status]"), ":8: dealy_s: no such key, did you mean delay_s? (got 5)"),
        (("[[entries]]", "[[entires]]"), ":13: entires: no such key, did you mean entries?"),
        (("url =", "ulr ="), ":15: entries.0.ulr: no such key, did you mean url? (got 'https://outlet.example/rss')"),
        (
            ("[status]", "[articles]\nalow = ['a']\n[status]"),
            ":9: articles.alow: no such key, did you mean allow? (got ['a'])",
        ),
        (("[status]", "quxx = 1\n[status]"), ":8: quxx: no such key (got 1)"),
        (
            ('Bishkek"', 'Biskek"'),
            ":6: timezone: not an IANA time zone, did you mean Asia/Bishkek? (got 'Asia/Biskek')",
        ),
        (('"enabled"', '"on"'), ":9: status.state: must be 'enabled', 'candidate' or 'disabled' (got 'on')"),
        (
            ('"feed"', '"feeed"'),
            ":14: entries.0.kind: must be one of 'feed', 'sitemap', 'listing', 'wordpress', 'telegram' (got 'feeed')",
        ),
        (
            ("[status]", "[articles]\nallow = ['/a/(\\d+']\n[status]"),
            ":9: articles.allow.0: no regular expression: "
            "missing ), unterminated subpattern at position 3 (got '/a/(\\d+')",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_what_was_probably_meant(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    path = written(tmp_path, GOOD.replace(*change))

    with pytest.raises(RegistryError) as refused:
        load_source(path)

    assert str(refused.value) == f"{path}{expected}"


@pytest.mark.parametrize("name", ["../up", "UPPER", "x", "a" * 64, "with space"])
def test_an_unsafe_id_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, GOOD, name.replace("/", "_"))

    with pytest.raises(RegistryError, match="source id"):
        load_source(path)


def test_all_bad_files_are_reported_at_once(tmp_path: Path) -> None:
    written(tmp_path, "x", "first")
    written(tmp_path, "y", "second")

    with pytest.raises(RegistryError, match=r"first\.toml[\s\S]*second\.toml"):
        load_registry(tmp_path)


def test_a_host_or_an_entry_of_two_sources_is_refused_naming_both(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "first")
    written(tmp_path, GOOD, "second")

    with pytest.raises(RegistryError) as refused:
        load_registry(tmp_path)

    assert str(refused.value).splitlines() == [
        f"{tmp_path}/second.toml:15: entries.0.url: entry 'https://outlet.example/rss' is also of first",
        f"{tmp_path}/second.toml:3: homepage: host 'outlet.example' is also of first; "
        "if it is of both, shared_hosts of both names it",
    ]


def test_a_host_of_two_sources_is_told_where_the_rules_name_it(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "first")
    other = GOOD.replace("outlet.example", "other.example")
    written(tmp_path, f'{other}\n[articles]\nhosts = ["outlet.example"]\n', "second")

    with pytest.raises(
        RegistryError, match=r"second\.toml:18: articles\.hosts: host 'outlet.example' is also of first"
    ):
        load_registry(tmp_path)


def test_an_entry_that_stands_twice_in_a_file_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, f'{GOOD}\n[[spare_entries]]\nkind = "sitemap"\nurl = "https://outlet.example/rss"\n')

    with pytest.raises(RegistryError) as refused:
        load_source(path)

    assert str(refused.value) == (
        f"{path}:19: spare_entries.0.url: entry 'https://outlet.example/rss' stands there already"
    )


def test_a_host_that_both_sources_declare_as_shared_is_theirs(tmp_path: Path) -> None:
    shared = '\n[articles]\nshared_hosts = ["outlet.example"]\n'
    written(tmp_path, GOOD + shared, "first")
    written(tmp_path, GOOD.replace("/rss", "/rss2") + shared, "second")

    assert list(load_registry(tmp_path)) == ["first", "second"]


PRESET = """
platform = "Engine"

[[spare_entries]]
kind = "feed"
url = "/api/"

[selectors]
title = "h1.engine"
body = "div.engine"
"""


def with_preset(folder: Path, preset: str) -> Path:
    (folder / "presets").mkdir()
    written(folder / "presets", preset, "engine")
    selectors = '\n[selectors]\ntitle = "h1.own"\n'
    return written(folder, GOOD.replace('name = "Outlet"', 'preset = "engine"\nname = "Outlet"') + selectors)


def test_a_preset_gives_what_the_source_does_not_say_itself(tmp_path: Path) -> None:
    source = load_source(with_preset(tmp_path, PRESET))

    assert (source.platform, source.selectors.title, source.selectors.body) == ("Engine", "h1.own", "div.engine")
    assert [entry.url for entry in source.spare_entries] == ["https://outlet.example/api/"]


def test_a_bad_key_of_a_preset_is_told_with_the_file_of_the_preset(tmp_path: Path) -> None:
    path = with_preset(tmp_path, PRESET.replace('"div.engine"', '"div["'))

    with pytest.raises(RegistryError, match=r"presets/engine\.toml:10: selectors\.body: not a CSS selector"):
        load_source(path)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("examples = ['https://outlet.example/about']", "example 'https://outlet.example/about' is refused"),
        ("counter_examples = ['https://outlet.example/news/1']", "counter-example .*/news/1' is accepted"),
    ],
)
def test_rules_that_contradict_their_own_examples_are_refused(tmp_path: Path, rules: str, expected: str) -> None:
    path = written(tmp_path, f"{GOOD}\n[articles]\nallow = ['/news/\\d+$']\n{rules}\n")

    with pytest.raises(RegistryError, match=rf"outlet\.toml:17: articles: {expected}"):
        load_source(path)


def test_full_text_needs_a_licence_with_evidence(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + '\n[rights]\nlevel = "full_text"\nlicence = "CC-BY-4.0"\n')

    with pytest.raises(RegistryError, match="evidence_url"):
        load_source(path)


def test_an_unknown_source_is_named(tmp_path: Path) -> None:
    written(tmp_path, GOOD)

    with pytest.raises(UnknownSourceError, match="unknown source: nowhere"):
        choose_sources(load_registry(tmp_path), ("nowhere",))


def test_a_misspelt_source_is_answered_with_what_was_probably_meant(tmp_path: Path) -> None:
    written(tmp_path, GOOD)

    with pytest.raises(UnknownSourceError) as refused:
        choose_sources(load_registry(tmp_path), ("outlte",))

    assert str(refused.value) == "unknown source: outlte (did you mean outlet?); the registry has 1 source"


def test_candidates_are_crawled_only_when_named(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace('"enabled"', '"candidate"'))
    registry = load_registry(tmp_path)

    assert choose_sources(registry, ()) == []
    assert [source.id for source in choose_sources(registry, ("outlet",))] == ["outlet"]


def test_a_candidate_that_passed_a_check_is_crawled_without_being_named(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace('"enabled"', '"candidate"'))

    assert [it.id for it in choose_sources(load_registry(tmp_path), (), passed={"outlet"})] == ["outlet"]


def test_a_disabled_source_is_not_crawled_even_when_named_and_the_reason_is_told(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace('"enabled"', '"disabled"'))

    with pytest.raises(DisabledSourceError, match=r"outlet \(test\)"):
        choose_sources(load_registry(tmp_path), ("outlet",))


@pytest.fixture(scope="module")
def shipped() -> dict[str, Source]:
    return load_registry(SHIPPED_SOURCES)


def grades(entries: tuple[Entry, ...]) -> set[Grade | None]:
    return {entry.evidence.grade if entry.evidence else None for entry in entries}


def in_state(registry: dict[str, Source], state: State) -> dict[str, Source]:
    return {name: source for name, source in registry.items() if source.status.state is state}


def test_all_outlets_of_the_region_that_are_known_are_shipped(shipped: dict[str, Source]) -> None:
    countries = Counter(source.country for source in shipped.values())

    assert countries == {"KG": 18, "KZ": 18, "UZ": 17, "TJ": 7, "TM": 5, "XX": 10}


def test_shipped_sources_are_enabled_only_where_every_entry_was_probed(shipped: dict[str, Source]) -> None:
    enabled = in_state(shipped, State.ENABLED)

    assert len(enabled) == 25
    assert {name for name, it in enabled.items() if grades(it.entries) != {Grade.PROBED}} == set()


def test_shipped_candidates_have_an_entry_that_working_code_uses_or_that_was_probed(shipped: dict[str, Source]) -> None:
    candidates = in_state(shipped, State.CANDIDATE)
    evidenced = {Grade.PROBED, Grade.USED_BY_CODE}

    assert {name for name, it in candidates.items() if not grades(it.entries) <= evidenced or not it.entries} == set()


def test_disabled_shipped_sources_have_nothing_to_crawl_and_say_why(shipped: dict[str, Source]) -> None:
    disabled = in_state(shipped, State.DISABLED)

    assert [name for name, it in disabled.items() if it.entries or len(it.status.reason) < 10] == []
    assert "handle unknown" in disabled["tg_ukraine_central_asia"].status.reason


def test_every_entry_rule_and_selector_that_is_shipped_says_how_it_is_known(shipped: dict[str, Source]) -> None:
    entries = [e for it in shipped.values() for e in (*it.entries, *it.spare_entries, *it.dead_entries)]
    rules = [it.articles for it in shipped.values() if it.articles.allow]
    selectors = [it.selectors for it in shipped.values() if it.selectors != Selectors()]

    assert [it for it in (*entries, *rules, *selectors) if it.evidence is None] == []


def test_what_was_probed_has_its_day(shipped: dict[str, Source]) -> None:
    entries = [e for it in shipped.values() for e in (*it.entries, *it.spare_entries, *it.dead_entries)]
    probed = [e.evidence for e in entries if e.evidence and e.evidence.grade is Grade.PROBED]

    assert len(probed) > 40
    assert [it for it in probed if it.checked is None] == []


def test_rules_of_shipped_sources_that_have_their_own_are_shown_by_examples(shipped: dict[str, Source]) -> None:
    own = [it.id for it in shipped.values() if it.articles.allow and not it.preset and not it.articles.examples]

    assert own == []


def test_no_shipped_source_publishes_more_than_metadata_without_evidence(shipped: dict[str, Source]) -> None:
    assert {source.rights.level.value for source in shipped.values() if not source.rights.evidence_url} == {"metadata"}


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"kind": "feed", "url": "https://outlet.kg/{YYYY}.xml"}, "unknown {YYYY}"),
        ({"kind": "sitemap", "url": "https://outlet.kg/{Y_m_d}.xml"}, "unknown {Y_m_d}"),
        ({"kind": "listing", "url": "https://outlet.kg/", "next_template": "https://outlet.kg/p"}, "needs {n}"),
        (
            {"kind": "listing", "url": "https://outlet.kg/{DD}", "next_template": "https://outlet.kg/{n}"},
            "goes neither",
        ),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_refused(entry: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        TypeAdapter[Entry](Entry).validate_python(entry)

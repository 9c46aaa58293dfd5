"""The documents say what is true."""

from pathlib import Path

from scrapers.dictionary import render_dictionary

ROOT = Path(__file__).parent.parent


def test_data_md_is_the_contract_as_it_is_now() -> None:
    assert (ROOT / "DATA.md").read_text(encoding="utf-8") == render_dictionary()

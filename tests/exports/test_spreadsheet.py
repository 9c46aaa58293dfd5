"""Files for spreadsheets: nothing in them is calculated, nothing breaks a line, and what was altered follows rules."""

import csv
import gzip
import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import lxml.etree
import pytest

from exports.copy_gates import check_spreadsheets
from exports.imprint import Imprint
from exports.manifest import PARQUET, ManifestFile
from exports.release import cut_release
from exports.spreadsheet import list_sheets
from scrapers.published_tables import PUBLISHED_ARTICLES
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, DAY_2, World, article, article_id, write_generation
from tests.exports.one_gate import faults_of
from tests.exports.readers import csv_rows, rewrite

SOFFICE = shutil.which("soffice")
SHEET = "excel/articles-2026-11.csv"
TITLES = {
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    "＝1+1": "'＝1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(1)": "'@SUM(1)",
    " \u00a0=1": "' \u00a0=1",
    "\ufeff=1": "'\ufeff=1",
    "\u200e\u202e＋1": "'\u200e\u202e＋1",
    "\t=1": "' =1",
    "\r=1": "' =1",
    "a\r\nb\nc\u2028d\u2029e\x85f\x0bg": "a b c d e f g",
    'a; "=1': "a; \"'=1",
    "a; b": "a; b",
    'He said "no", twice': 'He said "no", twice',
    "1 = 1 - 0": "1 = 1 - 0",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "\x96 -1": "'\x96 -1",
    "\uf095 +996": "'\uf095 +996",
    "a; \uf095+996": "a; \uf095'+996",
}
"""What outlets wrote, and what a spreadsheet is given."""
LONG = "ы" * 40_000
SMILING = "🙂" * 20_000


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("spreadsheet")
    articles = [article(n, title=title) for n, title in enumerate(TITLES)]
    articles += [article(n, title="long", text=text) for n, text in ((50, LONG), (51, SMILING), (52, "x" * 32_767))]
    generation = write_generation(home / "generation.duckdb", World(articles=articles))
    release = cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    assert release is not None
    return release.path


@pytest.fixture(scope="module")
def cells(release: Path) -> dict[str, dict[str, str]]:
    """The rows of the sheet by article, as Python's csv reads them."""
    text = (release / SHEET).read_bytes().decode("utf-8-sig")
    return {row["article_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_what_would_be_calculated_or_break_a_line_is_altered_and_nothing_else(cells: dict[str, dict[str, str]]) -> None:
    assert [cells[article_id(n)]["title"] for n in range(len(TITLES))] == list(TITLES.values())


def test_the_faithful_csv_beside_it_is_not_altered(release: Path) -> None:
    faithful = {row["article_id"]: row["title"] for row in csv_rows(release / "csv/articles.csv.gz")}

    assert [faithful[article_id(n)] for n in range(len(TITLES))] == list(TITLES)


def test_a_text_that_no_cell_holds_is_cut_and_says_so(cells: dict[str, dict[str, str]]) -> None:
    long, smiling, fitting = (cells[article_id(n)]["text"] for n in (50, 51, 52))

    assert [len(text.encode("utf-16-le")) // 2 for text in (long, smiling, fitting)] == [32_767, 32_767, 32_767]
    assert long.endswith(" [… cut: a cell of a spreadsheet holds no more]")
    assert smiling.startswith("🙂" * 16_000)
    assert fitting == "x" * 32_767


def test_the_file_has_a_mark_for_excel_crlf_and_a_line_for_each_article(release: Path) -> None:
    data = (release / SHEET).read_bytes()

    assert data.startswith(b'\xef\xbb\xbf"article_id","source_id",')
    assert data.count(b"\r\n") == data.count(b"\n") == len(TITLES) + 3 + 1
    assert data.endswith(b'"\r\n')


def test_it_has_the_columns_of_the_contract_and_dates_that_a_spreadsheet_knows(
    cells: dict[str, dict[str, str]],
) -> None:
    row = cells[article_id(1)]

    assert list(row) == [column.name for column in PUBLISHED_ARTICLES.columns]
    assert (row["published_at"], row["published_date"]) == ("2026-11-01 01:00:00", "2026-11-01")


def test_a_month_larger_than_a_sheet_goes_on_in_another_file() -> None:
    described = {"role": "data", "table": "articles", "bytes": 1, "sha256": "", "mediatype": PARQUET}
    month = ManifestFile(path="data/articles-2026-11.parquet", month="2026-11", rows=2_500_000, **described)

    sheets = [(sheet.path, sheet.first, sheet.rows) for sheet in list_sheets([month])]

    assert sheets == [
        ("excel/articles-2026-11.csv", 0, 1_048_575),
        ("excel/articles-2026-11.2.csv", 1_048_575, 1_048_575),
        ("excel/articles-2026-11.3.csv", 2_097_150, 402_850),
    ]


def test_a_month_without_news_is_the_same_file_as_before(history: History) -> None:
    second, first = history.cut[1].path, history.cut[0].path

    assert (second / "excel/articles-2026-10.csv").samefile(first / "excel/articles-2026-10.csv")
    assert not (second / SHEET).samefile(first / SHEET)


def test_a_damaged_file_is_written_anew(release: Path, tmp_path: Path) -> None:
    releases = shutil.copytree(release.parent, tmp_path / "releases")
    damaged = releases / "2026-11-20" / SHEET
    whole = damaged.read_bytes()
    rewrite(damaged, whole[:-3] + b"?\r\n")
    kept = [article(n, title=title) for n, title in enumerate(TITLES)]
    kept += [article(n, title="long", text=text) for n, text in ((50, LONG), (51, SMILING), (52, "x" * 32_767))]
    more = article(90, published_at=DAY_1.replace(month=3), first_seen_at=DAY_2, last_changed_at=DAY_2)
    generation = write_generation(tmp_path / "generation.duckdb", World(articles=[*kept, more]))

    second = cut_release(generation, releases, now=DAY_2, code_version="1", imprint=Imprint())

    assert second is not None
    assert (second.path / SHEET).read_bytes() == whole


# --- the gate --------------------------------------------------------------------------------------------------------


def faults_after(release: Path, tmp_path: Path, old: bytes, new: bytes) -> str:
    """What the gate says of a copy of which one file was changed."""
    broken = shutil.copytree(release, tmp_path / release.name)
    data = (broken / SHEET).read_bytes()
    assert old in data
    rewrite(broken / SHEET, data.replace(old, new, 1))
    return faults(broken)


def faults(release: Path) -> str:
    return faults_of(release, check_spreadsheets)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"\xef\xbb\xbf", b"", "its header is"),
        (b'"title"', b'"headline"', "its header is"),
        (b"\r\n", b"\n", "its header is"),
        (b'"\r\n"', b'"\n"', f"lines of {len(TITLES) + 4} end in CRLF"),
        (b"He said", b"He\nsaid", f"lines of {len(TITLES) + 4} end in CRLF"),
        (b"'=cmd", b"=cmd", f"a formula in title of {article_id(0)}"),
        ("'＝".encode(), "＝".encode(), f"a formula in title of {article_id(1)}"),
        ("'\ufeff=".encode(), "\ufeff=".encode(), f"a formula in title of {article_id(6)}"),
        (b'""\'=1', b'""=1', f"a formula after a semicolon in title of {article_id(11)}"),
        (b" [", b"xx [", "too much in text"),
        (b"1 = 1 - 0", b"1 = 1 - 1", "is missing"),
    ],
)
def test_the_gate_finds_a_file_that_a_spreadsheet_takes_otherwise(
    release: Path, tmp_path: Path, old: bytes, new: bytes, fault: str
) -> None:
    assert fault in faults_after(release, tmp_path, old, new)


def test_the_gate_passes_what_was_written(release: Path) -> None:
    assert faults(release) == ""


def test_a_file_that_passed_the_gate_in_the_release_before_is_not_put_before_it_again(
    release: Path, tmp_path: Path
) -> None:
    broken = shutil.copytree(release, tmp_path / release.name)
    rewrite(broken / SHEET, b"")

    assert SHEET in faults_of(broken, check_spreadsheets)
    assert faults_of(broken, check_spreadsheets, proven=frozenset({SHEET})) == ""


# --- a real spreadsheet ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """What LibreOffice made of a file."""

    n_formulas: int
    """In all of its cells."""
    kinds: dict[str, str]
    """Of each headline, by article: `formula`, or the type of its value."""


@pytest.fixture(scope="module")
def opened(release: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    """The released sheet and the released faithful CSV, as a person opens them: formulas evaluated, as Excel does."""
    SOFFICE or pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("opened")
    (folder / "guarded.csv").write_bytes((release / SHEET).read_bytes())
    (folder / "faithful.csv").write_bytes(gzip.decompress((release / "csv/articles.csv.gz").read_bytes()))
    # Comma, double quotes, UTF-8, from the first line on; numbers are recognised, and (the last word) formulas.
    command = [str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
    command += ["fods", "--infilter=CSV:44,34,76,1,,0,false,true,,,,,true", "--outdir", str(folder)]
    names = ("guarded", "faithful")
    sources = [str(folder / f"{name}.csv") for name in names]
    subprocess.run([*command, *sources], check=True, capture_output=True, timeout=120)
    return {name: read_opened(folder / f"{name}.fods") for name in names}


def read_opened(path: Path) -> Opened:
    sheet = lxml.etree.parse(path)
    first, title = (PUBLISHED_ARTICLES.schema.get_field_index(name) for name in ("article_id", "title"))
    lines = [list(expanded(line)) for line in sheet.iterfind(".//{*}table-row")]
    kinds = {"".join(line[first].itertext()).strip(): kind_of(line[title]) for line in lines[1:] if len(line) > title}
    return Opened(n_formulas=len(sheet.xpath("//@table:formula", namespaces=sheet.getroot().nsmap)), kinds=kinds)


def expanded(line: lxml.etree.ElementBase) -> Iterator[lxml.etree.ElementBase]:
    """The cells of a line, one that stands for several as often."""
    repeated = f"{{{line.nsmap['table']}}}number-columns-repeated"
    return chain.from_iterable(repeat(cell, int(cell.get(repeated, "1"))) for cell in line)


def kind_of(cell: lxml.etree.ElementBase) -> str:
    is_formula = f"{{{cell.nsmap['table']}}}formula" in cell.attrib
    return "formula" if is_formula else str(cell.get(f"{{{cell.nsmap['office']}}}value-type"))


def test_libreoffice_calculates_nothing_of_the_sheet_and_takes_every_headline_for_words(
    opened: dict[str, Opened],
) -> None:
    kinds = opened["guarded"].kinds

    assert opened["guarded"].n_formulas == 0
    assert [kinds[article_id(n)] for n in range(len(TITLES))] == ["string"] * len(TITLES)


def test_libreoffice_calculates_of_the_faithful_csv_what_the_sheet_guards(opened: dict[str, Opened]) -> None:
    taken = {title: opened["faithful"].kinds[article_id(n)] for n, title in enumerate(TITLES)}

    assert taken["=cmd|' /C calc'!A0"] == "formula"
    assert (taken["+1"], taken["-1"]) == ("float", "float")

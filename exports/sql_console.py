"""The SQL console of the catalogue: a page that queries the latest release in the reader's own browser.

    site/console.html            the page; the queries can be read without JavaScript
    site/console/console.js      what its buttons do
    site/console/{engine.mjs,duckdb-browser-eh.worker.js,duckdb-eh.wasm}   DuckDB-Wasm, as `make console` built it

The engine comes from npm and is never committed: where it was not built, or where a release has no query copy, there is
no console and no link to it. The page attaches the release's `kabarchy.duckdb` by byte ranges; Parquet would need an
extension from another host, which the page's Content-Security-Policy forbids.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from exports.pages import render
from exports.query_copy import QUERY_COPY
from scrapers.data_root import write_beside

BUILT_ENGINE = Path(__file__).parent / "console" / "dist"
"""Where `make console` leaves the engine."""
ENGINE_FILES = ("engine.mjs", "duckdb-browser-eh.worker.js", "duckdb-eh.wasm")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleQuery:
    """A query to begin with."""

    question: str
    sql: str


def list_console_queries() -> tuple[ConsoleQuery, ...]:
    """Read `sql/console/NN_name.sql` in order; each begins with the question that it answers."""
    folder = files("exports.sql").joinpath("console")
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(_parse(file.read_text(encoding="utf-8")) for file in found)


def build_console(site: Path, release: Path, values: Mapping[str, object], *, engine: Path = BUILT_ENGINE) -> bool:
    """Write the console page for a release, or remove it where it cannot work; tells whether there is one.

    `release` lies under `site/releases/`, which may be a link. `values` are those of every page of the site.
    """
    page = site / "console.html"
    if not (release / QUERY_COPY).is_file() or not all((engine / name).is_file() for name in ENGINE_FILES):
        page.unlink(missing_ok=True)
        return False
    _place_engine(engine, site / "console")
    database = f"releases/{release.name}/{QUERY_COPY}"
    text = render(
        "console.html.j2", queries=list_console_queries(), database=database, release_id=release.name, **values
    )
    write_beside(page, text)
    return True


def _parse(text: str) -> ConsoleQuery:
    question, _, sql = text.partition("\n")
    return ConsoleQuery(question=question.removeprefix("-- "), sql=sql.strip())


def _place_engine(engine: Path, folder: Path) -> None:
    """Put the engine's files and our script beside the page; a file of the same size and age stays as it is."""
    folder.mkdir(exist_ok=True)
    for name in ENGINE_FILES:
        built, placed = engine / name, folder / name
        if placed.is_file() and _size_and_age(placed) == _size_and_age(built):
            continue
        aside = folder / f".{name}-{os.getpid()}"
        shutil.copy2(built, aside)
        aside.replace(placed)
    write_beside(folder / "console.js", files("exports.console").joinpath("console.js").read_text(encoding="utf-8"))


def _size_and_age(path: Path) -> tuple[int, int]:
    seen = path.stat()
    return seen.st_size, seen.st_mtime_ns

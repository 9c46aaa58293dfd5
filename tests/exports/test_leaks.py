"""What a source's level withholds is in no byte of a release, whatever the file, packed or not."""

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.imprint import Imprint
from exports.query_copy import QUERY_COPY
from exports.release import cut_release
from tests.exports.factories import DAY_1, DAY_2, World, article, past_version, source, write_generation
from tests.exports.readers import rows

LEVELS = ("metadata", "excerpt", "full_text")
WITHHELD = ("BODY", "AUTHOR", "PAST")


def marker(what: str, level: str) -> str:
    return f"marker-{what}-{level}-end"


def marked(n: int, level: str, **changed: Any) -> dict[str, Any]:
    """An article whose text beyond the excerpt, and whose authors, can be told from all else."""
    text = "Ordinary words. " * 40 + marker("BODY", level)
    return article(n, source_id=level, text=text, authors=marker("AUTHOR", level), **changed)


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """All that can be read out of a second release, which has a delta and past versions."""
    home = tmp_path_factory.mktemp("leaks")
    sources = [source(level, level) for level in LEVELS]
    before = [marked(n, level) for n, level in enumerate(LEVELS)]
    after = [marked(n, level, title="Edited", n_versions=2, last_changed_at=DAY_2) for n, level in enumerate(LEVELS)]
    past = [
        past_version(marked(n, level) | {"text": "Before. " * 90 + marker("PAST", level)}, 1, DAY_1, DAY_2)
        for n, level in enumerate(LEVELS)
    ]
    worlds = (World(articles=before, sources=sources), World(articles=after, sources=sources, past_versions=past))
    for n, (world, now) in enumerate(zip(worlds, (DAY_1, DAY_2), strict=True)):
        generation = write_generation(home / f"{n}.duckdb", world)
        imprint = Imprint(has_query_copy=True)
        cut_release(generation, home / "releases", now=now, code_version="1", imprint=imprint)
    release = home / "releases" / "2026-11-21"
    assert (release / "delta").is_dir()
    assert (release / QUERY_COPY).is_file()
    return b"\n".join(read_out(path) for path in sorted(release.rglob("*")) if path.is_file())


def read_out(path: Path) -> bytes:
    """A file's bytes, and what its form hides."""
    readers = {".parquet": read_parquet, ".gz": read_gzip, ".duckdb": read_duckdb}
    return path.read_bytes() + readers.get(path.suffix, lambda _: b"")(path)


def read_parquet(path: Path) -> bytes:
    return str(rows(path)).encode()


def read_gzip(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def read_duckdb(path: Path) -> bytes:
    with duckdb.connect(path, read_only=True) as connection:
        names = [row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
        return str([connection.table(name).fetchall() for name in names]).encode()


@pytest.mark.parametrize("level", ["metadata", "excerpt"])
@pytest.mark.parametrize("what", WITHHELD)
def test_what_the_level_withholds_is_in_no_byte(contents: bytes, what: str, level: str) -> None:
    assert marker(what, level).encode() not in contents


@pytest.mark.parametrize("what", WITHHELD)
def test_what_a_licence_allows_is_there(contents: bytes, what: str) -> None:
    assert marker(what, "full_text").encode() in contents

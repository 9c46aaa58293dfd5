"""A made-up history of news, as large as asked for, straight into a generation for analysts; same call, same rows.

Articles lie evenly over 48 months before `DAY`, from twenty sources that all license their full text: the dearest case,
since every text is published. A text is some 3 kB of invented Cyrillic words, drawn as frequently as real ones are
(Zipf), so that it compresses about as news does. Every 25th article was edited once, every third names a source.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scrapers.columns import Table
from scrapers.tables import ARTICLE, CITATION, COVERAGE, LEDGER, SOURCE, TOMBSTONE
from warehouse.database import read_sql
from warehouse.generation_tables import PAST_VERSION

DAY = datetime(2026, 11, 18, 6, tzinfo=UTC)
"""The instant of the first release; the middle of a month."""
N_NEW = 5_000
N_CHANGED = 500
_TABLES: tuple[Table, ...] = (ARTICLE, PAST_VERSION, CITATION, SOURCE, COVERAGE, LEDGER, TOMBSTONE)
_SQL = Path(__file__).parent / "sql"
_SEED = 20261118
_PIECE_ROWS = 50_000
"""Some 150 MB of text at once."""
_N_WORDS, _N_SENTENCES = 60_000, 200_000
"""A vocabulary as of a large newsroom; so many sentences that few meet in one page of Parquet."""
_SENTENCES_PER_TEXT, _WORDS_PER_SENTENCE = 14, 14
"""Together about 3 kB: a Cyrillic letter takes two bytes."""


def write_history(path: Path, n_articles: int) -> Path:
    """Write a generation of so many articles, as it is at `DAY`."""
    with _open(path) as connection:
        for table in _TABLES:
            connection.register("empty", table.schema.empty_table())
            connection.table("empty").create(table.name)
            connection.unregister("empty")
        _insert_articles(connection, 0, n_articles, n_articles, _new_generator(0))
        _run(connection, "past_versions", every=25, day=DAY)
        _run(connection, "citations", first=0, last=n_articles)
        _run(connection, "sources")
        _run(connection, "counts")
        connection.execute(read_sql("generation_article_version"))
    return path


def write_next_day(before: Path, path: Path, n_articles: int, *, changed_among: int) -> Path:
    """Write the generation of a day later: N_NEW articles more, N_CHANGED of the newest `changed_among` edited."""
    shutil.copyfile(before, path)
    path.chmod(0o644)
    with _open(path) as connection:
        generator = _new_generator(1)
        texts = pa.table({"n": np.arange(N_CHANGED), "text": _texts(generator, _sentences(), N_CHANGED)})
        connection.register("new_texts", texts)
        step = changed_among // N_CHANGED
        _run(connection, "edits", first=n_articles - changed_among, step=step, day=DAY)
        _insert_articles(connection, n_articles, N_NEW, n_articles, generator)
        _run(connection, "citations", first=n_articles, last=n_articles + N_NEW)
        _run(connection, "counts")
    return path


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path, config={"memory_limit": "2GB"})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _insert_articles(
    connection: duckdb.DuckDBPyConnection, first: int, n: int, n_history: int, generator: np.random.Generator
) -> None:
    sentences = _sentences()
    for start, stop in _pieces(first, first + n):
        texts = _texts(generator, sentences, stop - start)
        connection.register("texts", pa.table({"n": np.arange(start, stop), "text": texts}))
        _run(connection, "articles", n_history=n_history, n_new=N_NEW, day=DAY)
        connection.unregister("texts")


def _pieces(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last, _PIECE_ROWS):
        yield start, min(start + _PIECE_ROWS, last)


def _new_generator(stream: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([_SEED, stream]))


def _sentences() -> pa.Array:
    generator = _new_generator(2)
    letters = np.array(list("абвгдежзийклмноөпрстуүфхчшыэюяң"))
    lengths = generator.integers(2, 13, _N_WORDS)
    words = ["".join(generator.choice(letters, length)) for length in lengths]
    weights = 1 / np.arange(10, _N_WORDS + 10)
    drawn = generator.choice(_N_WORDS, (_N_SENTENCES * _WORDS_PER_SENTENCE), p=weights / weights.sum())
    return _joined(pa.array(words), drawn, _WORDS_PER_SENTENCE, " ")


def _texts(generator: np.random.Generator, sentences: pa.Array, n: int) -> pa.Array:
    return _joined(
        sentences, generator.integers(0, len(sentences), n * _SENTENCES_PER_TEXT), _SENTENCES_PER_TEXT, ".\n"
    )


def _joined(parts: pa.Array, drawn: np.ndarray, n_each: int, separator: str) -> pa.Array:
    """One text of each `n_each` parts drawn."""
    taken = parts.take(pa.array(drawn))
    offsets = pa.array(np.arange(0, len(drawn) + 1, n_each, dtype=np.int32))
    return pc.binary_join(pa.ListArray.from_arrays(offsets, taken), separator)


def _run(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> None:
    text = (_SQL / f"history_{name}.sql").read_text(encoding="utf-8")
    for statement in connection.extract_statements(text):
        wanted = {key: parameters[key] for key in statement.named_parameters}
        connection.execute(statement, wanted)

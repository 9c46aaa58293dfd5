"""`sample/`: a few hundred articles of a release, and all that goes with them, in the layout of the release.

    sample/articles.parquet  data/articles-YYYY-MM.parquet  csv/articles.csv.gz
          /{versions,citations,sources,coverage,ledger,tombstones}.{parquet,csv}
          /README.md  SHA256SUMS

For trying out: every query and snippet that reads a release reads it too, in seconds. Its rows are rows of the release,
unchanged. Articles are drawn by the order of their ids, which are hashes, in turns over sources, languages and months
(`sql/sample_articles.sql`). With them come their versions and citations, the articles that these point at, their
sources and coverage, and the ledger of the days on which they were first seen. Only the first month, the last
and four between are drawn from, so that the cost does not grow with the history; a release of at most N_ARTICLES
articles in at most N_MONTHS months is its own sample.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from exports.card import render_card
from exports.engine import open_engine, run_sql
from exports.manifest import Manifest, ManifestFile, ManifestTable, describe_file
from exports.pages import render
from exports.published import ARTICLES, PUBLISHED, Published, as_written, count_rows, read_files, text_rows, typed_rows
from exports.query_copy import parquet_files
from exports.sums import SUMS, write_sums
from exports.writers import write_csv, write_parquet

SAMPLE = "sample"
N_ARTICLES = 200
"""Three of each of some seventy sources; a full text of 3 kB each makes less than a megabyte."""
N_MONTHS = 6


def write_sample(folder: Path, manifest: Manifest) -> Manifest:
    """Write the sample into a draft that holds the data files of a manifest; return the manifest with it."""
    target = folder / SAMPLE
    for path in (target, target / "csv", target / "data"):
        path.mkdir()
    with open_engine([folder], profile=manifest.profile) as connection:
        _make_sample(connection, folder, manifest)
        n_rows = {published.name: count_rows(connection, published) for published in PUBLISHED}
        written = _write_tables(connection, target, n_rows) | _write_months(connection, target)
    (target / "README.md").write_text(_render_readme(manifest, n_rows), encoding="utf-8", newline="\n")
    write_sums(target, {})
    written |= {"README.md": None, SUMS: None}
    files = [describe_file(folder, f"{SAMPLE}/{path}", role="sample", rows=n) for path, n in written.items()]
    return manifest.model_copy(update={"files": (*manifest.files, *files)})


def _make_sample(connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
    """Make every published table with the rows of the sample."""
    months = _spread([file.month for file in manifest.months_of(ARTICLES.name) if file.month])
    for published in PUBLISHED:
        paths = drawn_from(published, manifest, months)
        read_files(connection, published, [folder / path for path in paths]).create_view(f"all_{published.name}")
    run_sql(connection, "sample_keys")
    run_sql(connection, "sample_articles", n_articles=N_ARTICLES)
    run_sql(connection, "sample_tables")


def drawn_from(published: Published, manifest: Manifest, months: Sequence[str]) -> list[str]:
    """The files of a release with the rows of a table that go with articles of some months."""
    if not published.by_month:
        return parquet_files(published, manifest.files)
    return [file.path for file in manifest.months_of(published.name) if file.month in months]


def _spread(months: Sequence[str]) -> list[str]:
    """The first, the last and as many between, evenly, as make N_MONTHS; none of none."""
    last = max(len(months) - 1, 0)
    places = {round(k * last / (N_MONTHS - 1)) for k in range(N_MONTHS)}
    return [month for place, month in enumerate(months) if place in places]


def _write_tables(connection: duckdb.DuckDBPyConnection, target: Path, n_rows: dict[str, int]) -> dict[str, int | None]:
    written: dict[str, int | None] = {}
    for published in PUBLISHED:
        parquet, csv = published.whole_files
        write_parquet(typed_rows(connection, published), connection, target / parquet)
        write_csv([text_rows(connection, published)], connection, target / csv)
        written |= {parquet: n_rows[published.name], csv: n_rows[published.name]}
    return written


def _write_months(connection: duckdb.DuckDBPyConnection, target: Path) -> dict[str, int | None]:
    month = "strftime(filed_at, '%Y-%m')"
    articles = connection.table(ARTICLES.name)
    written: dict[str, int | None] = {}
    for name, n_rows in articles.aggregate(f"{month} as month, count(*)", month).order("month").fetchall():
        path = f"data/articles-{name}.parquet"
        of_month = duckdb.SQLExpression(month) == duckdb.ConstantExpression(name)
        rows = articles.filter(of_month).order(ARTICLES.order)
        write_parquet(as_written(rows, ARTICLES.table), connection, target / path)
        written[path] = n_rows
    return written


def _render_readme(manifest: Manifest, n_rows: dict[str, int]) -> str:
    tables = {name: ManifestTable(rows=n, logical_sha256="") for name, n in n_rows.items()}
    of_sample = manifest.model_copy(update={"tables": tables, "rows": n_rows[ARTICLES.name], "files": ()})
    return render_card(of_sample) + render("sample.md.j2", manifest=manifest, n_rows=n_rows[ARTICLES.name])


def sample_files(manifest: Manifest) -> list[ManifestFile]:
    """The files of the sample; none in a release that is older than samples."""
    return [file for file in manifest.files if file.role == "sample"]

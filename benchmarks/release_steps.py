"""What `benchmarks.release` measures, each step in a process of its own: `python -m benchmarks.release_steps STEP ...`.

One JSON line on stdout: seconds by the clock, seconds of CPU, and the most memory that the process ever held, in MiB.
"""

import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.news_history import write_history, write_next_day
from exports.engine import run_sql
from exports.imprint import read_imprint
from exports.manifest import Manifest, ManifestFile
from exports.published import ARTICLES, FILED_AT, PUBLISHED, Published, as_written, list_data_files
from exports.release import cut_release
from exports.spreadsheet import list_sheets, read_sheet_rows
from exports.text_form import text_projection
from exports.writers import write_parquet

_COPY_CSV_GZ = Path(__file__).parent / "sql" / "copy_csv_gz.sql"


def main() -> None:
    """Run one step."""
    step, *arguments = sys.argv[1:]
    wall, cpu = STEPS[step](*arguments)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    print(json.dumps({"wall_s": wall, "cpu_s": cpu, "peak_mib": int(peak[1]) / 1024 if peak else 0}))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def cut(generation: str, releases: str, now: str, whole_files: str) -> tuple[float, float]:
    """Cut a release, gates and all; without the query copy, which no COPY writes."""
    imprint = read_imprint({"KABARCHY_WHOLE_FILES": whole_files, "KABARCHY_QUERY_COPY": "no"})
    moment = datetime.fromisoformat(now)
    return _timed(
        lambda: cut_release(Path(generation), Path(releases), now=moment, code_version="benchmark", imprint=imprint)
    )


def history(path: str, n_articles: str) -> tuple[float, float]:
    """Make the history."""
    return _timed(lambda: write_history(Path(path), int(n_articles)))


def next_day(before: str, path: str, n_articles: str, changed_among: str) -> tuple[float, float]:
    """Make the day after it."""
    return _timed(lambda: write_next_day(Path(before), Path(path), int(n_articles), changed_among=int(changed_among)))


def copies(release: str, folder: str) -> tuple[float, float]:
    """Write the data files of a release by nothing but COPY, out of plain tables of its rows; those are not timed.

    Articles lie in them in their order, and cells for spreadsheets as they are written. DuckDB has the memory that it
    takes by itself: within the bound of a release, one COPY of all texts as gzipped CSV finds no room.
    """
    root, target = Path(release), Path(folder)
    manifest = Manifest.model_validate_json((root / "manifest.json").read_bytes())
    wall = cpu = 0.0
    with (
        tempfile.TemporaryDirectory(dir=target) as scratch,
        duckdb.connect(Path(scratch) / "bare.duckdb") as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set variable profile = ''")
        connection.execute("set variable usage = ''")
        _fill(connection, root)
        by_name = {published.name: published for published in PUBLISHED}
        for file in manifest.files:
            if file.role == "data" and file.table is not None:
                spent = _timed(partial(_copy, connection, by_name[file.table], file, target / "copy"))
                wall, cpu = wall + spent[0], cpu + spent[1]
        for sheet in list_sheets(manifest.files) if manifest.has_whole_files else ():
            connection.execute("drop table if exists cells")
            read_sheet_rows(connection, root, sheet).create("cells")
            connection.table("cells").create_view("rows_to_write", replace=True)
            spent = _timed(lambda: run_sql(connection, "copy_spreadsheet", target=str(target / "copy")))
            wall, cpu = wall + spent[0], cpu + spent[1]
    return wall, cpu


def _fill(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    for published in PUBLISHED:
        rows = connection.read_parquet([str(path) for path in list_data_files(root, published.name)])
        if published is ARTICLES:
            rows.project(f"*, {FILED_AT} as filed_at").create("articles")
        elif published.by_month:
            rows.join(connection.table("articles").project("article_id, filed_at"), "article_id").create(published.name)
        else:
            rows.create(published.name)


def _copy(connection: duckdb.DuckDBPyConnection, published: Published, file: ManifestFile, target: Path) -> None:
    rows = connection.table(published.name)
    if file.month is not None:
        first = f"timestamptz '{file.month}-01 00:00:00+00'"
        rows = rows.filter(f"filed_at >= {first} and filed_at < {first} + interval 1 month")
    if published is not ARTICLES:  # those were read in their order, month after month
        rows = rows.order(published.order)
    if file.path.endswith(".parquet"):
        write_parquet(as_written(rows, published.table), connection, target)
    else:
        rows.project(text_projection(published.table.columns)).create_view("rows_to_write", replace=True)
        if file.path.endswith(".gz"):
            connection.execute(_COPY_CSV_GZ.read_text(encoding="utf-8"), {"target": str(target.with_suffix(".gz"))})
        else:
            run_sql(connection, "copy_csv", target=str(target.with_suffix(".csv")))


STEPS: dict[str, Callable[..., tuple[float, float]]] = {
    "cut": cut,
    "history": history,
    "next-day": next_day,
    "copies": copies,
}

if __name__ == "__main__":
    main()

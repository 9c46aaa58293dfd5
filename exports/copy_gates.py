"""The gates of what a release holds once more in another form: it says what the tables say, and nothing else.

A release that has no such file passes: an operator may do without, and older ones knew none.
"""

import duckdb

from exports.engine import run_sql
from exports.gates import Gate, ReleaseReading
from exports.published import ARTICLES, FILED_AT, PUBLISHED, Published, logical_sha256
from exports.query_copy import QUERY_COPY, STORAGE_VERSION
from exports.text_form import row_sha256
from warehouse.ddl import column_type


def check_query_copy(reading: ReleaseReading) -> list[str]:
    """The query copy can be opened by the console, and holds the rows of the published tables and nothing else."""
    if reading.manifest.file(QUERY_COPY) is None:
        return []
    run_sql(reading.connection, "attach_query_copy", path=str(reading.path / QUERY_COPY))
    try:
        return [f"{QUERY_COPY}: {fault}" for fault in _query_copy_faults(reading)]
    finally:
        run_sql(reading.connection, "detach_query_copy")


def _query_copy_faults(reading: ReleaseReading) -> list[str]:
    entries = run_sql(reading.connection, "query_copy_entries").fetchall()
    tables = {name for name, is_table, _ in entries if is_table}
    faults = [f"{name} is no published table" for name, *_ in entries if name not in {p.name for p in PUBLISHED}]
    faults += [f"has no table {published.name}" for published in PUBLISHED if published.name not in tables]
    faults += [f"storage version {found}" for *_, found in entries[:1] if not found.startswith(STORAGE_VERSION)]
    for published in PUBLISHED if not faults else ():
        faults += _copied_table_faults(reading, published)
    return faults


def _copied_table_faults(reading: ReleaseReading, published: Published) -> list[str]:
    copied = reading.connection.table(f"query_copy.{published.name}")
    found = [f"{name} {kind}".lower() for name, kind in zip(copied.columns, copied.types, strict=True)]
    types = {c.name: column_type(c).removesuffix(" with time zone") for c in published.table.columns}
    if found != [f"{name} {kind}" for name, kind in types.items()]:
        return [f"the columns of {published.name} are not those of the contract"]
    said, stated = reading.manifest.tables.get(published.name), ", ".join(_stated(published))
    rows = copied.project(f"{stated}, {row_sha256(published.said)} as record_sha256")
    faults = []
    if said is None or logical_sha256(rows, published) != said.logical_sha256:
        faults.append(f"the rows of {published.name} are not those of the manifest's logical hash")
    if published is ARTICLES:
        faults += _different_hashes(copied, reading.connection.table(ARTICLES.name))
    return faults


def _stated(published: Published) -> list[str]:
    """The columns by which the rows are sorted."""
    return ["article_id", f"{FILED_AT} as filed_at"] if published is ARTICLES else published.order.split(", ")


def _different_hashes(copied: duckdb.DuckDBPyRelation, articles: duckdb.DuckDBPyRelation) -> list[str]:
    stated = "article_id, record_sha256"
    wrong = copied.project(stated).except_(articles.project(stated)).order("article_id").fetchall()
    return [f"record_sha256 of {article_id} is another than in the table" for article_id, _ in wrong]


COPY_GATES: dict[str, Gate] = {"query_copy": check_query_copy}

"""DATA.md, the field dictionary, rendered from the contract's tables. `python -m scrapers.dictionary` prints it."""

import sys
from enum import StrEnum

import pyarrow as pa

from scrapers.columns import Column, Table
from scrapers.published_tables import PUBLISHED_TABLES, SCHEMA_VERSION
from scrapers.records import FailReason, RejectionReason, SkipReason
from scrapers.tables import ANALYST_TABLES

_TYPE_NAMES = {
    "string": "text",
    "int64": "integer",
    "double": "number",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us, tz=UTC]": "instant (UTC, microseconds)",
}

_OPENING = f"""# Field dictionary

Generated from `scrapers/tables.py` and `scrapers/published_tables.py` by `make docs`; do not edit.
Schema version {SCHEMA_VERSION}.

Instants are UTC. Lists (`authors`, `tags`, `languages`) are one string joined by ` | `, a bar inside a value written
`\\|`. In CSV an empty field is null; no column ever holds an empty text.

How an id is made: `article_id` is the first 24 hex digits of the SHA-256 of `source_id`, a newline, and the identity
key of `url`: host without a leading `www.`, `m.` or `amp.`, port where not the default, path without a closing slash,
`?` and the query where there is one; no scheme. An article without `published_at` is filed under the month of
`first_seen_at`.
"""

_REASONS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("Why a discovered address was skipped (ledger, stage url)", SkipReason),
    ("Why a discovered address failed (ledger, stage url)", FailReason),
    ("Why a page or post gave no article (ledger, stage record; table rejection)", RejectionReason),
)


def type_name(data_type: pa.DataType) -> str:
    """Word for a column's type as people read it."""
    return _TYPE_NAMES[str(data_type)]


def render_dictionary() -> str:
    """Return DATA.md as Markdown, UTF-8, ending in a newline."""
    parts = [_OPENING, "## Tables of a release\n"]
    parts += [_render_table(table) for table in PUBLISHED_TABLES]
    parts += ["## Tables of the analyst database\n"]
    parts += [_render_table(table) for table in ANALYST_TABLES]
    parts += ["## Reasons\n"]
    parts += [f"**{title}**: {', '.join(f'`{reason}`' for reason in reasons)}.\n" for title, reasons in _REASONS]
    return "\n".join(parts)


def _render_table(table: Table) -> str:
    head = f"### {table.name}\n\nOne row: {table.grain}.\n\n| column | type | null? | meaning |\n|---|---|---|---|\n"
    return head + "".join(_render_column(column) for column in table.columns)


def _render_column(column: Column) -> str:
    meaning = column.meaning.replace("|", r"\|")
    return f"| `{column.name}` | {type_name(column.type)} | {'yes' if column.nullable else ''} | {meaning} |\n"


if __name__ == "__main__":
    sys.stdout.write(render_dictionary())

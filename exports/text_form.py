r"""The text form of a published row, and its hash: one definition, from which the CSV and every hash follow.

Each value has exactly one text: an instant as `2026-11-22T04:05:06.000000Z`, a date as `2026-11-22`, a truth value as
`true` or `false`, a number as its shortest decimal, a text as it is. Null has none.

The hash of a row is the SHA-256 of its non-null values in the order of the columns, each written as

    name=length:text\n

where `length` is the number of UTF-8 bytes of the text (no escaping is needed, so no value can pose as another). Null
columns are left out: a column added later changes no hash until it is filled. `record_sha256` is this hash over all
other columns of `articles`; anyone can recompute it from the CSV:

    said = "".join(f"{k}={len(v.encode())}:{v}\n" for k, v in row.items() if v and k != "record_sha256")
    hashlib.sha256(said.encode()).hexdigest() == row["record_sha256"]

The logical hash of rows is the SHA-256 of their hashes in hex, in file order, each followed by a newline. That of a
table that is published by month is the SHA-256 of its months' logical hashes, oldest first, written alike.
"""

from collections.abc import Iterable

import pyarrow as pa

from scrapers.columns import Column

_INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
"""27 characters, of every year from 1 to 9999."""


def text_of(column: Column) -> str:
    """SQL expression for a column's text form; null stays null."""
    if pa.types.is_timestamp(column.type):
        return f"strftime({_in_utc(column)}, '{_INSTANT}')"
    if pa.types.is_string(column.type):
        return f'"{column.name}"'
    return f'cast("{column.name}" as varchar)'


def text_projection(columns: Iterable[Column]) -> str:
    """SQL projection of every column in its text form, under its own name."""
    return ", ".join(f'{text_of(column)} as "{column.name}"' for column in columns)


def row_sha256(columns: Iterable[Column]) -> str:
    """SQL expression for the hash of a row over these columns. The session must know `sha256_hex`."""
    return f"sha256_hex(concat({', '.join(map(_said, columns))}))"


def _said(column: Column) -> str:
    r"""Arguments of a concat that write `name=length:text` and a newline, and nothing for null, which it leaves out.

    In as few steps as each type allows, since this is half of the time of a hash. That a required column holds no null
    is for a gate to say.
    """
    name, text = column.name, text_of(column)
    if pa.types.is_timestamp(column.type):
        return f"strftime({_in_utc(column)}, '{name}=27:{_INSTANT}' || chr(10))"
    if not column.nullable:
        return f"'{name}=', strlen({text}), ':', {text}, chr(10)"
    # In three parts: with || a text of some kilobytes would be copied once more for each sign.
    return f"'{name}=' || strlen({text}) || ':', {text}, case when {text} is not null then chr(10) end"


def _in_utc(column: Column) -> str:
    """The instant as a time without a zone, of which strftime takes half of the time (measured 2026-11-29)."""
    return f'make_timestamp(epoch_us("{column.name}"))'

"""The form of the contract: what a column and a table are, and short ways to write the common ones."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

UTC_INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Notice that a published column will go or change, at least 90 days ahead."""

    since: date
    """UTC day of the first release that says so."""
    remove_in: str
    """Schema version, the next major one, that is without it."""
    use: str
    """What to read instead."""

    @property
    def words(self) -> str:
        """The notice as the end of a sentence about the column."""
        return f"is deprecated since {self.since}, goes in schema {self.remove_in}: use {self.use}"

    @property
    def as_json(self) -> dict[str, str]:
        """The notice as schema files carry it."""
        return {"since": self.since.isoformat(), "remove_in": self.remove_in, "use": self.use}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table that crosses a border."""

    name: str
    type: pa.DataType
    meaning: str
    """One sentence for people: what it says, in which unit, when it is null."""
    nullable: bool = False
    deprecated: Deprecation | None = None
    """Set when a published column will go; see exports.schemas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the contract."""

    name: str
    grain: str
    """What one row is."""
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, each field carrying its meaning as metadata."""
        return pa.schema(
            [pa.field(c.name, c.type, nullable=c.nullable, metadata={"meaning": c.meaning}) for c in self.columns]
        )


def text_column(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A column of text."""
    return Column(name=name, type=pa.string(), meaning=meaning, nullable=nullable)


def instant_column(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A column of UTC instants."""
    return Column(name=name, type=UTC_INSTANT, meaning=meaning, nullable=nullable)


def count_column(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A column of whole numbers."""
    return Column(name=name, type=pa.int64(), meaning=meaning, nullable=nullable)


def flag_column(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A column of yes and no."""
    return Column(name=name, type=pa.bool_(), meaning=meaning, nullable=nullable)

"""Data checks: each SQL file of this folder is a query that returns the rows that are wrong.

Its first lines say how bad a row is and what it means:

    -- severity: error | warning
    -- meaning: one sentence
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import duckdb

_HEADER = re.compile(r"\A-- severity: (?P<severity>error|warning)\n-- meaning: (?P<meaning>.+)\n")
_N_SAMPLES = 5
"""Enough to see a pattern in a log line's worth of text."""
_N_AT_ONCE = 10_000
"""Rows counted at a time, so that a million wrong ones do not fill the memory."""


class Severity(StrEnum):
    """How bad a wrong row is."""

    ERROR = "error"
    """What we hold contradicts itself; publishing it would say something wrong."""
    WARNING = "warning"
    """A person should look within days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A query for wrong rows."""

    name: str
    severity: Severity
    meaning: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a check found."""

    name: str
    severity: Severity
    n_rows: int
    """Wrong rows."""
    sample: tuple[str, ...]
    """The first few of them, as `column=value` words."""

    @property
    def is_failed(self) -> bool:
        """Whether an error was found; warnings fail nothing."""
        return self.severity is Severity.ERROR and self.n_rows > 0


def list_checks() -> tuple[Check, ...]:
    """Every check, by name."""
    found = sorted((f for f in files(__name__).iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(_parse(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in found)


def run_checks(con: duckdb.DuckDBPyConnection) -> tuple[CheckResult, ...]:
    """Run every check on an open warehouse, those that found nothing included."""
    return tuple(_run(con, check) for check in list_checks())


def _parse(name: str, sql: str) -> Check:
    header = _HEADER.match(sql)
    if header is None:
        raise ValueError(f"checks/{name}.sql: does not begin with its severity and meaning")
    return Check(name=name, severity=Severity(header["severity"]), meaning=header["meaning"], sql=sql)


def _run(con: duckdb.DuckDBPyConnection, check: Check) -> CheckResult:
    wrong = con.execute(check.sql)
    names = [column[0] for column in wrong.description]
    rows = wrong.fetchmany(_N_SAMPLES)
    sample = tuple(" ".join(f"{name}={value}" for name, value in zip(names, row, strict=True)) for row in rows)
    n_rows = len(rows)
    while more := wrong.fetchmany(_N_AT_ONCE):
        n_rows += len(more)
    return CheckResult(name=check.name, severity=check.severity, n_rows=n_rows, sample=sample)

"""Serving a data root: what was asked for, and where it is served, for other processes to read.

prefect/serve.json holds the addresses and is true while prefect/serve.lock is held.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.locks import is_held
from scrapers.data_root import write_beside


@dataclass(frozen=True, slots=True, kw_only=True)
class ServePlan:
    """What `kabarchy serve` was asked for."""

    port: int
    """Of Prefect's server."""
    catalogue_port: int
    with_schedules: bool


class ServeMark(BaseModel):
    """The addresses of a `kabarchy serve` under way."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    pid: int
    port: int
    """Of Prefect's server on 127.0.0.1."""
    catalogue_url: str


def lock_file(prefect: Path) -> Path:
    """The lock that the serving process holds."""
    return prefect / "serve.lock"


def write_mark(prefect: Path, mark: ServeMark) -> None:
    """Say where this data root is served."""
    write_beside(prefect / "serve.json", mark.model_dump_json() + "\n")


def find_serving(prefect: Path) -> ServeMark | None:
    """Return where a data root is being served; None when it is not, or not yet."""
    if not is_held(lock_file(prefect)):
        return None
    try:
        return ServeMark.model_validate_json((prefect / "serve.json").read_bytes())
    except (OSError, ValidationError):
        return None

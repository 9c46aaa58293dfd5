"""What stays of a release that was withdrawn: `WITHDRAWN.json` alone, which names what took its place and not why."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from scrapers.data_root import write_beside

WITHDRAWN = "WITHDRAWN.json"


class Withdrawal(BaseModel):
    """What `WITHDRAWN.json` says."""

    model_config = ConfigDict(frozen=True)
    id: str
    withdrawn_at: datetime
    superseded_by: str | None
    """What was issued instead; null when nothing of it could stay."""


def write_withdrawal(release: Path, withdrawal: Withdrawal) -> None:
    """Say in a release's folder that it was withdrawn; safe to repeat."""
    write_beside(release / WITHDRAWN, withdrawal.model_dump_json(indent=1) + "\n")


def read_withdrawal(data: bytes) -> str:
    """Say in a few words what `WITHDRAWN.json` says."""
    try:
        successor = Withdrawal.model_validate_json(data).superseded_by
    except ValidationError:
        return f"was withdrawn; see {WITHDRAWN}"
    return f"was withdrawn; {successor} took its place" if successor else "was withdrawn, and nothing took its place"


def is_withdrawn(release: Path) -> bool:
    """Whether a folder only says that its release was withdrawn."""
    return (release / WITHDRAWN).is_file()

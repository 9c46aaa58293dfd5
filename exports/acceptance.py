"""Acceptances: a person's word that what a gate found of a source is right, so that it need not hold every release up.

    releases/accepted.jsonl    what was accepted: gate, source, why, when

A bound that is violated is a signal to explain, not an instruction to fit. An acceptance is for one gate, one source
and the next release alone: the release carries it in its manifest, its page shows it, and the one after is compared
with what was accepted.
"""

from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from exports.errors import ReleaseDamagedError
from exports.profiles import Profile
from scrapers.json_lines import append_line, read_lines

ACCEPTED = "accepted.jsonl"


class AcceptableGate(StrEnum):
    """A gate that compares a source with the release before, and so may be wrong about what is meant."""

    MINIMUM = "minimum"
    FILL = "fill"


class Acceptance(BaseModel):
    """One acceptance; all of it is published with the release."""

    model_config = ConfigDict(frozen=True)
    gate: AcceptableGate
    source_id: str
    because: str = Field(min_length=1)
    accepted_at: AwareDatetime


def way_out(gate: str, profile: Profile) -> str:
    """What to do about a gate that refused a release, in brackets; empty when nothing but mending helps.

    >>> way_out("sums", Profile.PUBLIC)
    ''
    """
    if gate == "tombstones":
        return " (a takedown was not carried out: kabarchy takedown apply)"
    if gate not in set(AcceptableGate):
        return ""
    of_profile = "" if profile is Profile.PUBLIC else f" --profile {profile}"
    return f' (if that is right: kabarchy releases accept SOURCE --gate {gate} --because "..."{of_profile})'


def add_acceptance(releases: Path, acceptance: Acceptance) -> None:
    """Note an acceptance, durably."""
    append_line(releases / ACCEPTED, acceptance.model_dump_json())


def read_acceptances(releases: Path, *, since: AwareDatetime | None) -> tuple[Acceptance, ...]:
    """The acceptances made after an instant, that of the release before; all of them when there is none.

    An unfinished last line, left by a killed writer, is ignored. Raises ReleaseDamagedError for any other bad line.
    """
    path = releases / ACCEPTED
    try:
        found = tuple(Acceptance.model_validate_json(line) for line in read_lines(path))
    except (OSError, ValidationError) as error:
        raise ReleaseDamagedError(f"{path}: not a list of acceptances: {error}") from error
    return tuple(acceptance for acceptance in found if since is None or acceptance.accepted_at > since)

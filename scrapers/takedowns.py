"""The private register of what was taken down: `takedown/register.json` in the data root, mode 0600.

It is written first and for good; all else that a takedown does is derived from it and can be repeated. An article is
known by its id alone, which is a hash: the register keeps no address and no headline. What is public of an entry is
its tombstone: id, day and reason. Notes never leave the register.
"""

import fcntl
import json
import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from scrapers.data_root import write_beside
from scrapers.identity import BadUrlError, article_id, normalise_url

REGISTER_VERSION = 1

_HEEDED = ".heeded"

MARK = "data-kabarchy-withheld"
"""Attribute of a message that was emptied on an archived channel page: why, as `withheld_words` says it."""


class TakedownError(Exception):
    """The register cannot be read, or what is to be taken down is not known; the message names it."""


class TakedownReason(StrEnum):
    """Why an article was taken down, as its tombstone says it."""

    TAKEDOWN = "takedown"
    """The publisher, or somebody whose rights it touches, asked for it."""
    ERASURE = "erasure"
    """A person asked for their data to be erased."""
    SOURCE_OPTOUT = "source_optout"
    """The source does not want to be collected at all."""
    DUPLICATE = "duplicate"
    """It repeats another article under an address of its own."""


class Takedown(BaseModel):
    """One article that is not to be held any more."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    article_id: str
    source_id: str
    reason: TakedownReason
    taken_down_at: AwareDatetime
    note: str | None = None
    """For the operator: who asked, by which letter. Private."""


class OptOut(BaseModel):
    """One source that is not to be collected any more."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source_id: str
    taken_down_at: AwareDatetime
    note: str | None = None


class Register(BaseModel):
    """What the register says."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    register_version: int = REGISTER_VERSION
    takedowns: tuple[Takedown, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    n_carried_out: int = 0
    """So many of the entries were carried out everywhere; fewer than all when a takedown was interrupted."""

    @property
    def n_entries(self) -> int:
        """Entries of both kinds."""
        return len(self.takedowns) + len(self.opt_outs)

    @property
    def is_carried_out(self) -> bool:
        """Whether nothing of what is registered waits to be carried out."""
        return self.n_carried_out == self.n_entries

    @cached_property
    def reasons(self) -> Mapping[str, TakedownReason]:
        """Reason by article id."""
        return {takedown.article_id: takedown.reason for takedown in self.takedowns}

    @cached_property
    def sources(self) -> frozenset[str]:
        """Sources of which anything was taken down."""
        return frozenset(it.source_id for it in self.takedowns) | {it.source_id for it in self.opt_outs}

    def has_left(self, source_id: str) -> bool:
        """Whether a source opted out."""
        return any(opt_out.source_id == source_id for opt_out in self.opt_outs)

    def reason_of(self, source_id: str, an_article_id: str) -> TakedownReason | None:
        """Why an article must not be held; None when it may."""
        return self.reasons.get(an_article_id) or (TakedownReason.SOURCE_OPTOUT if self.has_left(source_id) else None)

    def find_links(self, urls: Iterable[str | None]) -> list[str]:
        """Those of the addresses whose link must not be shown: they lead to an article that was taken down."""
        gone = {it.article_id: it.source_id for it in self.takedowns if it.reason in LINKS_GO_TOO}
        return find_links(urls, gone.values(), gone) if gone else []

    def withheld_id(self, source_id: str, address: str, *, base: str | None = None) -> str | None:
        """Id of the article that an address of a source names, when it was taken down itself; else None."""
        if not self.takedowns or source_id not in self.sources:
            return None
        try:
            named = article_id(source_id, normalise_url(address, base=base))
        except BadUrlError:
            return None
        return named if named in self.reasons else None


LINKS_GO_TOO = frozenset({TakedownReason.TAKEDOWN, TakedownReason.ERASURE})
"""Reasons for which the words of others' links to the article are dropped as well: a headline names people. A source
that opted out, or a page that repeats another, may still be linked to."""


def find_links(urls: Iterable[str | None], sources: Iterable[str], ids: Container[str]) -> list[str]:
    """Those of the addresses that lead to one of the articles, each once; `sources` are the articles' own."""
    own = sorted(set(sources))
    return sorted({url for url in urls if url is not None and any(_leads_to(url, source, ids) for source in own)})


def _leads_to(url: str, source_id: str, ids: Container[str]) -> bool:
    try:
        return article_id(source_id, normalise_url(url)) in ids
    except BadUrlError:
        return False


def withheld_words(reason: TakedownReason, article_id: str) -> str:
    """What the archive and the books say of a withheld article: reason and id, nothing that it said.

    >>> withheld_words(TakedownReason.ERASURE, "0123456789abcdef01234567")
    'erasure 0123456789abcdef01234567'
    """
    return f"{reason} {article_id}"


def read_register(path: Path) -> Register:
    """Read the register; empty when there is none. Raises TakedownError: a register that is lost is never ignored."""
    try:
        return Register.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Register()
    except (OSError, ValidationError, json.JSONDecodeError) as error:
        raise TakedownError(f"{path}: not a register of takedowns: {error}") from error


def require_not_left(register: Register, source_id: str) -> None:
    """Raise TakedownError for a source that opted out."""
    if register.has_left(source_id):
        raise TakedownError(f"{source_id}: opted out of being collected; disable it in the registry")


def add_to_register(path: Path, takedowns: Iterable[Takedown], opt_outs: Iterable[OptOut] = ()) -> Register:
    """Register entries, durably; an article or source that stands there already stays as it is."""
    with _locked(path):
        known = read_register(path)
        left = {it.source_id for it in known.opt_outs}
        new = {it.article_id: it for it in takedowns if it.article_id not in known.reasons}
        register = Register(
            takedowns=(*known.takedowns, *new.values()),
            opt_outs=(*known.opt_outs, *(it for it in opt_outs if it.source_id not in left)),
            n_carried_out=known.n_carried_out,
        )
        _write(path, register)
        return register


def note_carried_out(path: Path, carried_out: Register) -> None:
    """Note that what a register said was carried out everywhere; entries added meanwhile still wait."""
    with _locked(path):
        _write(path, read_register(path).model_copy(update={"n_carried_out": carried_out.n_entries}))


def _write(path: Path, register: Register) -> None:
    write_beside(path, register.model_dump_json(indent=1) + "\n")
    path.chmod(0o600)


@contextmanager
def heeded_register(path: Path) -> Iterator[Register]:
    """Read the register, and hold off takedowns while something is made by it: they are carried out afterwards.

    Many may do so at once. Raises TakedownError as `read_register` does.
    """
    with _locked(path, _HEEDED, shared=True):
        yield read_register(path)


@contextmanager
def nobody_heeding(path: Path) -> Iterator[None]:
    """Wait until nothing is being made by an older register, and let nothing begin in the with block."""
    with _locked(path, _HEEDED):
        yield


@contextmanager
def _locked(path: Path, name: str = ".lock", *, shared: bool = False) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)  # notes name people
    descriptor = os.open(path.with_name(name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

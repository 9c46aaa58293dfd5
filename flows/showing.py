"""Cut, show, publish: the end of a run, of which no step that fails hides what the others did.

A release that a gate refuses leaves the site to be built with the releases that stand, and how fresh each source is; a
publication that fails leaves a release that is cut. Nothing here knows Prefect.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flows.stages import StageError

_T = TypeVar("_T")
Step = Callable[[], Awaitable[_T]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the end of a run came to."""

    release: str | None
    """Id of the release that was cut; None when no published table changed, or it was refused."""
    page: Path | None
    """First page of the catalogue; None when it could not be built."""
    failures: tuple[str, ...] = ()
    """What went wrong, a line for each step."""


async def cut_and_show(cut: Step[str | None], build_site: Step[Path], publish: Step[str | None] | None = None) -> Shown:
    """Take the steps in turn, each whatever became of the one before; `publish`: None where no target is set."""
    failures: list[str] = []
    release = await _try(cut, failures)
    page = await _try(build_site, failures)
    if publish is not None:
        await _try(publish, failures)
    return Shown(release=release, page=page, failures=tuple(failures))


async def _try(step: Step[_T], failures: list[str]) -> _T | None:
    try:
        return await step()
    except StageError as error:
        failures.append(str(error))
        return None

"""Profiles: for whom a release is, and what follows from it for what it carries and for how it calls itself.

A release is cut for one profile into a folder that is for the same, for good (`versions.json` says which). One code
path makes both: an engine is opened for a profile, statements ask it (`getvariable('profile')`), and what was not
said is public, so that forgetting it withholds.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from scrapers.data_root import DataRoot

NOT_FOR_REDISTRIBUTION = "not for redistribution"
"""The words that everything of an internal release says and nothing of a public one."""
DATASET = "kabarchy-central-asia-news"
TITLE = "Kabarchy: the news of Central Asia"
_CONTENTS = (
    "Articles and channel posts of Central Asian news outlets: stable id, link, headline, language, times, sources "
    "named, and {texts}; with the history of changes between releases, the freshness of every source, and the ledger "
    "of what did not make it into the data and why."
)
DESCRIPTION = _CONTENTS.format(texts="as much of the text as the rights of each outlet allow")
_INTERNAL_DESCRIPTION = (
    f"Internal, {NOT_FOR_REDISTRIBUTION}. "
    f"{_CONTENTS.format(texts='the full text and the authors, whatever the rights of the outlet')}"
)


class Profile(StrEnum):
    """For whom a release is."""

    PUBLIC = "public"
    """For everybody: of each article as much as the rights of its source allow."""
    INTERNAL = "internal"
    """For the operator's own analysts: the full text of everything, not for redistribution."""

    @property
    def usage(self) -> str:
        """What may be done with it, in a few words, as every Parquet file says it."""
        return "see RIGHTS.md" if self is Profile.PUBLIC else NOT_FOR_REDISTRIBUTION

    @property
    def dataset(self) -> str:
        """Name of the data set for programs."""
        return DATASET if self is Profile.PUBLIC else f"{DATASET}-internal"

    @property
    def dataset_title(self) -> str:
        """Name of the data set for people; all that describes a release begins with it."""
        return TITLE if self is Profile.PUBLIC else f"{TITLE} (internal, {NOT_FOR_REDISTRIBUTION})"

    @property
    def description(self) -> str:
        """What the data set is, in a sentence."""
        return DESCRIPTION if self is Profile.PUBLIC else _INTERNAL_DESCRIPTION

    @property
    def folder_mode(self) -> int:
        """Permissions of a new folder, less the umask: what is internal is for the account that makes it."""
        return 0o777 if self is Profile.PUBLIC else 0o700

    @property
    def licence(self) -> "Licence":
        """What the compilation is licensed under."""
        return CC_BY if self is Profile.PUBLIC else NO_LICENCE


def folders_of(root: DataRoot, profile: Profile) -> tuple[Path, Path]:
    """Folders of a data root for the releases of a profile, and for their catalogue."""
    if profile is Profile.PUBLIC:
        return root.releases, root.site
    return root.internal_releases, root.internal_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What says what may be done."""

    name: str
    url: str
    scope: str
    """In a sentence."""
    is_spdx: bool
    """Whether the name is one of the SPDX list, which some standards ask for."""


CC_BY = Licence(
    name="CC-BY-4.0",
    url="https://creativecommons.org/licenses/by/4.0/",
    scope="Creative Commons Attribution 4.0 International, for the compilation and its metadata only",
    is_spdx=True,
)
NO_LICENCE = Licence(
    name="InC-1.0",
    url="http://rightsstatements.org/vocab/InC/1.0/",
    scope=f"In copyright of the publishers: for the operator's own analysis, {NOT_FOR_REDISTRIBUTION}",
    is_spdx=False,
)
"""A statement, not a licence: nothing is granted (https://rightsstatements.org/)."""

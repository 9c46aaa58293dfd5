"""The imprint: for whom a release is, where it is published and who vouches for it.

Read from the environment at the command's edge, but for the profile, which is asked for.

KABARCHY_PUBLIC_URL     address of the catalogue for everybody; metadata then names files by whole addresses
KABARCHY_MINISIGN_KEY   file of a minisign secret key without a password; SHA256SUMS is then signed
KABARCHY_QUERY_COPY     `no`: releases hold no `kabarchy.duckdb`, and the catalogue no SQL console
KABARCHY_WHOLE_FILES    `no`: articles, versions and citations are published by month alone, without files of all their
                        rows, so that a release costs what changed; then there are no CSV files of them, none for
                        spreadsheets and no query copy either
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from exports.errors import ImprintError
from exports.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What the operator adds to every release."""

    public_url: str | None = None
    """Address of the catalogue, ending in a slash; None: the metadata names files relative to itself."""
    minisign_key: Path | None = None
    """Secret key that signs SHA256SUMS; None: nothing is signed."""
    has_query_copy: bool = False
    """Whether releases hold the query copy (`exports.query_copy`), which is about as large as the Parquet files."""
    profile: Profile = Profile.PUBLIC
    has_whole_files: bool = True
    """Whether large tables get a file of all their rows, as Parquet and as CSV, beside the monthly ones."""

    @property
    def catalogue_url(self) -> str | None:
        """Address of the catalogue that the release is in; None also for an internal one, which is in no public one."""
        return self.public_url if self.profile is Profile.PUBLIC else None


NO_IMPRINT = Imprint()
"""Neither an address nor a key nor a query copy."""


def read_imprint(environment: Mapping[str, str], profile: Profile = Profile.PUBLIC) -> Imprint:
    """Read the variables above; an empty one counts as not set. Raises ImprintError naming variable and value.

    >>> read_imprint({"KABARCHY_PUBLIC_URL": "https://data.example/news"}).public_url
    'https://data.example/news/'
    """
    url, key = environment.get("KABARCHY_PUBLIC_URL"), environment.get("KABARCHY_MINISIGN_KEY")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or urlsplit(url).query):
        raise ImprintError(f"KABARCHY_PUBLIC_URL: not the http(s) address of a folder: {url!r}")
    if key and not Path(key).expanduser().is_file():
        raise ImprintError(f"KABARCHY_MINISIGN_KEY: no such file: {key!r}")
    has_query_copy = _is_yes(environment, "KABARCHY_QUERY_COPY")
    has_whole_files = _is_yes(environment, "KABARCHY_WHOLE_FILES")
    return Imprint(
        public_url=url.rstrip("/") + "/" if url else None,
        minisign_key=Path(key).expanduser() if key else None,
        profile=profile,
        has_query_copy=has_query_copy and has_whole_files,
        has_whole_files=has_whole_files,
    )


def _is_yes(environment: Mapping[str, str], name: str) -> bool:
    said = environment.get(name) or "yes"
    if said not in ("yes", "no"):
        raise ImprintError(f"{name}: neither yes nor no: {said!r}")
    return said == "yes"

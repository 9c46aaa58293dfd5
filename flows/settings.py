"""Where Kabarchy runs: read once from the environment, then passed on as a value.

KABARCHY_HOME           data root; default ./data
KABARCHY_SOURCES        folder of registry files; default <home>/sources where it exists, else the shipped registry
KABARCHY_CONTACT_URL    page that tells site owners who crawls; needed for every source that is not on this machine
KABARCHY_NOTIFY_URL     where a failed or degraded run is POSTed as JSON; default: only <home>/logs/notifications.jsonl
KABARCHY_PUBLISH_TO     where each run publishes to: file:///a/folder or s3://bucket/prefix; default: nowhere
KABARCHY_PUBLIC_URL  KABARCHY_MINISIGN_KEY  KABARCHY_QUERY_COPY  KABARCHY_WHOLE_FILES
                        see exports.imprint; here the key is only made absolute, since a worker runs in another folder
AWS_ACCESS_KEY_ID  AWS_SECRET_ACCESS_KEY  AWS_SESSION_TOKEN  AWS_ENDPOINT_URL  AWS_REGION
                        how to reach the bucket, under the names that every S3 tool reads
KABARCHY_CATALOGUE_URL  address under which `kabarchy serve` shows the catalogue; set by it for its own children

Prefect reads its settings when it is imported, so `prefect_environment` must be in the environment before that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from exports.errors import TargetError
from exports.imprint import Imprint, read_imprint
from exports.targets import TargetAccess, read_access, split_target
from scrapers.registry_folder import SHIPPED_SOURCES

HEARTBEAT_S = 30
"""Seconds between two signs of life of a flow run; the least that Prefect allows."""

_RUNS_KEPT_S = 30 * 86_400
"""Prefect's history: a month of hourly runs is 720 rows in the UI. The record of what was fetched is the archive."""


class SettingsError(Exception):
    """A variable of the environment cannot be used; the message names it and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where this Kabarchy runs; paths are absolute."""

    home: Path
    sources: Path
    contact_url: str | None = None
    notify_url: str | None = None
    catalogue_url: str | None = None
    publish_to: str | None = None
    public_url: str | None = None
    """Address of the catalogue for everybody. Like the key not looked at before it is needed: see `imprint_of`."""
    minisign_key: Path | None = None
    """Not looked at before a release is cut: for want of a key nothing is to remain uncrawled."""
    query_copy: str | None = None
    """`yes` or `no`; what is neither is told before a release is cut: see `imprint_of`."""
    whole_files: str | None = None
    """The same."""
    access: TargetAccess = field(default_factory=TargetAccess)
    """How to reach the bucket of `publish_to`; child processes find it in the environment that they inherit."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the variables above; an empty one counts as not set. Raises SettingsError."""
    home = Path(environment.get("KABARCHY_HOME") or "data").expanduser().resolve()
    if home.exists() and not home.is_dir():
        raise SettingsError(f"KABARCHY_HOME: not a folder: {home}")
    sources, key = environment.get("KABARCHY_SOURCES"), environment.get("KABARCHY_MINISIGN_KEY")
    return Settings(
        home=home,
        sources=Path(sources).expanduser().resolve() if sources else _default_sources(home),
        contact_url=_web_address(environment, "KABARCHY_CONTACT_URL"),
        notify_url=_web_address(environment, "KABARCHY_NOTIFY_URL"),
        catalogue_url=_web_address(environment, "KABARCHY_CATALOGUE_URL"),
        publish_to=_target(environment, "KABARCHY_PUBLISH_TO"),
        public_url=environment.get("KABARCHY_PUBLIC_URL") or None,
        minisign_key=Path(key).expanduser().resolve() if key else None,
        query_copy=environment.get("KABARCHY_QUERY_COPY") or None,
        whole_files=environment.get("KABARCHY_WHOLE_FILES") or None,
        access=read_access(environment),
    )


def own_environment(settings: Settings) -> dict[str, str]:
    """Return the variables from which `read_settings` reads the same settings again, for child processes."""
    values = {
        "KABARCHY_HOME": str(settings.home),
        "KABARCHY_SOURCES": str(settings.sources),
        "KABARCHY_CONTACT_URL": settings.contact_url,
        "KABARCHY_NOTIFY_URL": settings.notify_url,
        "KABARCHY_CATALOGUE_URL": settings.catalogue_url,
        "KABARCHY_PUBLISH_TO": settings.publish_to,
        "KABARCHY_PUBLIC_URL": settings.public_url,
        "KABARCHY_MINISIGN_KEY": str(settings.minisign_key) if settings.minisign_key else None,
        "KABARCHY_QUERY_COPY": settings.query_copy,
        "KABARCHY_WHOLE_FILES": settings.whole_files,
    }
    return {name: value for name, value in values.items() if value is not None}


def imprint_of(settings: Settings) -> Imprint:
    """The imprint of releases that are cut here. Raises ImprintError naming variable and value."""
    return read_imprint(own_environment(settings))


def prefect_environment(settings: Settings, *, port: int) -> dict[str, str]:
    """Return Prefect's own settings: its state under the data root, its server on this machine, no call home.

    The port is given by setting and not by flag: with the flag alone the UI goes on calling 4200 (measured 2026-11-22).
    """
    origin = f"http://127.0.0.1:{port}"
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_API_URL": f"{origin}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        # Else any web page that the operator opens may read and steer the API from the browser.
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": origin,
        # `prefect deploy` otherwise asks questions when it sees a terminal.
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
        # The worker asks every 2 s rather than every 10: a run started by hand starts at once.
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        # By default only events are ever deleted.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(_RUNS_KEPT_S),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
    }


def _default_sources(home: Path) -> Path:
    own = home / "sources"
    return own if own.is_dir() else SHIPPED_SOURCES.resolve()


def _web_address(environment: Mapping[str, str], name: str) -> str | None:
    value = environment.get(name)
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{name}: not an http(s) address: {value!r}")
    return value


def _target(environment: Mapping[str, str], name: str) -> str | None:
    value = environment.get(name)
    if not value:
        return None
    try:
        split_target(value)
    except TargetError as error:
        raise SettingsError(f"{name}: {error}") from error
    return value

"""`python -m exports`: cut, verify and compare releases, build the catalogue, without an orchestrator.

One JSON value on stdout, the log on stderr. Exit code 0: done; 1: ran and found problems; 2: misused, with one clear
line that names thing and value.
"""

import argparse
import json
import logging
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from exports.catalogue import build_site
from exports.diff import diff_releases
from exports.errors import ExportError
from exports.imprint import read_imprint
from exports.profiles import Profile, folders_of
from exports.publish import publish_releases
from exports.release import cut_release
from exports.target import open_target
from exports.targets import read_access
from exports.verify import verify_release
from exports.versions import read_versions
from scrapers.data_root import DataRoot, DataRootError, open_data_root
from warehouse.analyst_copy import current_generation
from warehouse.errors import NoGenerationError

logger = logging.getLogger(__name__)


class _MisusedError(Exception):
    """The command cannot be carried out as it was given."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(open_data_root(options.home), options))
    except (_MisusedError, DataRootError) as error:
        return _fail(error, exit_code=2)
    except (ExportError, duckdb.Error, OSError) as error:
        return _fail(error, exit_code=1)
    except Exception:
        logger.exception("not foreseen: this is a fault of the program")
        return 1


def _fail(error: Exception, *, exit_code: int) -> int:
    print(f"exports: {error}", file=sys.stderr)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exports", description="Releases and their catalogue.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    cut = commands.add_parser("cut", help="cut a release when a published table changed")
    cut.set_defaults(command=_cut)
    verify = commands.add_parser("verify", help="put a release through every gate")
    verify.add_argument("release", nargs="?", help="id; the latest when left out")
    verify.set_defaults(command=_verify)
    diff = commands.add_parser("diff", help="compare the articles of two releases")
    diff.add_argument("old")
    diff.add_argument("new", nargs="?", help="the latest when left out")
    diff.set_defaults(command=_diff)
    site = commands.add_parser("site", help="build the catalogue page")
    site.set_defaults(command=_site)
    publish = commands.add_parser("publish", help="bring a folder or bucket up to the state of the releases")
    publish.add_argument("--to", required=True, metavar="URL", help="file:///a/folder or s3://bucket/prefix")
    publish.set_defaults(command=_publish)
    for command in (cut, site):
        command.add_argument("--now", type=_instant, metavar="ISO", help="replays: the instant that it is said to be")
    for command in (cut, verify, diff, site):
        command.add_argument(
            "--profile",
            type=Profile,
            choices=list(Profile),
            default=Profile.PUBLIC,
            help="internal: with all texts, not for redistribution; in folders of its own (default: public)",
        )
    for command in (cut, verify, diff, site, publish):
        command.add_argument("--home", type=Path, default=Path("data"), help="data root (default: ./data)")
    return parser


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"no time zone: {text}")
    return instant


def _cut(root: DataRoot, options: argparse.Namespace) -> int:
    now = options.now or datetime.now(UTC)
    generation = _generation(root)
    if generation is None:
        raise _MisusedError(f"{root.analyst}: no generation for analysts yet; load a batch first")
    release = cut_release(
        generation,
        folders_of(root, options.profile)[0],
        now=now,
        code_version=version("kabarchy"),
        imprint=read_imprint(os.environ, options.profile),
    )
    print(json.dumps({"release": release and release.id, "changes": release and release.manifest.changes.model_dump()}))
    return 0


def _verify(root: DataRoot, options: argparse.Namespace) -> int:
    path = _release_path(root, options.profile, options.release)
    results = verify_release(path)
    print(json.dumps({"release": path.name, "gates": [asdict(result) for result in results]}, ensure_ascii=False))
    return 0 if all(result.is_ok for result in results) else 1


def _diff(root: DataRoot, options: argparse.Namespace) -> int:
    old, new = (_release_path(root, options.profile, name) for name in (options.old, options.new))
    print(json.dumps(asdict(diff_releases(old, new))))
    return 0


def _site(root: DataRoot, options: argparse.Namespace) -> int:
    now = options.now or datetime.now(UTC)
    releases, site = folders_of(root, options.profile)
    imprint = read_imprint(os.environ, options.profile)
    page = build_site(releases, site, generation=_generation(root), now=now, imprint=imprint)
    print(json.dumps({"page": str(page)}))
    return 0


def _publish(root: DataRoot, options: argparse.Namespace) -> int:
    report = publish_releases(root.releases, root.site, open_target(options.to, read_access(os.environ)))
    print(json.dumps(asdict(report)))
    return 0


def _generation(root: DataRoot) -> Path | None:
    try:
        return current_generation(root.analyst)
    except NoGenerationError:
        return None


def _release_path(root: DataRoot, profile: Profile, name: str | None) -> Path:
    releases, _ = folders_of(root, profile)
    release_id = name or read_versions(releases).latest
    if release_id is None:
        raise _MisusedError(f"{releases}: no release yet")
    path = releases / release_id
    if Path(release_id).name != release_id or not (path / "manifest.json").is_file():
        raise _MisusedError(f"{releases}: no release {release_id!r}")
    return path


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    sys.exit(main())

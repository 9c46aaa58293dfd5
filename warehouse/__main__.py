"""The warehouse from the command line: `python -m warehouse load|rebuild|check|copy --home H`.

Prints one JSON object on stdout and the log on stderr. Exit code 0: done; 1: ran and found problems; 2: misused.
"""

import argparse
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from scrapers.data_root import DataRoot, DataRootError, open_data_root
from scrapers.registry import Source
from scrapers.registry_folder import SHIPPED_SOURCES, RegistryError, load_registry
from scrapers.takedowns import TakedownError, read_register
from warehouse.analyst_copy import publish_generation
from warehouse.checks import run_checks
from warehouse.database import open_for_reading
from warehouse.errors import WarehouseError
from warehouse.loader import LoadReport, load_batches, rebuild_warehouse

_DONE, _PROBLEMS, _MISUSED = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    try:
        root = open_data_root(options.home)
        return int(options.run(root, options))
    except (DataRootError, RegistryError) as error:
        print(error, file=sys.stderr)
        return _MISUSED
    except (TakedownError, WarehouseError, OSError) as error:
        print(error, file=sys.stderr)
        return _PROBLEMS


def _load(root: DataRoot, options: argparse.Namespace) -> int:
    registry, register = _registry(root, options), read_register(root.takedowns)
    return _report(load_batches(root.warehouse, root.staging, registry, register=register, wait_s=options.wait))


def _rebuild(root: DataRoot, options: argparse.Namespace) -> int:
    registry, register = _registry(root, options), read_register(root.takedowns)
    return _report(rebuild_warehouse(root.warehouse, root.staging, registry, register=register, wait_s=options.wait))


def _check(root: DataRoot, _options: argparse.Namespace) -> int:
    with open_for_reading(root.warehouse) as con:
        results = run_checks(con)
    print(json.dumps({"checks": [asdict(result) for result in results]}, ensure_ascii=False))
    return _PROBLEMS if any(result.is_failed for result in results) else _DONE


def _copy(root: DataRoot, options: argparse.Namespace) -> int:
    path = publish_generation(root.warehouse, root.analyst, wait_s=options.wait)
    print(json.dumps({"generation": str(path)}, ensure_ascii=False))
    return _DONE


def _report(report: LoadReport) -> int:
    print(json.dumps(asdict(report), ensure_ascii=False))
    return _DONE if report.is_ok else _PROBLEMS


def _registry(root: DataRoot, options: argparse.Namespace) -> dict[str, Source]:
    return load_registry(options.sources or (root.sources if root.sources.is_dir() else SHIPPED_SOURCES))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m warehouse", description="From batches to one queryable history.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, summary in (
        ("load", _load, "load every batch that is not loaded yet"),
        ("rebuild", _rebuild, "make the database anew from all batches"),
        ("check", _check, "run the data checks"),
        ("copy", _copy, "publish a new generation for analysts"),
    ):
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run)
        command.add_argument("--home", type=Path, default=Path("data"), help="data root (default: ./data)")
        command.add_argument("--sources", type=Path, help="registry folder (default: <home>/sources, or the shipped)")
        command.add_argument("--wait", type=float, default=0.0, metavar="S", help="seconds to wait for another loader")
    return parser


if __name__ == "__main__":
    sys.exit(main())

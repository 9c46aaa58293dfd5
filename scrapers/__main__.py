"""The stages of this package from the command line: `python -m scrapers crawl | extract | list-crawls`.

`probe | scout | propose` look at sites; see `scrapers.probe` and `scrapers.adding`.
Results are JSON on stdout, the log is JSON lines on stderr. Exit codes: 0 done, 1 ran and found problems, 2 misused.
"""

import argparse
import json
import logging
import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapers.data_root import DataRoot, DataRootError, open_data_root
from scrapers.days import DayRange
from scrapers.loading import loading
from scrapers.outcomes import to_json
from scrapers.registry import Source
from scrapers.registry_folder import SHIPPED_SOURCES, RegistryError, choose_sources, find_sources, load_registry
from scrapers.takedowns import TakedownError

logger = logging.getLogger("scrapers")

DONE, FOUND_PROBLEMS, MISUSED = 0, 1, 2


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "t": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Scrapy tells of its extensions, requests and counters; what of that matters is in the crawl's summary.

    A filter, because Scrapy sets the level of its own logger when it starts.
    """
    return record.levelno >= logging.WARNING or not record.name.startswith("scrapy.")


def main(words: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(words)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    handler.addFilter(_is_worth_a_line)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (RegistryError, DataRootError, TakedownError) as error:
        return _say(error, MISUSED)
    except (OSError, sqlite3.Error) as error:
        return _say(error, FOUND_PROBLEMS)
    except Exception:
        logger.exception("failed")
        return FOUND_PROBLEMS


def _crawl(options: argparse.Namespace) -> int:
    # Imported here, as in `_extract`: each command is a process of its own and should not load the other's libraries.
    # `contextfactory` comes first: when it is loaded, Scrapy looks through the call stack and all loaded modules for
    # deprecated use. While these are few, that saves a tenth of a crawl's start (measured 2026-11-25).
    with loading():
        import scrapy.core.downloader.contextfactory  # noqa: F401 - see above

        from scrapers.backfills import left_of_backfills
        from scrapers.crawl import CrawlJob, CrawlLimits, crawl_source
        from scrapers.recovery import CrawlRunningError
        from scrapers.settings import ContactRequiredError

    root = open_data_root(options.home)
    (source,) = choose_sources(_registry(options, root), (options.source,))
    job = CrawlJob(
        source=source,
        archive=root.archive,
        visits=root.visits,
        takedowns=root.takedowns,
        run_id=options.run_id or f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}",
        as_of=options.as_of,
        limits=CrawlLimits(
            max_pages=options.max_pages,
            max_seconds=options.max_seconds,
            max_rss_mb=options.max_rss_mb,
            timeout_s=options.timeout_s,
        ),
        contact_url=options.contact_url,
        days=options.backfill,
    )
    try:
        summary = crawl_source(job)
    except (ContactRequiredError, CrawlRunningError) as error:
        return _say(error, MISUSED)
    left = left_of_backfills(root.visits, source.id, summary.finished_at).get(options.backfill)
    said = to_json(summary) | ({"left": asdict(left)} if left else {})
    print(json.dumps(said, ensure_ascii=False))
    return DONE if summary.is_complete else FOUND_PROBLEMS


def _probe(options: argparse.Namespace) -> int:
    from scrapers.archive import ArchivedCrawl
    from scrapers.check_reports import CheckReport, save_report
    from scrapers.probe import ProbeJob, probe_source
    from scrapers.settings import ContactRequiredError
    from scrapers.verdicts import judge

    root = open_data_root(options.home)
    (source,) = find_sources(_registry(options, root), (options.source,))
    job = ProbeJob(
        source=source,
        workplace=root.checks,
        takedowns=root.takedowns,
        contact_url=options.contact_url,
        as_of=options.as_of,
    )

    def judge_and_keep(crawl: ArchivedCrawl) -> CheckReport:
        report = judge(crawl, source)
        save_report(root.checks, report)  # before the look ends: until then a takedown of the source is put off
        return report

    try:
        report = probe_source(job, judge_and_keep)
    except ContactRequiredError as error:
        return _say(error, MISUSED)
    print(report.model_dump_json())
    return DONE if report.is_passed else FOUND_PROBLEMS


def _scout(options: argparse.Namespace) -> int:
    from scrapers.adding import scout_site

    return _look(options, scout_site)


def _propose(options: argparse.Namespace) -> int:
    from scrapers.adding import probe_draft

    return _look(options, probe_draft)


def _look(options: argparse.Namespace, look: Callable[..., object]) -> int:
    """Look at a site that is no source yet and print what was found."""
    from pydantic import TypeAdapter

    from scrapers.adding import site_of
    from scrapers.identity import BadUrlError
    from scrapers.settings import ContactRequiredError

    root = open_data_root(options.home)
    asked = {"source_id": options.id, "contact_url": options.contact_url, "delay_s": options.delay_s}
    try:
        found = look(site_of(options.url, root, **asked))
    except (BadUrlError, ContactRequiredError) as error:
        return _say(error, MISUSED)
    print(TypeAdapter(type(found)).dump_json(found).decode())
    return DONE


def _extract(options: argparse.Namespace) -> int:
    with loading():
        from scrapers.extraction.stage import ExtractFailure, ExtractJob, extract_crawls
        from scrapers.pending import pending_crawls

    root = open_data_root(options.home)
    registry = _registry(options, root)
    pending = pending_crawls(root.archive, root.staging)
    wanted = frozenset(options.crawl)
    crawls = [path for path in pending if not wanted or path.name.partition(".")[0] in wanted]
    job = ExtractJob(
        archive=root.archive,
        staging=root.staging,
        sources=registry,
        takedowns=root.takedowns,
        n_workers=options.workers,
    )
    code = DONE
    for result in extract_crawls(crawls, job):
        if isinstance(result, ExtractFailure):
            crawl_id = result.path.name.partition(".")[0]
            logger.error("crawl=%s not extracted: %s", crawl_id, result.error)
            print(json.dumps({"crawl_id": crawl_id, "not_extracted": result.error}, ensure_ascii=False), flush=True)
            code = FOUND_PROBLEMS
        else:
            print(result.info.model_dump_json(), flush=True)
    return code


def _list_crawls(options: argparse.Namespace) -> int:
    from scrapers.archive import ArchiveDamagedError, list_crawls, open_crawl

    root = open_data_root(options.home)
    code = DONE
    for path in list_crawls(root.archive, options.source):
        try:
            print(json.dumps(to_json(open_crawl(path, root.archive).summary), ensure_ascii=False))
        except ArchiveDamagedError as error:
            logger.error("%s", error)
            code = FOUND_PROBLEMS
    return code


def _registry(options: argparse.Namespace, root: DataRoot) -> dict[str, Source]:
    own = root.sources if root.sources.is_dir() else SHIPPED_SOURCES
    return load_registry(options.sources or own)


def _say(error: Exception, code: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scrapers", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    home = os.environ.get("KABARCHY_HOME", "data")
    common.add_argument("--home", type=Path, default=Path(home), help="data root (KABARCHY_HOME, ./data)")
    common.add_argument("--sources", type=Path, help="registry folder (the data root's own, else the shipped one)")
    _add_crawl(commands.add_parser("crawl", parents=[common], help="crawl one source into the archive"))
    probe = commands.add_parser("probe", parents=[common], help="look at one source politely, and keep a report")
    probe.add_argument("source", help="id of a source")
    probe.add_argument("--contact-url", help="a page about us; required for sources that are not on this machine")
    probe.add_argument("--as-of", type=_instant, help="instant at which the look believes to start (ISO 8601)")
    probe.set_defaults(command=_probe)
    _add_site(commands.add_parser("scout", parents=[common], help="draft a source from a home page"), _scout)
    _add_site(commands.add_parser("propose", parents=[common], help="probe the draft, propose a source"), _propose)
    extract = commands.add_parser("extract", parents=[common], help="extract what has no current batch")
    extract.add_argument("--crawl", action="append", default=[], metavar="CRAWL_ID", help="only this one; repeatable")
    extract.add_argument("--workers", type=int, default=2, help="worker processes")
    extract.set_defaults(command=_extract)
    listing = commands.add_parser("list-crawls", parents=[common], help="say what the archive holds")
    listing.add_argument("source", nargs="?", help="only this source")
    listing.set_defaults(command=_list_crawls)
    return parser


def _add_site(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("url", help="address of the home page")
    parser.add_argument("--id", help="id of the source; else made from the host")
    parser.add_argument("--delay-s", type=float, help="seconds between two requests")
    parser.add_argument("--contact-url", help="a page about us; required for sites that are not on this machine")
    parser.set_defaults(command=command)


def _add_crawl(crawl: argparse.ArgumentParser) -> None:
    crawl.add_argument("source", help="id of a source")
    crawl.add_argument("--run-id", help="the run that this crawl belongs to; a killed crawl of the same run goes on")
    crawl.add_argument("--as-of", type=_instant, help="instant at which the crawl believes to start (ISO 8601)")
    crawl.add_argument(
        "--backfill",
        nargs=2,
        action=_BackfillDays,
        metavar=("FROM", "TO"),
        help="fetch what was published on these days (ISO 8601, both included), and nothing else; goes on where the "
        "last crawl of the same days stopped",
    )
    crawl.add_argument("--contact-url", help="a page about us; required for sources that are not on this machine")
    crawl.add_argument("--max-pages", type=int, default=2000, help="pages asked for, entries not counted")
    crawl.add_argument("--max-seconds", type=float, default=1800, help="time limit")
    crawl.add_argument("--max-rss-mb", type=int, default=1024, help="resident memory limit in MiB")
    crawl.add_argument("--timeout-s", type=float, default=30, help="time limit of one exchange with a host")
    crawl.set_defaults(command=_crawl)


class _BackfillDays(argparse.Action):
    """Reads two days into a DayRange."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        try:
            setattr(namespace, self.dest, DayRange.parse("/".join(values)))
        except ValueError as error:
            parser.error(f"argument {option_string}: {error}")


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset from UTC")
    return at.astimezone(UTC)


if __name__ == "__main__":
    sys.exit(main())

"""Maintain: delete what the orchestration has outlived. Never touches the archive, the warehouse or the releases.

Prefect's own vacuum removes old flow runs too, but only while a server is up for an hour; runs from the command line
have a server for as long as they last.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterEndTime
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed

from flows.reports import list_reports
from flows.settings import read_settings
from flows.states import name_by_time
from scrapers.clock import Clock
from scrapers.counts import counted
from scrapers.data_root import open_data_root

_BATCH = 100
"""Flow runs asked for at once; the API answers at most 200."""
_LEFTOVER_AGE = timedelta(days=1)
"""A stage takes at most an hour; what it left aside a day ago belongs to nobody."""


@flow(name="maintain", flow_run_name=name_by_time, persist_result=False)
async def maintain(keep_days: int = 30) -> State[None]:
    """Delete flow runs and run reports older than `keep_days`, and what killed stages left aside."""
    settings = read_settings(os.environ)
    root = open_data_root(settings.home)
    now = Clock().now()
    before = now - timedelta(days=keep_days)
    async with get_client() as client:
        n_runs = await _delete_flow_runs(client, before)
    n_reports = _delete_files(list_reports(root.runs), before)
    n_leftovers = _delete_folders(root.staging.glob(".tmp-*"), now - _LEFTOVER_AGE)
    counts = (counted(n_runs, "flow run"), counted(n_reports, "report"), counted(n_leftovers, "leftover"))
    message = f"deleted {', '.join(counts)}"
    get_run_logger().info("%s", message)
    return Completed(message=message)


async def _delete_flow_runs(client: PrefectClient, before: datetime) -> int:
    n_deleted = 0
    old = FlowRunFilter(end_time=FlowRunFilterEndTime(before_=before))
    while runs := await client.read_flow_runs(flow_run_filter=old, limit=_BATCH):
        for run in runs:
            with contextlib.suppress(ObjectNotFound):  # the server's own vacuum was faster
                await client.delete_flow_run(run.id)
        n_deleted += len(runs)
    return n_deleted


def _delete_files(paths: Iterable[Path], before: datetime) -> int:
    old = [path for path in paths if _modified_at(path) < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _delete_folders(paths: Iterable[Path], before: datetime) -> int:
    old = [path for path in paths if _modified_at(path) < before]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _modified_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)

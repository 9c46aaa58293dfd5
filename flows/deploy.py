"""Make Prefect's server know our flows: work pool, deployments, automations, and what to do about missed runs."""

import asyncio
import contextlib
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Cancelled, Cancelling
from prefect.workers.process import ProcessWorker

from flows.automations import set_up_automations
from flows.processes import ChildLimits, Log, own_python, run_child
from flows.services import ServiceError

POOL = "kabarchy"
"""Name of the work pool; prefect.yaml says the same."""
PREFECT_YAML = Path(__file__).resolve().parent.parent / "prefect.yaml"
_DEPLOY_TIME_S = 120.0
"""Six deployments take some 10 s on a quiet machine."""
_ASK_EVERY_S = 0.5
_UNDER_WAY = [StateType.PENDING, StateType.RUNNING]


async def set_up(*, with_schedules: bool, now: datetime, log: Log) -> None:
    """Deploy prefect.yaml and set the server up around it; safe to repeat. Raises ServiceError."""
    async with get_client() as client:
        await _make_pool(client)
        await _deploy(log)
        for deployment in await _own_deployments(client):
            await (client.resume_deployment if with_schedules else client.pause_deployment)(deployment.id)
        notify = await client.read_deployment_by_name("notify/on-trouble")
        await set_up_automations(client, notify.id)
        await skip_missed_runs(client, now, log)


async def skip_missed_runs(client: PrefectClient, now: datetime, log: Log) -> None:
    """Cancel what the schedules missed while nobody was here, but for the newest run of each deployment.

    A worker that comes back otherwise starts them all at once (nine within 33 s after a minute, measured 2026-11-22).
    """
    due = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=now),
    )
    missed: defaultdict[UUID, list[FlowRun]] = defaultdict(list)
    for run in await client.read_flow_runs(flow_run_filter=due, sort=FlowRunSort.EXPECTED_START_TIME_DESC):
        if run.auto_scheduled and run.deployment_id:
            missed[run.deployment_id].append(run)
    for run in (run for runs in missed.values() for run in runs[1:]):
        log.info("flow_run=%s scheduled=%s skipped: missed, and a newer one is due", run.name, run.expected_start_time)
        await client.set_flow_run_state(run.id, Cancelled(message="missed; a newer run is due"), force=True)


async def cancel_runs_under_way(*, wait_s: float) -> None:
    """Cancel what the worker is running and wait until it has ended, at most `wait_s`."""
    active = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*_UNDER_WAY, StateType.CANCELLING])),
        deployment_id=FlowRunFilterDeploymentId(is_null_=False),
    )
    async with get_client() as client:
        for run in await client.read_flow_runs(flow_run_filter=active):
            if run.state_type in _UNDER_WAY:
                await client.set_flow_run_state(run.id, Cancelling(message="kabarchy serve is being stopped"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while await client.read_flow_runs(flow_run_filter=active, limit=1):
                    await asyncio.sleep(_ASK_EVERY_S)


async def _make_pool(client: PrefectClient) -> None:
    template = ProcessWorker.get_default_base_job_template()
    with contextlib.suppress(ObjectAlreadyExists):
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))


async def _deploy(log: Log) -> None:
    if not PREFECT_YAML.is_file():
        raise ServiceError(f"{PREFECT_YAML}: missing; deployments need a clone of the repository")
    command = own_python("prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(PREFECT_YAML))
    result = await run_child(command, ChildLimits(time_s=_DEPLOY_TIME_S), log)
    if result.exit_code:
        raise ServiceError(f"prefect deploy: {result.violent_end or result.last_words or result.stdout[-500:]}")


async def _own_deployments(client: PrefectClient) -> list[DeploymentResponse]:
    return await client.read_deployments(work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL])))

"""Ingest: extract what was crawled, load it, and make the generation that analysts read.

A stage that was killed is tried once more after ten seconds (the kernel may have chosen it when memory ran short); each
of them is safe to repeat. One that ended with an error is not tried again: it would end the same way.
"""

import os
from dataclasses import dataclass

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed
from prefect.tasks import Task

from flows import stages
from flows.reports import LoadCounts
from flows.settings import Settings, read_settings
from flows.states import DEGRADED, name_by_time
from scrapers.data_root import open_data_root

LOCK_WAIT_S = 300.0
"""A load by hand takes seconds; a rebuild of years takes minutes. After that a person should look."""
RETRY_DELAY_S = 10.0
"""Long enough for memory to be given back, short enough not to hold up a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What an ingest came to."""

    loaded: LoadCounts
    generation: str
    problems: tuple[str, ...]


def was_killed(_task: "Task[..., object]", _run: TaskRun, state: "State[object]") -> bool:
    """Whether a task failed because its stage was killed: the one failure worth another try."""
    return isinstance(state.data, stages.StageKilledError)


@task(retries=1, retry_delay_seconds=RETRY_DELAY_S, retry_condition_fn=was_killed, cache_policy=NO_CACHE)
async def extract(settings: Settings) -> tuple[str, ...]:
    """Extract every crawl that has no batch yet; returns problems with some of them."""
    return await stages.extract_pending(settings, get_run_logger())


@task(retries=1, retry_delay_seconds=RETRY_DELAY_S, retry_condition_fn=was_killed, cache_policy=NO_CACHE)
async def load(settings: Settings) -> tuple[LoadCounts, tuple[str, ...]]:
    """Load every batch not loaded yet."""
    return await stages.load_staged(settings, get_run_logger(), wait_s=LOCK_WAIT_S)


@task(retries=1, retry_delay_seconds=RETRY_DELAY_S, retry_condition_fn=was_killed, cache_policy=NO_CACHE)
async def publish(settings: Settings) -> str:
    """Make the analyst generation of what is loaded."""
    return await stages.publish_generation(settings, get_run_logger(), wait_s=LOCK_WAIT_S)


async def ingest_pending(settings: Settings) -> Ingested:
    """Bring everything that was crawled into the warehouse and the analyst generation. Raises StageError."""
    not_extracted = await extract(settings)
    loaded, not_loaded = await load(settings)
    generation = await publish(settings)
    return Ingested(loaded=loaded, generation=generation, problems=(*not_extracted, *not_loaded))


@flow(name="ingest", flow_run_name=name_by_time, persist_result=False)
async def ingest() -> State[None]:
    """Extract and load what was crawled, and make the analyst generation."""
    settings = read_settings(os.environ)
    open_data_root(settings.home)
    ingested = await ingest_pending(settings)
    message = ingested.loaded.found
    if ingested.problems:
        return Completed(name=DEGRADED, message="; ".join((message, *ingested.problems)))
    return Completed(message=message)

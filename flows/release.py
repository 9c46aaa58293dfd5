"""Release: cut a release of what is loaded, when something published changed, and build the catalogue."""

import os
from datetime import datetime
from functools import partial
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import AwareDatetime

from flows import stages
from flows.ingest import RETRY_DELAY_S, was_killed
from flows.settings import Settings, read_settings
from flows.showing import Shown, cut_and_show
from flows.states import name_by_time
from scrapers.clock import Clock
from scrapers.data_root import open_data_root

PUBLISH_RETRY_DELAY_S = 30
"""A store of objects that refuses is back within seconds, or for a person to look at."""


@task(retries=1, retry_delay_seconds=RETRY_DELAY_S, retry_condition_fn=was_killed, cache_policy=NO_CACHE)
async def cut(settings: Settings, now: datetime) -> str | None:
    """Cut a release; returns its id, None when no published table changed."""
    return await stages.cut_release(settings, now, get_run_logger())


@task(retries=1, retry_delay_seconds=RETRY_DELAY_S, retry_condition_fn=was_killed, cache_policy=NO_CACHE)
async def site(settings: Settings, now: datetime) -> Path:
    """Build the catalogue, also when there is no new release: it shows how fresh each source is."""
    return await stages.build_site(settings, now, get_run_logger())


@task(retries=2, retry_delay_seconds=PUBLISH_RETRY_DELAY_S, cache_policy=NO_CACHE)
async def publish(settings: Settings) -> str | None:
    """Bring the target up to the state of the releases; returns the release that readers see there.

    Tried again whatever went wrong: a bucket that cannot be reached heals with time, and no step does harm twice.
    """
    return await stages.publish_releases(settings, get_run_logger())


async def show(settings: Settings, now: datetime) -> Shown:
    """Cut a release, build the catalogue and publish both where a target is set."""
    to_publish = partial(publish, settings) if settings.publish_to else None
    return await cut_and_show(partial(cut, settings, now), partial(site, settings, now), to_publish)


@flow(name="release", flow_run_name=name_by_time, persist_result=False)
async def release(as_of: AwareDatetime | None = None) -> State[None]:
    """Cut a release of what is loaded and build the catalogue. `as_of` is for replays: the instant it is said to be."""
    settings = read_settings(os.environ)
    open_data_root(settings.home)
    shown = await show(settings, Clock(as_of).now())
    if shown.failures:
        return Failed(message="; ".join([*([f"release {shown.release}"] if shown.release else []), *shown.failures]))
    return Completed(message=f"release {shown.release}" if shown.release else "no published table changed")

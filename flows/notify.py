"""Notify: tell of one failed, crashed or degraded run, once.

The automation that starts this flow fires for each state that asks for it, so a run that is first marked Failed and
then Crashed would be told of twice; what was told is kept in logs/notifications.jsonl and not told again. A line there
that is no notification is passed over with a warning: a run may be told of twice, but never not.
"""

import asyncio
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from flows.settings import Settings, read_settings
from scrapers.clock import Clock
from scrapers.data_root import open_data_root
from scrapers.json_lines import hold_lines

logger = logging.getLogger(__name__)

_POST_TIMEOUT_S = 10.0
"""A webhook that does not answer by then is asked again by the task's retries."""


class Notification(BaseModel):
    """What is told: a line of notifications.jsonl, the body of the POST."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at: AwareDatetime
    flow_run_id: str
    flow_run: str
    state: str
    message: str


# Another try when the receiver is away: 10 s, a minute, five minutes. A receiver may get a message twice, never not.
@task(retries=3, retry_delay_seconds=[10, 60, 300], cache_policy=NO_CACHE)
async def tell(settings: Settings, log_file: Path, notification: Notification) -> bool:
    """Tell of a run unless it was told of already; returns whether it was told now."""
    return await asyncio.to_thread(_tell_once, settings, log_file, notification)


def _tell_once(settings: Settings, log_file: Path, notification: Notification) -> bool:
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with hold_lines(log_file) as (lines, file):
        if notification.flow_run_id in {told.flow_run_id for told in _read(log_file, lines)}:
            return False
        if settings.notify_url:
            _post(settings.notify_url, notification.model_dump_json().encode())
        file.write(f"{notification.model_dump_json()}\n".encode())
    return True


def _read(log_file: Path, lines: Iterable[bytes]) -> Iterator[Notification]:
    for number, line in enumerate(lines, start=1):
        try:
            yield Notification.model_validate_json(line)
        except ValidationError as error:  # damaged, or of a later version of Kabarchy
            logger.warning("%s:%d: no notification, passed over: %s", log_file, number, error.errors()[0]["msg"])


def _post(url: str, body: bytes) -> None:
    request = urllib.request.Request(  # noqa: S310 - the operator's own http(s) address, checked when settings are read
        url, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_POST_TIMEOUT_S):  # noqa: S310 - as above
            pass
    except urllib.error.HTTPError as error:
        error.close()  # it is a response too, and holds its connection
        raise


@flow(name="notify", flow_run_name="notify about {flow_run}", persist_result=False)
async def notify(flow_run_id: str, flow_run: str, state: str, message: str = "") -> None:
    """Tell of a failed, crashed or degraded run: to logs/notifications.jsonl and, when it is set, to the webhook."""
    settings = read_settings(os.environ)
    root = open_data_root(settings.home)
    told = Notification(at=Clock().now(), flow_run_id=flow_run_id, flow_run=flow_run, state=state, message=message)
    is_new = await tell(settings, root.logs / "notifications.jsonl", told)
    get_run_logger().info("flow_run=%s state=%s told=%s", flow_run, state, is_new)

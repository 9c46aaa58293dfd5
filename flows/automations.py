"""What Prefect's server does by itself: end runs that show no sign of life, and tell of runs that did not go well.

Prefect hands a state to automations only after the state before it. When its server was restarted between the two, less
than five minutes apart, it waits a quarter of an hour for the one it missed: then a notification comes that much later.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.settings import HEARTBEAT_S
from flows.states import DEGRADED

_ANY_FLOW_RUN = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
_TOLD_FLOWS = ["run", "maintain"]
"""Those that run on a schedule, with nobody looking. Never `notify` itself."""
_TOLD_STATES = {f"prefect.flow-run.{name}" for name in ("Failed", "Crashed", "TimedOut", DEGRADED)}


async def set_up_automations(client: PrefectClient, notify_deployment: UUID) -> None:
    """Create the automations, or bring those of the same name up to date."""
    for automation in _automations(notify_deployment):
        known = await client.read_automations_by_name(automation.name)
        if known:
            await client.update_automation(known[0].id, automation)
        else:
            await client.create_automation(automation)


def _automations(notify_deployment: UUID) -> Iterator[AutomationCore]:
    yield AutomationCore(
        name="end runs without a heartbeat",
        description="A run whose process is gone otherwise stays Running, and keeps its deployment's one place.",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},
            match=_ANY_FLOW_RUN,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            # Three missed heartbeats: one may be late on a busy machine.
            within=timedelta(seconds=3 * HEARTBEAT_S),
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message="no heartbeat")],
    )
    yield AutomationCore(
        name="tell of trouble",
        description="One notification for each scheduled flow's run that failed, crashed or ended degraded.",
        trigger=EventTrigger(
            expect=_TOLD_STATES,
            match=_ANY_FLOW_RUN,
            match_related=ResourceSpecification(
                {"prefect.resource.role": ["flow"], "prefect.resource.name": _TOLD_FLOWS}
            ),
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[
            RunDeployment(
                source="selected",
                deployment_id=notify_deployment,
                parameters={
                    "flow_run_id": _template("{{ flow_run.id }}"),
                    "flow_run": _template("{{ flow_run.name }}"),
                    "state": _template("{{ flow_run.state.name }}"),
                    "message": _template("{{ flow_run.state.message or '' }}"),
                },
            )
        ],
    )


def _template(text: str) -> dict[str, str]:
    return {"__prefect_kind": "jinja", "template": text}

"""Wait until the cloud is done with what it was asked for, with a deadline, and say how long it took."""

from __future__ import annotations

from console.errors import CloudError, NeedsHuman
from console.model.service import Service
from console.plan.plan import Plan
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.run import Run

_STILL_PENDING = 30.0  # seconds after which it is said


def settle(run: Run, balancer_id: str, step: str, deadline: float) -> None:
    """Return when this load balancer is ACTIVE. A cloud that does not answer is asked again until the deadline.

    Raises NeedsHuman when it goes to ERROR, or at the deadline (seconds from now); AbortAsked.
    """
    began = boot_clock.now()
    told = False
    problem = ""
    while True:
        waited = boot_clock.now() - began
        try:
            status = run.reader.provisioning_status(balancer_id)
            problem = ""
        except CloudError as error:
            status, problem = "", error.message
        if status == "ACTIVE":
            run.note(EventKind.SETTLED, step, f"load balancer ACTIVE after {waited:.1f} s", seconds=round(waited, 3))
            return
        if status == "ERROR":
            raise NeedsHuman(
                f"load balancer {balancer_id} is in ERROR, {waited:.0f} s after it was first looked at",
                "what serves may go on serving; an administrator must run `openstack loadbalancer failover`",
            )
        if waited > deadline:
            raise NeedsHuman(
                f"load balancer {balancer_id} is still {status or 'unseen'} after {waited:.0f} s",
                problem or "only the cloud can end that; look at its status, then `bluegreen resume`",
            )
        if waited > _STILL_PENDING and not told:
            told = True
            text = (
                f"load balancer still {status or 'not seen: ' + problem} after {waited:.0f} s, limit {deadline:.0f} s"
            )
            run.note(EventKind.WAIT, step, text)
        run.wait(run.timing.first_polls if waited < run.timing.eager else run.timing.poll, step)


def at_rest(run: Run, plan: Plan, deadline: float) -> Service:
    """The service as it is seen once Nova starts and stops none of its workers any more.

    A stop or a start that was sent goes on, whoever asks for the opposite: a plan made before its end is made on a
    power that is none. It may take as long as the step that sent it. A cloud that does not answer is asked again until
    `deadline` (seconds from now). Raises NeedsHuman, AbortAsked.
    """
    began = boot_clock.now()
    told = False
    limit = max((step.deadline for step in plan.steps if step.writes), default=deadline)
    while True:
        service = run.look(run.observe, "", deadline)
        waited = boot_clock.now() - began
        names = ", ".join(f"{one.name} ({one.server.task_state})" for one in service.changing_power if one.server)
        if not names:
            if told:
                text = f"no worker is being started or stopped any more, after {waited:.1f} s"
                run.note(EventKind.SETTLED, "", text, seconds=round(waited, 3))
            return service
        if waited > limit:
            raise NeedsHuman(
                f"still being started or stopped after {waited:.0f} s: {names}",
                "only the cloud can end that; look at their actions, then `bluegreen resume`",
            )
        if not told:
            told = True
            run.note(EventKind.WAIT, "", f"still being started or stopped: {names}; waited for, limit {limit:.0f} s")
        run.wait(run.timing.first_polls if waited < run.timing.eager else run.timing.poll, "")

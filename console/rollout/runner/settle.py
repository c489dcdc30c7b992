"""Wait until the load balancer is ACTIVE again, with a deadline, and say how long it took."""

from __future__ import annotations

from console.errors import CloudError, NeedsHuman
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

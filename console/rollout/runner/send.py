"""Send one write, guarded: arm the timer, prove the lease, look once more, send, disarm."""

from __future__ import annotations

from collections.abc import Callable

from console.model.call import Call
from console.rollout.runner.run import Run


def send_guarded(run: Run, step: str, build: Callable[[], Call]) -> str:
    """Send the call that `build` makes from a last look; returns the request id.

    Raises LeaseLost, AbortAsked by a tag on the lease, or what `build` raises (nothing was sent), or a CloudError of
    the write itself. The order is the point. The timer runs before the lease is proven, so that whatever stops this
    process between here and the answer, for longer than the lease lasts, ends it: it cannot wake and write under
    somebody else's lease. The last look comes right before the write, because Octavia has no conditional write: what
    changes in between is found afterwards.
    """
    with run.kill_timer.armed():
        run.lease.renew(step)
        run.check_owner()
        run.hear_wish(step)
        call = build()
        run.sent = run.written = True
        return run.writer.send(call)

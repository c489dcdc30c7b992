"""Send one write, guarded: arm the timer, prove the lease, send, disarm."""

from __future__ import annotations

from console.model.call import Call
from console.rollout.runner.run import Run


def send_guarded(run: Run, call: Call, step: str) -> str:
    """Send the call; returns the request id. Raises LeaseLost (nothing sent), or a CloudError of the write itself.

    The order is the point. The timer runs before the lease is proven, so that whatever stops this process between here
    and the answer, for longer than the lease lasts, ends it: it cannot wake and write under somebody else's lease.
    """
    with run.kill_timer.armed():
        run.lease.renew(step)
        run.written = True
        return run.writer.send(call)

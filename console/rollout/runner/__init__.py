"""The runner: a process of its own that executes one rollout, driven only by the journal.

Nobody imports it; it is started as `python -m console.rollout.runner ID`.

`walk` goes through the steps. What a step writes is carried out by one engine, `writing.carry_out`, whatever is
written: INTENT row, room for the record, guarded send (`send`: kill timer, lease, last look, call), OUTCOME row,
settling, reading back, once more where the cloud took it and did not apply it, VERIFIED row. Each write has its own
rows; those of a step with several carry its key in `data["write"]`. Fault tests drive exactly these rows.

What differs between kinds of writes is in `kinds/NAME.py`, a subclass of `kinds.kind.UnderWay`: the last look (Drift,
or the call made from that very look), what to wait for, the read-back (wrong, failed, pending), who must be healthy
before it is sent again, and which error answers are final. Register it in `kinds/registry.py` by the type of its
desired state.
"""

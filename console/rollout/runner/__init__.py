"""The runner: a process of its own that executes one rollout, driven only by the journal.

Nobody imports it; it is started as `python -m console.rollout.runner ID`.
"""

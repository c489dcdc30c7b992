"""Who follows a rollout to its end may begin the next one at once."""

from __future__ import annotations

import subprocess
from pathlib import Path

from plan_worlds import NOW, config, usual

from console.cli.following import follow
from console.config.model import Config
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import liveness
from console.rollout.journal import Journal
from console.rollout.records import RolloutState
from console.rollout.who import Who


def test_it_returns_once_the_runner_is_gone_and_its_lease_with_it(tmp_path: Path) -> None:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    url = f"sqlite:///{tmp_path}/journal.db"
    with subprocess.Popen(["sleep", "1.5"]) as runner:  # gives the lease back
        name = liveness.runner_id(runner.pid)
        with Journal.open(url) as journal:
            rollout_id = journal.create(made, Who("alice", "jump1"), "test")
            assert journal.claim(rollout_id, name)
            assert liveness.alive(journal.rollout(rollout_id))
            assert journal.end(rollout_id, RolloutState.DONE, "all traffic is there", 0, runner=name)
            assert follow(Config(tmp_path / "c.yaml", {}, journal=url), rollout_id) == 0
            assert not liveness.alive(journal.rollout(rollout_id))

"""`python -m console.rollout.train ID --config FILE`: the conductor of one train, a process of its own."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from console.config import load
from console.rollout.journal import Journal
from console.rollout.liveness import runner_id
from console.rollout.records import RolloutState
from console.rollout.train.conduct import Conductor
from console.rollout.train.record import Trains


def main() -> int:
    """Conduct it; the exit code is the train's."""
    parser = argparse.ArgumentParser(prog="console.rollout.train", description=__doc__)
    parser.add_argument("train")
    parser.add_argument("--config", type=Path, required=True)
    args = parser.parse_args()
    config = load(args.config, os.environ)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Journal.open(config.journal) as journal:
        trains = Trains(journal)
        if not trains.claim(args.train, runner_id()):
            sys.stderr.write(f"train {args.train} has a conductor already\n")
            return 1
        try:
            return Conductor(config, journal, trains.train(args.train)).conduct()
        except Exception as error:
            sentence = f"a fault of this program: {type(error).__name__}: {error}; the rollouts go on by themselves"
            trains.end(args.train, RolloutState.STOPPED, sentence, 7)
            raise


if __name__ == "__main__":
    sys.exit(main())

"""`bluegreen plan`: what a cutover or rollback would do. Looks, and changes nothing."""

from __future__ import annotations

import argparse
import time

from console.cli.intent import add_intent_options, intent_of
from console.cli.looking import HURRIED, PATIENT, config_of, look, say, service_config
from console.cli.plan_words import plan_lines, refusal_lines
from console.plan.plan import Action, Refusal
from console.plan.planner import plan as make_plan


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_intent_options(parser)
    parser.add_argument("--rollback", action="store_true", help="plan the way back instead of a cutover")
    parser.add_argument("--commands", action="store_true", help="also the same as `openstack` commands")
    parser.add_argument("--json", action="store_true", help='{"schema": 1, "plan": ..., "refusal": ...}')


def run(args: argparse.Namespace) -> int:
    """0 with a plan, 3 with a refusal."""
    config = config_of(args)
    settings = service_config(config, args.service)
    action = Action.ROLLBACK if args.rollback else Action.CUTOVER
    service = look(config, settings.name, patience=HURRIED if args.rollback else PATIENT)
    made = make_plan(service, settings, intent_of(args, action), time.time())
    refused = isinstance(made, Refusal)
    if args.json:
        import msgspec

        answer = {"schema": 1, "plan": None if refused else made, "refusal": made if refused else None}
        say(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
    else:
        lines = refusal_lines(made) if isinstance(made, Refusal) else plan_lines(made, commands=args.commands)
        for line in lines:
            say(line)
    return 3 if refused else 0

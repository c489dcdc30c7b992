"""`bluegreen train`: several services in order, with a barrier after the gates and one after the last proof."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from console.cli.ctrl_c import ctrl_c
from console.cli.following import DETACHED, POLL, Pause, event_line
from console.cli.json_lines import print_line, print_plan
from console.cli.looking import clock, config_of, look, say, service_config, warn
from console.cli.plan_words import plan_lines
from console.config.model import Config
from console.errors import Refused, UsageError
from console.model.text import visible
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan as make_plan

if TYPE_CHECKING:
    from console.rollout.journal import Journal
    from console.rollout.records import Event


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("train", nargs="?", metavar="TRAIN", help="may be left out when the config has only one")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--plan", action="store_true", help="only show what it would do")
    what.add_argument("--abort", action="store_true", help="take all of its services back, in reverse order")
    what.add_argument("--resume", action="store_true", help="go on after its conductor died, or it stopped")
    what.add_argument("--attach", action="store_true", help="follow it")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; recorded")
    parser.add_argument("--yes", action="store_true", help="do not ask; needs --reason")
    parser.add_argument("--unattended", action="store_true", help="wait for nobody between two shares")
    parser.add_argument(
        "--confirm", choices=["operator", "proof"], default="operator",
        help="who keeps the cutovers with `release.confirm_within`: an operator's word for each, or the proof alone",
    )  # fmt: skip
    parser.add_argument(
        "--override-rollback-safety", default="", metavar="REASON",
        help="although commits of a service say that going back is not safe; recorded",
    )  # fmt: skip
    parser.add_argument("--detach", action="store_true", help="start it and return; --attach follows it")
    parser.add_argument("--json", action="store_true", help="JSON lines on standard output: docs/automation.md")


def run(args: argparse.Namespace) -> int:
    """The exit code of the train; 130 when detached by ctrl+c."""
    from console.rollout.train import request
    from console.rollout.train.record import Trains
    from console.rollout.who import Who

    config = config_of(args)
    name = _name(config, args.train)
    if args.abort:
        train = request.abort(config, name, Who.deciding(config, *config.trains[name].services), args.reason)
        return 0 if args.detach else _follow(config, train.id, as_json=args.json)
    if args.resume:
        return _follow(config, request.go_on(config, name).id, as_json=args.json)
    if args.attach:
        from console.rollout.journal import Journal

        with Journal.open(config.journal, read_only=True) as journal:
            train_id = Trains(journal).newest(name).id
        return _follow(config, train_id, as_json=args.json)
    plans = _planned(config, name, args)
    if args.plan:
        return 0
    _confirmed(config, name, args)
    who = Who.deciding(config, *(one.service for one in plans))
    train_id = request.begin(config, name, plans, who, args.reason, override=args.override_rollback_safety)
    tell = warn if args.json else say
    tell(f"train {name} started; it goes on if this terminal closes. `bluegreen train {name} --abort` takes it back")
    return 0 if args.detach else _follow(config, train_id, as_json=args.json)


def _name(config: Config, name: str | None) -> str:
    if name is None and len(config.trains) == 1:
        return next(iter(config.trains))
    if name is None or name not in config.trains:
        known = ", ".join(sorted(config.trains)) or "none: add `trains: {NAME: {services: [...]}}`"
        raise UsageError("which train?" if name is None else f"there is no train {name}", f"{config.path} has {known}")
    return name


def _planned(config: Config, name: str, args: argparse.Namespace) -> list[Plan]:
    """The plans of all services, shown. Raises Refused for the first that cannot be planned: then none begins."""
    intent = Intent(Action.CUTOVER, unattended=args.unattended, keep_on_proof=args.confirm == "proof", train=name)
    plans = []
    for number, service in enumerate(config.trains[name].services, 1):
        made = make_plan(look(config, service), service_config(config, service), intent, time.time())
        if isinstance(made, Refusal):
            raise Refused(f"{service}: {made.reason}", f"{made.hint}; no service of the train was begun", made.rule)
        plans.append(made)
        if args.json:
            print_plan(made)
        tell = warn if args.json else say
        tell(f"-- {number} of {len(config.trains[name].services)}")
        for line in plan_lines(made):
            tell(line)
    return plans


def _confirmed(config: Config, name: str, args: argparse.Namespace) -> None:
    """Typed: the train's name where any of its services is in production. Raises Refused, UsageError."""
    if args.yes:
        if not args.reason:
            raise UsageError("--yes needs --reason TEXT", "the record must say why, when nobody is asked")
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody can be asked: standard input is no terminal", "use --yes --reason TEXT")
    production = any(config.services[one].is_production for one in config.trains[name].services)
    wanted = name if production else "y"
    try:
        answer = input(f"type {wanted} to let train {name} go: ").strip()
        if answer == wanted and not args.reason:
            args.reason = input("reason (may be empty): ").strip()
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer != wanted:
        raise Refused("not confirmed: nothing was written", f"the answer has to be {wanted}")


def _follow(config: Config, train_id: str, *, as_json: bool) -> int:
    from console.rollout.journal import Journal

    with Journal.open(config.journal, read_only=True) as journal:
        try:
            with ctrl_c() as pause:
                return _followed(journal, train_id, pause, as_json=as_json)
        except KeyboardInterrupt:
            warn("\ndetached; the train goes on. `bluegreen train --attach` follows it again, --abort takes it back")
            if as_json:
                print_line("result", exit_code=DETACHED, state="", sentence="detached", hint="", train=train_id)
            return DETACHED


def _followed(journal: Journal, train_id: str, pause: Pause, *, as_json: bool) -> int:
    from console.rollout.liveness import unfinished
    from console.rollout.train.record import Trains

    trains, seen = Trains(journal), 0
    told: dict[str, int] = {}
    while True:
        train = trains.train(train_id)
        for said in trains.events(train_id, after=seen):
            seen = said.seq
            if as_json:
                print_line("train", train=train_id, at=said.at, kind=said.kind, text=said.text)
            else:
                say(visible(f"{clock(said.at)}  == {said.text}"))
        for carriage in trains.carriages(train_id):
            for event in journal.events(carriage.rollout_id, after=told.get(carriage.rollout_id, 0)):
                told[carriage.rollout_id] = event.seq
                _tell(carriage.service, carriage.rollout_id, event, as_json=as_json)
        lost = unfinished(train)
        if train.state.ended or lost:
            code = train.exit_code if train.exit_code is not None and not lost else 7
            sentence = "its conductor is gone: --resume goes on, --abort takes all back" if lost else train.sentence
            warn(visible(f"train {train.name}: {sentence}"))
            if as_json:
                print_line("result", exit_code=code, state=train.state, sentence=sentence, hint="", train=train_id)
            return code
        pause(POLL)


def _tell(service: str, rollout_id: str, event: Event, *, as_json: bool) -> None:
    if as_json:
        import msgspec

        print_line("event", service=service, rollout=rollout_id, **msgspec.to_builtins(event))
    else:
        say(visible(f"{service:<16} ") + event_line(event))

"""`bluegreen freeze`, `unfreeze`, `allow`, `blame`: what is decided about a service, for all who share the journal."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from console.cli.looking import config_of, say, service_config
from console.cli.until import when
from console.config.model import Config
from console.errors import UsageError
from console.model.record import Record
from console.model.text import visible


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; `freeze` alone takes an end, `allow` a version, `blame` a commit."""
    verb = parser.prog.split()[-1]
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out when the config has only one")
    if verb == "allow":
        parser.add_argument("version", nargs="?", metavar="VERSION", help="as `bluegreen freeze --list` shows it")
    if verb == "blame":
        parser.add_argument("version", nargs="?", metavar="COMMIT", help="its SHA, or seven characters of it at least")
    if verb == "freeze":
        parser.add_argument("--until", metavar="WHEN", help="`2026-12-24T08:00` (local time), or `8h`, `3d` from now")
        parser.add_argument("--list", action="store_true", help="what is frozen, and which versions are barred")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; everybody sees it")


def run(args: argparse.Namespace) -> int:
    """0 when it is recorded."""
    config = config_of(args)
    if args.verb == "freeze" and args.list:
        for line in _listed(config, args.service):
            say(visible(line))
        return 0
    named = args.verb in ("allow", "blame")
    if named and args.version is None:  # one word alone is the version
        args.service, args.version = None, args.service
    name = service_config(config, args.service).name
    if named and not args.version:
        what = "version" if args.verb == "allow" else "commit"
        raise UsageError(f"which {what}?", "`bluegreen freeze --list` shows what was rolled back")
    if not args.reason:
        raise UsageError(f"`{args.verb}` needs --reason TEXT", "whoever meets it wants to know why")
    for line in _decide(config, name, args):
        say(visible(line))
    return 0


def _decide(config: Config, name: str, args: argparse.Namespace) -> Iterator[str]:
    from console.rollout import restraint
    from console.rollout.journal import Journal
    from console.rollout.who import Who

    who = Who.deciding(config, name)
    with Journal.open(config.journal) as journal:
        if args.verb == "freeze":
            until = when(args.until, time.time()) if args.until is not None else None
            paused = restraint.freeze(config, journal, name, who, args.reason, until=until)
            yield f"{name} is frozen: nothing but a rollback is begun. `bluegreen unfreeze {name}` ends it"
            if paused is not None:
                yield restraint.halted_words(journal, paused)
        elif args.verb == "unfreeze":
            restraint.unfreeze(config, journal, name, who, args.reason)
            yield f"{name} is not frozen any more"
        elif args.verb == "blame":
            bad = restraint.blame(config, journal, name, args.version, who, reason=args.reason)
            yield f"{bad.words} is the bad one of what rollout {bad.rollout} took back, {bad.version}"
            yield "a release that holds it without its revert is refused; one without it may go out"
        else:
            bar = restraint.allow(config, journal, name, args.version, who, reason=args.reason)
            yield f"{bar.version} may go out again. {bar.words}"


def _listed(config: Config, service: str | None) -> Iterator[str]:
    from console.rollout.standing import records_at

    names = [service_config(config, service).name] if service is not None else list(config.services)
    for name, record in records_at(config.journal, names).items():
        yield from (f"{name}: {line}" for line in _record_lines(record))


def _record_lines(record: Record) -> Iterator[str]:
    if record.problem:
        yield f"not known: {record.problem}"
        return
    freeze = record.frozen(time.time())
    yield freeze.words if freeze is not None else "not frozen"
    yield from (bar.words for bar in record.barred)
    yield from (f"{one.words} was undone with {one.version}, rollout {one.rollout}" for one in record.undone)

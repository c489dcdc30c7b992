"""`bluegreen`: parse, run one verb, turn errors into a sentence and an exit code.

Each verb is a module with `configure(parser)` and `run(args) -> int`, imported only when it is asked for.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from console import __version__
from console.errors import BluegreenError

# verb: (module, one line of help); the order is the one of `--help` and of the README's table.
VERBS: dict[str, tuple[str, str]] = {
    "open": ("console.cli.open", "open the console (what `bluegreen` alone does)"),
    "status": ("console.cli.status", "what is true now"),
    "commits": ("console.cli.commits", "what is live, and what would ship"),
    "plan": ("console.cli.plan", "what a cutover or rollback would do; changes nothing"),
    "cutover": ("console.cli.change", "CHANGES THE CLOUD: move all traffic to the idle colour"),
    "rollback": ("console.cli.change", "CHANGES THE CLOUD: put the other colour back in rotation"),
    "drain": ("console.cli.single", "CHANGES THE CLOUD: take an instance out of rotation, and hold it"),
    "restore": ("console.cli.single", "CHANGES THE CLOUD: put an instance back in rotation"),
    "replace": ("console.cli.single", "CHANGES THE CLOUD: one instance in, another one out, in one write"),
    "hold": ("console.cli.single", "CHANGES THE CLOUD: no cutover moves the instance; a rollback still takes it out"),
    "unhold": ("console.cli.single", "CHANGES THE CLOUD: release a hold"),
    "evict": ("console.cli.single", "CHANGES THE CLOUD: send clients with a session away from the idle colour"),
    "preview": ("console.cli.preview", "CHANGES THE CLOUD: keep the idle pool attached, and checked, by an L7 policy"),
    "train": ("console.cli.train", "CHANGES THE CLOUD: release several services in order, or take them all back"),
    "release": ("console.cli.release", "CHANGES THE CLOUD: the guided walk: launch, gates, shift, prove, bake"),
    "adopt": ("console.cli.retire", "CHANGES THE CLOUD: label what serves without labels as a colour"),
    "launch": ("console.cli.launch", "CHANGES THE CLOUD: make instances of the idle colour"),
    "scale": ("console.cli.launch", "CHANGES THE CLOUD: more or fewer instances of the live colour"),
    "retire": ("console.cli.retire", "DELETES SERVERS: the idle colour, one by one"),
    "resume": ("console.cli.resume", "CHANGES THE CLOUD: go on with a rollout that waits, or whose runner died"),
    "pause": ("console.cli.pause", "hold a rollout before its next write"),
    "extend": ("console.cli.pause", "give a rollout that waits or bakes more time"),
    "sign": ("console.cli.sign", "sign for a rollout that waits for people"),
    "abort": ("console.cli.abort", "CHANGES THE CLOUD: stop a rollout; it goes back"),
    "freeze": ("console.cli.freeze", "let nothing but a rollback be begun, until a time or until it is taken back"),
    "unfreeze": ("console.cli.freeze", "end a freeze"),
    "keep": ("console.cli.keep", "keep the old colour as the way back until a time: it is not retired before"),
    "unkeep": ("console.cli.keep", "end that"),
    "allow": ("console.cli.freeze", "let a version that was rolled back go out again"),
    "blame": ("console.cli.freeze", "name the bad commit of what was rolled back: releases without it go out again"),
    "attach": ("console.cli.attach", "follow a rollout that is under way"),
    "history": ("console.cli.history", "past rollouts"),
    "show": ("console.cli.show", "one rollout: who, why, calls, checks"),
    "doctor": ("console.cli.doctor", "check the config, the cloud, the journal and this terminal"),
    "init": ("console.cli.init", "look at a cloud and write a config that proposes its services"),
    "config": ("console.cli.config", "check the config file, or print its reference or its JSON Schema"),
    "drill": ("console.cli.drill", "practise on a simulated cloud"),
}

EXIT_CODES = """\
exit codes:
  0 done or healthy      1 failed               2 usage or config
  3 refused by a safety rule
  4 the cloud did not answer, or lacks what the config names
  5 someone else holds the lease                6 rolled back
  7 stopped, needs a human                    130 detached by ctrl+c; the rollout goes on
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # names from the cloud must not end the program where the locale cannot show them
            stream.reconfigure(errors="backslashreplace")
    words = _verb_first(list(sys.argv[1:] if argv is None else argv))
    if words[:1] == ["open"]:
        gc.disable()  # until the first paint, which would wait for it dozens of times; the console switches it on again
    args = build_parser(only=words[0] if words else None).parse_args(words)
    try:
        code: int = importlib.import_module(VERBS[args.verb][0]).run(args)
    except BluegreenError as error:
        print(f"bluegreen: {error}", file=sys.stderr)  # noqa: T201 the one place where errors reach the user
        return error.exit_code
    except KeyboardInterrupt:
        print("bluegreen: stopped; if a rollout was begun, the rollout goes on: `bluegreen attach`", file=sys.stderr)  # noqa: T201
        return 130
    return code


def _verb_first(words: list[str]) -> list[str]:
    """`--config FILE` may stand before the verb, too; without a verb the console is opened."""
    before = next((n for n in range(0, len(words), 2) if words[n] != "--config"), len(words))
    rest = words[before:]
    if rest and rest[0] in ("-h", "--help", "--version"):
        return rest
    verb, rest = (rest[0], rest[1:]) if rest and not rest[0].startswith("-") else ("open", rest)
    return [verb, *words[:before], *rest]


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The parser of the verb `only`, whose module is imported; with no such verb the parser of all of them.

    "*" imports the module of each. Every start pays for the parser: other verbs are in it only where they are named.
    """
    parser = argparse.ArgumentParser(
        prog="bluegreen",
        description="Operations console for blue/green releases on OpenStack. Without a verb it opens, read-only.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"bluegreen {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs", prog=parser.prog)
    for name, (module, help_line) in VERBS.items():
        if only in VERBS and name != only:
            continue
        verb = verbs.add_parser(name, help=help_line, description=help_line)
        verb.add_argument(
            "--config", type=Path, metavar="FILE", help="default: $BLUEGREEN_CONFIG, then the usual places"
        )
        if only in (name, "*"):
            importlib.import_module(module).configure(verb)
    return parser

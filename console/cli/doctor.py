"""`bluegreen doctor`: check the config, the cloud, the journal and this terminal. Changes nothing.

`--json` is one document, schema 1; within a schema number keys are added, never renamed, removed or redefined.

    schema      1
    program     the version of bluegreen
    level       the worst one: ok, warning or problem
    exit_code   as the command's
    findings    in the order in which they were made:
      check       AREA.WHAT, a name that stays: `cloud.token`, `service.members`
      area        terminal, runner, state, config, journal, cloud, api, service, lease
      subject     the cloud and region, the service or the file that it is about; may be empty
      level       ok, warning or problem
      text        what was found, in a sentence
      means       what follows from it; empty where all is well
      mend        what to do about it; empty where all is well
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from console import __version__
from console.cli import doctor_host as host
from console.cli import doctor_terminal as screen
from console.cli.finding import Finding, Level, problem
from console.cli.printer import printer
from console.config import load
from console.errors import ConfigError
from console.model.text import visible

SCHEMA = 1
_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}
_WORST = (Level.PROBLEM, Level.WARNING, Level.OK)
_INDENT = " " * 19


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--json", action="store_true", help="for programs: one document, schema 1")
    parser.add_argument("--offline", action="store_true", help="only what needs no cloud")
    parser.epilog = "exit codes: 0 no problem, 1 a problem, 2 the config, 4 the cloud did not answer"


def run(args: argparse.Namespace) -> int:
    """Print each finding as soon as it is there; the first problem decides the exit code."""
    findings: list[Finding] = []
    out = printer()
    for finding in examine(args):
        findings.append(finding)
        if not args.json:
            _print(out, finding)
    if args.json:
        out.out(json.dumps(document(findings), indent=2), highlight=False)
    else:
        out.print(_summary(findings), soft_wrap=True)
    return exit_code(findings)


def exit_code(findings: Sequence[Finding]) -> int:
    """Of the first problem; 0 without one."""
    return next((one.exit_code for one in findings if one.level is Level.PROBLEM), 0)


def document(findings: Sequence[Finding]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "schema": SCHEMA,
        "program": __version__,
        "level": next((level for level in _WORST if any(one.level is level for one in findings)), Level.OK),
        "exit_code": exit_code(findings),
        "findings": [
            {
                "check": one.check,
                "area": one.area,
                "subject": one.subject,
                "level": one.level,
                "text": one.text,
                "means": one.means,
                "mend": one.mend,
            }
            for one in findings
        ],
    }


def examine(args: argparse.Namespace) -> Iterator[Finding]:
    """All findings: what needs no cloud first."""
    yield from host.program()
    yield from screen.terminal(screen.Terminal.current())
    yield from host.runner(os.environ)
    yield from host.state(os.environ)
    try:
        config = load(args.config, os.environ)
    except ConfigError as error:
        means = "no verb that looks at a service works"
        yield problem("config.file", error.message, means, error.hint or "mend the file", error.exit_code)
        return
    yield from host.config(config)
    yield from host.journal(config)
    if args.offline:
        return
    from console.cli import doctor_cloud

    yield from doctor_cloud.clouds(config)


def _summary(findings: Sequence[Finding]) -> Text:
    counts = {level: sum(one.level is level for one in findings) for level in _WORST}
    bad, odd = counts[Level.PROBLEM], counts[Level.WARNING]
    text = f"{len(findings)} checks: {bad} problem{'' if bad == 1 else 's'}, {odd} warning{'' if odd == 1 else 's'}"
    return Text(text, style="bold red" if bad else "yellow" if odd else "green")


def _print(console: Console, finding: Finding) -> None:
    level = (f"{finding.level:<8}", _STYLES[finding.level])
    console.print(Text.assemble(level, (f" {finding.area:<8}  ", "dim"), visible(finding.text)), soft_wrap=True)
    for label, words in (("means", finding.means), ("mend", finding.mend)):
        if words:
            console.print(Text(f"{_INDENT}{label}: {visible(words)}", style="dim"), soft_wrap=True)

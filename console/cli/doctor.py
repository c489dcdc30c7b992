"""`bluegreen doctor`: check the config, the cloud, the journal and this terminal. Changes nothing."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from console.cli import doctor_host as host
from console.cli.finding import Finding, Level, problem
from console.cli.printer import printer
from console.config import load
from console.errors import ConfigError
from console.model.text import visible

SCHEMA = 1
_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--json",
        action="store_true",
        help='{"schema": 1, "findings": [{"area", "level": ok|warning|problem, "text", "mend"}]}',
    )
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
        shown = [{"area": one.area, "level": one.level, "text": one.text, "mend": one.mend} for one in findings]
        out.out(json.dumps({"schema": SCHEMA, "findings": shown}, indent=2), highlight=False)
    return next((one.exit_code for one in findings if one.level is Level.PROBLEM), 0)


def examine(args: argparse.Namespace) -> Iterator[Finding]:
    """All findings: what needs no cloud first."""
    is_terminal = sys.stdout.isatty()
    yield from host.terminal(os.environ, is_terminal=is_terminal, encoding=host.encoding_of_output())
    yield from host.runner(os.environ)
    try:
        config = load(args.config, os.environ)
    except ConfigError as error:
        yield problem("config", error.message, error.hint, error.exit_code)
        return
    yield from host.config(config)
    yield from host.journal(config)
    from console.cli import doctor_cloud

    for services in doctor_cloud.regions(config):
        yield from doctor_cloud.cloud(services, config.lease.network)


def _print(console: Console, finding: Finding) -> None:
    level = (f"{finding.level:<8}", _STYLES[finding.level])
    line = Text.assemble(level, (f" {finding.area:<8}  ", "dim"), visible(finding.text))
    console.print(line, soft_wrap=True)
    if finding.mend:
        console.print(Text(f"{'':19}{visible(finding.mend)}", style="dim"), soft_wrap=True)

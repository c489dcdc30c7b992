"""`bluegreen config`: check the config file, print its reference, or print its JSON Schema."""

from __future__ import annotations

import argparse
import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from console.cli.looking import say
from console.config import load
from console.config.keymap import Actions
from console.config.mistakes import Mistake
from console.config.model import Config
from console.errors import ConfigError
from console.model.text import visible

_EDITOR = "for editors: `bluegreen config schema > FILE`, then `# yaml-language-server: $schema=FILE` atop the config"


def configure(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    check = tasks.add_parser("check", help="every mistake with its line; else what the file means")
    check.add_argument("file", nargs="?", type=Path, metavar="FILE", help="default: the file that every verb reads")
    check.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="the same as FILE")
    check.epilog = "exit codes: 0 the file is right, 2 it is not"
    tasks.add_parser("reference", help="every key: what it is for, its values, its default (Markdown)")
    tasks.add_parser("schema", help="the JSON Schema (draft 2020-12)", epilog=_EDITOR)


def run(args: argparse.Namespace) -> int:
    """0, or 2 where the file is wrong."""
    if args.task == "check":
        return _check(args.file or args.config)
    if args.task == "schema":
        from console.config.json_schema import json_schema

        say(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return 0
    from console.config.reference import reference

    say(reference().rstrip())
    return 0


def _check(path: Path | None) -> int:
    from console.cli.config_words import cautions, meaning

    try:
        config = load(path, os.environ, console_actions(), _theme_names)
    except ConfigError as error:
        mistakes = error.all if isinstance(error, Mistake) else (error,)
        for mistake in mistakes:
            say(str(mistake))
        if len(mistakes) > 1:
            say(f"{len(mistakes)} mistakes")
        return error.exit_code
    for line in meaning(config):
        say(line)
    for line in (*cautions(config), *_clouds(config), *_theme(config)):
        say(f"! {line}")
    return 0


def _clouds(config: Config) -> Iterator[str]:
    """Clouds that this host has no credentials for: another one may have them."""
    from console.cloud.entries import missing

    for services, error in missing(config):
        yield visible(f"{services}: {error.message}; {error.hint}")


def _theme(config: Config) -> Iterator[str]:
    """What is wrong with the theme's own file."""
    try:
        _catalogue(config.path).load(config.theme)
    except ConfigError as error:
        yield visible(error.message)


def _theme_names(path: Path) -> tuple[str, ...]:
    names: tuple[str, ...] = _catalogue(path).names()
    return names


def _catalogue(path: Path) -> Any:
    """The themes that the console can wear; only by name, because the core knows no Textual."""
    themes = importlib.import_module("screens.themes")
    return themes.Catalogue(themes.folders(path, os.environ))


def console_actions() -> Actions:
    """The actions that `keys:` may name; only by name, because the core knows no Textual."""

    def actions() -> object:
        return importlib.import_module("screens.keys").ACTIONS

    return actions  # type: ignore[return-value]

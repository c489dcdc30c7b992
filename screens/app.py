"""Opens the console: from a config and a terminal to the program that runs in it."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from console.config.model import Config
from console.config.places import state_dir
from console.errors import BluegreenError, UsageError
from console.terminal import can_draw, is_ascii_only, wants_no_colour
from screens import themes
from screens.arming import Arming
from screens.desk import JournalDesk
from screens.habits import Habits
from screens.keys import ACTIONS
from screens.ports import Publish, Watch, Watcher
from screens.program import BluegreenApp
from screens.view.glyphs import ASCII, UNICODE

if TYPE_CHECKING:
    from textual.driver import Driver


def run(
    config: Config,
    *,
    service: str | None,
    operate: bool,
    read_only: bool,
    ascii_only: bool = False,
    theme: str | None = None,
) -> int:
    """Open the console; returns the exit code.

    Raises UsageError for a theme that there is not, and for a terminal on which nothing can be drawn.

    A theme of None is the config's, or no colour at all under NO_COLOR.
    """
    environ = os.environ
    if not can_draw(environ):
        hint = "`bluegreen status --watch` writes each change as a line; if it can do more: TERM=xterm-256color"
        raise UsageError(f"TERM is {environ.get('TERM') or 'not set'}: no screen can be drawn on this terminal", hint)
    no_colour = theme is None and wants_no_colour(environ)
    if not no_colour:
        environ.pop("NO_COLOR", None)  # a theme was asked for in spite of it: Textual would turn it into greys
    chosen = themes.NO_COLOUR if no_colour else theme or config.theme
    catalogue = themes.Catalogue(() if no_colour else themes.folders(config.path, environ))
    if chosen not in catalogue.names():
        raise UsageError(f"there is no theme {chosen!r}", f"there are {', '.join(catalogue.names())}")
    glyphs = ASCII if ascii_only or is_ascii_only(environ, sys.stdout.encoding) else UNICODE
    arming = Arming(_forbidden(config, read_only=read_only))
    app = BluegreenApp(
        config,
        watch=_watch(),
        desk=JournalDesk(config, read_only=bool(arming.forbidden)),
        service=service,
        arming=arming.arm(time.time(), "") if operate else arming,
        theme=chosen,
        catalogue=catalogue,
        glyphs=glyphs,
        no_colour=no_colour,
        follow=partial(_follower, config),
        habits=Habits(state_dir(environ) / "habits.json"),
        forbidden=partial(_forbidden, read_only=read_only),
        driver=_driver(),
    )
    code = app.run()
    sys.stdout.write(app.farewell())
    return app.return_code or 0 if code is None else code


def _driver() -> type[Driver] | None:
    """What draws on this terminal and reads its keys; None: Textual's choice, on Windows."""
    if sys.platform == "win32":
        return None
    from screens.driver import SteadyDriver  # noqa: PLC0415 there is none of it on Windows

    return SteadyDriver


def _forbidden(config: Config, *, read_only: bool) -> str:
    if read_only:
        return "it was started with --read-only"
    if config.read_only:
        return f"{config.path} says read_only"
    return config.writable_by_others


def _follower(config: Config) -> Callable[[], Config | BluegreenError | None]:
    """In a thread: sees when the file of the config changes."""
    from console.cloud.entries import refusal  # noqa: PLC0415
    from console.config.follow import Follower  # noqa: PLC0415

    return Follower(config.path, os.environ, config, lambda: ACTIONS, refusal).look


def _watch() -> Watch:
    """Makes pollers, in threads: another one when the config has changed."""
    number = count(1)

    def poller(config: Config, publish: Publish) -> Watcher:
        first = next(number) == 1
        if first:
            gc.freeze()  # what was imported for the first paint stays: no collection has to look at it again
            gc.enable()
        from console.watch.keeper import Keeper  # noqa: PLC0415

        keeper = Keeper(config, publish)
        # before the SDK is imported, which takes half a second; with a changed config there are better facts on screen
        keeper.recall(show=first)

        from console.watch.poller import Poller  # noqa: PLC0415

        return Poller(config, list(config.services), keeper.publish)

    return poller

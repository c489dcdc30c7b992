"""The terminal program: one poller, one journal, the screens over them."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from console.config.model import Config
from console.model.text import visible
from screens import leftovers, themes
from screens.arming import Arming
from screens.facts_screen import FactsScreen
from screens.habits import Habits
from screens.keys import Keymap, Place, remapped
from screens.look import Look
from screens.messages import Begun, ConfigRead, Decided, JournalSeen, JournalView, SnapshotReady, WatchFailed
from screens.navigate import Spot, Trail, screen_at
from screens.ports import Desk, Follow, Watch
from screens.recorded import Recorded
from screens.reloading import Reloading
from screens.theming import ThemeRead, Theming
from screens.theming import read as read_theme
from screens.trouble import Tally, Trouble
from screens.verdicts import Verdicts, prepare
from screens.view import header
from screens.view.glyphs import UNICODE, Glyphs
from screens.watching import Watching
from screens.widgets.keybar import KeyBar
from screens.widgets.panel import TALL, WIDE
from screens.widgets.sheet import Sheet

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from textual.driver import Driver
    from textual.filter import LineFilter

    from console.model.service import Service
    from console.model.snapshot import Snapshot
    from console.plan.plan import Intent
    from console.rollout.records import Rollout

_TICK = 1.0  # seconds between two looks at the clock: is what is shown still fresh?
_TICKS_PER_BODY, _TICKS_PER_CLEARING = 5, 60


class BluegreenApp(App[int]):
    """Holds the latest facts and hands them to the screens. Threads reach it by messages only.

    `watch` makes the poller, off the UI thread and after the first paint; `desk` is the journal; `follow` sees when
    the config changes, and `forbidden` says why a config lets nobody arm this console. `driver`: None is Textual's.
    """

    CSS = themes.stylesheet()
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 declared so by Textual
        (0, "-narrow"),
        (WIDE, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-short"),
        (TALL, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "leave", "quit", show=False, priority=True),
        Binding("q", "leave", "quit", show=False, id="quit"),
    ]

    def __init__(
        self,
        config: Config,
        *,
        watch: Watch,
        desk: Desk,
        service: str | None = None,
        arming: Arming | None = None,
        theme: str = themes.DEFAULT,
        glyphs: Glyphs = UNICODE,
        no_colour: bool = False,
        clock: Callable[[], float] = time.time,
        habits: Habits | None = None,
        follow: Follow | None = None,
        forbidden: Callable[[Config], str] = lambda _: "",
        catalogue: themes.Catalogue | None = None,
        driver: type[Driver] | None = None,
    ) -> None:
        # native ANSI from the start makes Textual strip colours for NO_COLOR, instead of turning them into greys
        super().__init__(driver_class=driver, ansi_color=True if no_colour else None)
        self._no_colour = no_colour
        self._colourless: LineFilter | None = None
        if no_colour:
            from screens.colourless import Colourless  # noqa: PLC0415 few terminals have no colours

            self._colourless = Colourless()
        self.config = config
        self.arming = arming or Arming()
        self.snapshot: Snapshot | None = None
        self._facts: Snapshot | None = None  # the same as it came, without what the journal says
        self._recorded = Recorded()
        self.journal = JournalView()
        self.watch_problem = ""
        self.verdicts = Verdicts()
        self._tally, self._tally_of_all = Tally(self.verdicts), Tally(self.verdicts)
        self.now = clock
        self.desk = desk
        self.habits = habits or Habits()
        self.trail = Trail(self)
        self.watching = Watching(watch, self.post_message, self._prepare)
        self.config_problem = ""
        self._reloading = Reloading(follow, self.post_message) if follow is not None else None
        self._forbidden = forbidden
        self._opened_forbidden = bool(self.arming.forbidden)
        self._first = service
        self._ticks = 0
        self._seen = (0, 0)  # the watcher's number and the generation of the latest facts
        self._use_keys()
        self.themes = catalogue or themes.Catalogue()
        self.theme_problem = ""
        self._theming = Theming(self.themes, theme, self.post_message)
        self.look = Look(self._first_palette(theme), glyphs)
        self.register_theme(self.look.palette.theme)
        self._begin_in(self.look.palette.theme)

    def _first_palette(self, name: str) -> themes.Palette:
        """The theme, or the usual one and what is wrong with it."""
        found = read_theme(self.themes, name)
        self.theme_problem = found.problem
        return found.palette or themes.load(themes.DEFAULT)

    def _begin_in(self, theme: Theme) -> None:
        """Have the first theme in place before anything is drawn: a later change reads the whole stylesheet again."""
        if theme.ansi:
            self.theme = theme.name
            return
        self.set_reactive(App.theme, theme.name)
        self.stylesheet.set_variables(self.get_css_variables())

    # -- life

    def get_default_screen(self) -> Screen[Any]:
        """The first screen: the service, or the fleet of several."""
        names = list(self.config.services)
        alone = self._first or (names[0] if len(names) == 1 else None)
        return screen_at(Spot(Place.SERVICE, alone) if alone is not None else Spot(Place.FLEET))

    def on_mount(self) -> None:
        """Look at the cloud only when the first screen is painted."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError, RuntimeError, ValueError):  # on Windows, or in a thread (tests)
                loop.add_signal_handler(number, self.exit, 128 + number)
        self.call_after_refresh(self._begin)
        self.set_interval(_TICK, self._tick)

    def _begin(self) -> None:
        self.desk.start(self.post_message)
        self.watching.begin(self.config)
        self._theming.start()
        threading.Thread(target=self.habits.read, name="habits", daemon=True).start()
        if self._reloading is not None:
            self._reloading.start()

    def on_unmount(self) -> None:
        """Leave nothing running that anybody would wait for."""
        self.desk.stop()
        self.watching.stop()
        self._theming.stop()
        if self._reloading is not None:
            self._reloading.stop()

    def action_leave(self) -> None:
        """Quit; rollouts go on by themselves."""
        self.exit(0)

    def farewell(self) -> str:
        """What goes on without this console, and how to see it."""
        living = [each for each in self.journal.open.values() if each.id not in self.journal.orphans]
        return "".join(
            f"rollout {each.id} of {visible(each.service)} goes on; `bluegreen attach {each.id}` follows it\n"
            for each in living
        )

    def _fatal_error(self) -> None:
        """A crash prints its traceback without the values of variables: they may hold what nobody should read."""
        from rich.segment import Segments  # noqa: PLC0415
        from rich.traceback import Traceback  # noqa: PLC0415

        traceback = Traceback(show_locals=False, width=None, suppress=[asyncio])
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, but for its own of NO_COLOR, which asks for the terminal's colours (SGR 39 and 49)."""
        if self._colourless is None:
            return super().get_line_filters()
        return [self._colourless]

    # -- facts

    def service(self, name: str) -> Service | None:
        """The latest facts of a service; None before it was seen."""
        return self.snapshot.services.get(name) if self.snapshot is not None else None

    @property
    def judged_at(self) -> float:
        """The moment for which facts are judged (Unix seconds): a pause freezes it, so that it makes nothing stale."""
        return self.now() if self.watching.paused_at is None else self.watching.paused_at

    @property
    def paused_words(self) -> str:
        """What is said of the facts' age while they are frozen: `PAUSED 45 s`; empty while the cloud is watched."""
        return header.paused_for(self.watching.paused_at, self.now())

    def _prepare(self, facts: Snapshot) -> None:
        prepare(self._recorded.of(facts, self.journal.records), self.now())

    def on_snapshot_ready(self, message: SnapshotReady) -> None:
        """Newer facts; a late snapshot is dropped, and every one while the facts are frozen."""
        facts = self.watching.take(message)
        seen = (message.number, facts.generation)
        if self.watching.paused_at is None and (self.snapshot is None or seen >= self._seen):
            self._facts, self._seen = facts, seen
            self.snapshot = self._recorded.of(facts, self.journal.records)
            self.watch_problem = ""
            self._show(body=True)

    def on_watch_failed(self, message: WatchFailed) -> None:
        """Nothing will be seen; say why."""
        self.watch_problem = message.problem
        self._show(body=True)

    def on_journal_seen(self, message: JournalSeen) -> None:
        """The journal was looked at."""
        if message.view != self.journal:
            self.journal = message.view
            if self._facts is not None:
                self.snapshot = self._recorded.of(self._facts, self.journal.records)
            self._show(body=True)

    def on_config_read(self, message: ConfigRead) -> None:
        """The config has changed: it is used at once, or what is wrong with it is shown and the one before is kept."""
        if message.config is None:
            if message.problem != self.config_problem:
                self.config_problem = message.problem
                self._show(body=True)
                self._say("")  # that the last one is used would be read as of this one
            return
        before, self.config, self.config_problem = self.config, message.config, ""
        self._use_keys()
        # the journal was opened for reading alone then, and stays so
        stays = "it was forbidden when this console was opened: start it again" if self._opened_forbidden else ""
        forbidden = self._forbidden(self.config) or stays
        if forbidden != self.arming.forbidden:
            self.arming = self.arming.disarm()._replace(forbidden=forbidden)
        self.trail.forget(frozenset(before.services) - frozenset(self.config.services))
        self.desk.use(self.config)
        self.watching.begin(self.config)
        if self.config.theme != before.theme and not self._no_colour:
            self.choose_theme(self.config.theme)
        self._show(body=True)
        again = (
            "; its journal is used when the console is started again" if self.config.journal != before.journal else ""
        )
        self._say(f"the config has changed and is used from now on{again}")

    def problems_of(self, name: str) -> tuple[Trouble, ...]:
        """Problems of a service, or of all (an empty name), as the screen of problems lists them."""
        names, tally = ([name], self._tally) if name else (list(self.config.services), self._tally_of_all)
        return tally.of(names, self.snapshot, self.journal, self.own_problems, self.judged_at)

    @property
    def own_problems(self) -> tuple[str, ...]:
        """What is wrong with this console itself, in sentences."""
        told = (self.watch_problem, self.journal.problem, self.config_problem, self.theme_problem, *self._key_problems)
        found = tuple(problem for problem in told if problem)
        self.verdicts.notice("", found, self.now())
        return found

    def on_begun(self, message: Begun) -> None:
        """A rollout was started from here."""
        from screens.change import ChangeScreen  # noqa: PLC0415

        screen = self._facts_screen()
        if isinstance(screen, ChangeScreen):
            screen.begun(message.rollout)
        self._say(f"rollout {message.rollout.id} has begun; it goes on when you leave")

    def on_decided(self, message: Decided) -> None:
        """What was asked for is in the journal, or failed."""
        self._say(message.text)

    def on_key_bar_chosen(self, message: KeyBar.Chosen) -> None:
        """A label in the footer was clicked."""
        screen = self._facts_screen()
        if screen is not None:
            screen.act(message.action_id)

    def _tick(self) -> None:
        self._ticks += 1
        if self.arming.until is not None and not self.arming.armed(self.now()):
            self.arming = self.arming.disarm()
            self._say("30 minutes are over: this console is read-only again")
        if self._ticks % _TICKS_PER_CLEARING == 0:
            leftovers.forget_lines()
        self._show(body=self._ticks % _TICKS_PER_BODY == 0)

    def _show(self, *, body: bool) -> None:
        screen = self._facts_screen()
        if screen is None or not screen.is_built:
            return
        if body or screen.lively:
            screen.show_all()
        else:
            screen.show_head()

    def _facts_screen(self) -> FactsScreen | None:
        return next((s for s in reversed(self.screen_stack) if isinstance(s, FactsScreen)), None)

    def _say(self, text: str) -> None:
        screen = self._facts_screen()
        if screen is not None:
            screen.say(text)

    # -- screens and settings

    def back(self) -> None:
        """To what led here; from the first screen, where it is one of several services, to the fleet."""
        screen = self._facts_screen()
        if self.trail.has_back:
            self.trail.back()
        elif screen is not None and screen.place is not Place.FLEET and len(self.config.services) > 1:
            self.trail.go(Spot(Place.FLEET))

    def open_plan(self, name: str, intent: Intent) -> None:
        """Show the plan of any change, over what is there."""
        from screens.change import ChangeScreen  # noqa: PLC0415

        self.push_screen(ChangeScreen(name, intent))

    def open_rollout(self, name: str, rollout: Rollout) -> None:
        """Show a rollout, over the service."""
        from screens.change import ChangeScreen  # noqa: PLC0415

        self.push_screen(ChangeScreen(name, rollout.plan.intent, rollout))

    def choose_theme(self, name: str) -> None:
        """Change the colours."""
        found = read_theme(self.themes, name)
        if found.palette is not None:
            self._theming.follow(name)
        self.on_theme_read(found)

    def on_theme_read(self, message: ThemeRead) -> None:
        """Other colours; or why there are none, said until there are."""
        self.theme_problem = message.problem
        if message.palette is not None:
            self.look = Look(message.palette, self.look.glyphs)
            theme = message.palette.theme
            if theme.name == self.theme:
                # Textual looks at a theme's colours again only when its name is another
                theme = replace(theme, name=f"{theme.name}-again")
            self.register_theme(theme)
            self.theme = theme.name
            for screen in self.screen_stack:
                for sheet in screen.query(Sheet):
                    sheet.repaint()
        self._show(body=False)

    def pause_or_go_on(self) -> None:
        """Freeze the facts that are shown, or go on with those of now."""
        self.watching.pause(self.now() if self.watching.paused_at is None else None)
        self._show(body=True)
        self._say("" if self.watching.paused_at is not None else "going on: looking at the cloud")

    def _use_keys(self) -> None:
        """Give actions the keys that the config wants."""
        self.keymap: Keymap
        self.keymap, self._key_problems = remapped(self.config.keys)
        self.set_keymap({action_id: ",".join(chosen) for action_id, chosen in self.keymap.items()})

    def disarm(self) -> None:
        """Read-only again."""
        self.arming = self.arming.disarm()
        self._show(body=False)

    def arm(self, reason: str) -> None:
        """Allow changes to be asked for, for a while."""
        self.arming = self.arming.arm(self.now(), reason)
        self._say(f"{self.arming.words(self.now())}: changes can be asked for; each is confirmed by itself")
        self._show(body=False)

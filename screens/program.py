"""The terminal program: one poller, one journal, the screens over them."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from console.config.model import Config
from console.model.text import visible
from screens import themes
from screens.arming import Arming
from screens.facts_screen import FactsScreen
from screens.look import Look
from screens.messages import Begun, Decided, JournalSeen, JournalView, SnapshotReady, WatchFailed
from screens.ports import Desk, Watch, Watcher
from screens.verdicts import Verdicts
from screens.view.glyphs import UNICODE, Glyphs
from screens.widgets.keybar import KeyBar
from screens.widgets.panel import TALL, WIDE
from screens.widgets.sheet import Sheet

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service
    from console.model.snapshot import Snapshot
    from console.plan.plan import Action
    from console.rollout.records import Rollout

_TICK = 1.0  # seconds between two looks at the clock: is what is shown still fresh?
_TICKS_PER_BODY = 5


class BluegreenApp(App[int]):
    """Holds the latest facts and hands them to the screens. Threads reach it by messages only.

    `watch` makes the poller, off the UI thread and after the first paint; `desk` is the journal.
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
        Binding("q", "leave", "quit", show=False),
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
    ) -> None:
        # native ANSI from the start makes Textual strip colours for NO_COLOR, instead of turning them into greys
        super().__init__(ansi_color=True if no_colour else None)
        self.config = config
        self.arming = arming or Arming()
        self.snapshot: Snapshot | None = None
        self.journal = JournalView()
        self.watch_problem = ""
        self.verdicts = Verdicts()
        self.now = clock
        self.desk = desk
        self._watch = watch
        self._watcher: Watcher | None = None
        self._first = service
        self._ticks = 0
        self.look = Look(themes.load(theme), glyphs)
        self.register_theme(self.look.palette.theme)
        self.theme = self.look.palette.theme.name

    # -- life

    def get_default_screen(self) -> Screen[Any]:
        """The first screen: the service, or the list of several."""
        from screens.chooser import ChooserScreen  # noqa: PLC0415
        from screens.service import ServiceScreen  # noqa: PLC0415

        names = list(self.config.services)
        alone = self._first or (names[0] if len(names) == 1 else None)
        return ServiceScreen(alone) if alone is not None else ChooserScreen()

    def on_mount(self) -> None:
        """Look at the cloud only when the first screen is painted."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # not on Windows, and not in a thread (tests): there the signal is not ours
            try:
                loop.add_signal_handler(number, self.exit, 128 + number)
            except (NotImplementedError, RuntimeError, ValueError):
                break
        self.call_after_refresh(self._begin)
        self.set_interval(_TICK, self._tick)

    def _begin(self) -> None:
        self.desk.start(self.post_message)
        threading.Thread(target=self._start_watching, name="watch", daemon=True).start()

    def _start_watching(self) -> None:
        """In a thread: the SDK takes half a second to import."""
        try:
            watcher = self._watch(self._publish)
            self._watcher = watcher
            watcher.start()
        except Exception as error:  # noqa: BLE001 whatever it is, the console stays usable and says so
            self.post_message(WatchFailed(f"the cloud can not be watched: {error}"))

    def _publish(self, snapshot: Snapshot) -> None:
        self.post_message(SnapshotReady(snapshot))

    def on_unmount(self) -> None:
        """Leave nothing running that anybody would wait for."""
        self.desk.stop()
        if self._watcher is not None:
            self._watcher.stop()

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

    # -- facts

    def service(self, name: str) -> Service | None:
        """The latest facts of a service; None before it was seen."""
        return self.snapshot.services.get(name) if self.snapshot is not None else None

    def on_snapshot_ready(self, message: SnapshotReady) -> None:
        """Newer facts; a late snapshot is dropped."""
        if self.snapshot is None or message.snapshot.generation >= self.snapshot.generation:
            self.snapshot = message.snapshot
            self._show(body=True)

    def on_watch_failed(self, message: WatchFailed) -> None:
        """Nothing will be seen; say why."""
        self.watch_problem = message.problem
        self._show(body=True)

    def on_journal_seen(self, message: JournalSeen) -> None:
        """The journal has changed."""
        self.journal = message.view
        self._show(body=True)

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
            screen.action_act(message.action_id)

    def _tick(self) -> None:
        self._ticks += 1
        if self.arming.until is not None and not self.arming.armed(self.now()):
            self.arming = self.arming.disarm()
            self._say("30 minutes are over: this console is read-only again")
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

    def open_service(self, name: str) -> None:
        """Show a service, in place of what is shown."""
        from screens.service import ServiceScreen  # noqa: PLC0415

        self._back_to_first()
        if not (isinstance(self.screen, ServiceScreen) and self.screen.service_name == name):
            self.push_screen(ServiceScreen(name))

    def open_services(self) -> None:
        """Show the list of services."""
        from screens.chooser import ChooserScreen  # noqa: PLC0415

        self._back_to_first()
        if not isinstance(self.screen, ChooserScreen):
            self.push_screen(ChooserScreen())

    def open_change(self, name: str, action: Action) -> None:
        """Show the plan of a change, over the service."""
        from screens.change import ChangeScreen  # noqa: PLC0415

        self.push_screen(ChangeScreen(name, action))

    def open_rollout(self, name: str, rollout: Rollout) -> None:
        """Show a rollout, over the service."""
        from screens.change import ChangeScreen  # noqa: PLC0415

        self.push_screen(ChangeScreen(name, rollout.plan.action, rollout))

    def _back_to_first(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def choose_theme(self, name: str) -> None:
        """Change the colours."""
        self.look = Look(themes.load(name), self.look.glyphs)
        self.register_theme(self.look.palette.theme)
        self.theme = name
        for screen in self.screen_stack:
            for sheet in screen.query(Sheet):
                sheet.repaint()

    def look_now(self) -> None:
        """Ask the cloud at once."""
        if self._watcher is not None:
            self._watcher.refresh()

    def disarm(self) -> None:
        """Read-only again."""
        self.arming = self.arming.disarm()
        self._show(body=False)

    def arm(self, reason: str) -> None:
        """Allow changes to be asked for, for a while."""
        self.arming = self.arming.arm(self.now(), reason)
        self._say(f"{self.arming.words(self.now())}: changes can be asked for; each is confirmed by itself")
        self._show(body=False)

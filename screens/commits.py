"""The commits of one service: what a cutover would ship, what a rollback would undo, by commit and by file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from console.model.heading import heading
from console.model.text import clipped, visible
from screens.facts_screen import FactsScreen, bindings
from screens.keys import Place
from screens.view import commits
from screens.view.commits_head import head_lines
from screens.view.line import Line, line
from screens.widgets.panel import Panel
from screens.widgets.part import Part
from screens.widgets.sheet import Sheet
from screens.widgets.table import Table

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service
    from console.model.shipping import Marked

_TABS = (("list", "commits"), ("files", "files"), ("pace", "pace"))
_EVERY = 60.0  # seconds between two looks at the clock
_WAITING = "waiting for the cloud's first answer"


class CommitsScreen(FactsScreen):
    """Above, whether there is a way back from either button; below it the commits, or the files that they change."""

    place = Place.COMMITS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.COMMITS)

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.front = "list"
        self._filled: tuple[object, ...] = ()

    def body(self) -> Iterable[Widget]:
        """The verdicts, the names of the parts, the parts."""
        yield Sheet(id="verdicts", wraps=True)
        yield Sheet(id="sections")
        yield Table(id="list")
        yield Table(id="files")
        yield Part(id="pace")

    def on_mount(self) -> None:
        """The cursor is in the list."""
        super().on_mount()
        self._place_parts()

    # -- showing

    def show_body(self, now: float) -> None:
        """Fill what is in front."""
        service, glyphs = self.console_app.service(self.service_name), self.console_app.look.glyphs
        if service is None:
            self.query_one("#verdicts", Sheet).show([line((_WAITING, "dim"))])
            return
        if self.front == "pace":
            self._show_pace()
        # the same commits are in many snapshots, and their ages are told in minutes
        filled = (id(service.commits), id(service.shipping), heading(service), now // _EVERY, glyphs, self.order)
        if filled == self._filled:
            return
        self._filled = filled
        situation = self.situation()
        keys = situation.key("cutover"), situation.key("rollback")
        self.query_one("#verdicts", Sheet).show(head_lines(service, keys, now, glyphs))
        table = self.query_one("#list", Table)
        table.entitle(commits.list_title(service), line((f"sorted {self.order.words}", "dim")))
        table.fill(commits.LIST_COLUMNS, commits.rows(service, now, glyphs, everything=True), self._empty(service))
        files = self.query_one("#files", Table)
        files.entitle(line(("files that differ", "title")))
        source = self.console_app.config.services[self.service_name].commits
        by_path = commits.file_rows(service, source, glyphs) if source is not None else ()
        files.fill(commits.FILE_COLUMNS, by_path, self._empty(service))

    def _show_pace(self) -> None:
        """How the service is released, as the journal last told it."""
        from console.rollout.delivery import WEEKS  # noqa: PLC0415 for whoever looks at it
        from screens.view import delivery  # noqa: PLC0415

        app, panel = self.console_app, self.query_one("#pace", Panel)
        found = app.journal.deliveries.get(self.service_name)
        panel.entitle(line((f"releases of the last {WEEKS} weeks, by the journal", "title")))
        panel.show_made(lambda cells: delivery.lines(found, cells, app.look.glyphs))

    def _empty(self, service: Service) -> tuple[Line, ...]:
        return (commits.empty(service),)

    def _place_parts(self) -> None:
        names = [
            span
            for tab, title in _TABS
            for span in ((f"[{title}]", "strong") if tab == self.front else (f" {title} ", "dim"), " ")
        ]
        self.query_one("#sections", Sheet).show([line(*names)])
        for tab, _ in _TABS:
            self.query_one(f"#{tab}").display = tab == self.front
        self.query_one("#verdicts").display = self.front != "pace"  # which is about none of these commits
        if not self.is_typing:
            self.query_one(f"#{self.front}").focus()

    # -- acting

    @property
    def chosen(self) -> Marked | None:
        """The commit under the cursor."""
        service = self.console_app.service(self.service_name)
        if service is None or self.front != "list":
            return None
        return commits.found(service, self.query_one("#list", Table).cursor_key)

    def do_part(self) -> None:
        """To the files, to how it is released, and back to the commits."""
        tabs = [tab for tab, _ in _TABS]
        self.front = tabs[(tabs.index(self.front) + 1) % len(tabs)]
        self._place_parts()
        if self.front == "pace":
            self.console_app.desk.measure(self.service_name)
            self._show_pace()

    def do_read(self) -> None:
        """Show the whole commit; of a file, the commits that change it."""
        if self.front == "files":
            path = self.query_one("#files", Table).cursor_key
            if path:
                self.front = "list"
                self._place_parts()
                self.filter_by(path)
            return
        one = self.chosen
        if self.front == "pace":
            self.say("there is nothing to open here: tab goes back to the commits")
            return
        if one is None:
            self.say("there is no commit under the cursor")
            return
        from screens.dialogs.help import Reading  # noqa: PLC0415 dialogs are imported when one is opened

        app = self.console_app
        lines = list(commits.whole(one, app.judged_at, app.look.glyphs))
        self.app.push_screen(Reading(f"commit {visible(one.commit.short)} (esc leaves)", lines))

    def do_blame(self) -> None:
        """Name the commit under the cursor as the bad one of what was rolled back; the reason is recorded."""
        one = self.chosen
        if one is None:
            self.say("there is no commit under the cursor")
            return
        from screens.dialogs.typed import TypedDialog  # noqa: PLC0415

        app, commit = self.console_app, one.commit

        def answered(reason: str | None) -> None:
            if reason is None:
                self.say("nothing was recorded")
            elif why := app.arming.why_not(app.now()):
                self.say(f"not recorded: {why}")
            else:
                app.desk.blame(self.service_name, commit.sha, reason)

        lines = [
            line((f"{commit.short} {clipped(commit.subject, 200)}", "strong")),
            line("A release that holds it without its revert is refused, until somebody allows it with a reason."),
            line("The other commits of what was rolled back may go out again. Nothing in the cloud is changed."),
        ]
        title = f"{visible(self.service_name)}: the bad commit of what was rolled back"
        self.app.push_screen(TypedDialog(title, lines, word="y", go="Record", needs_reason=True), answered)

    def pieces(self) -> Iterable[tuple[str, str]]:
        """What can be copied of the commit under the cursor."""
        one = self.chosen
        if one is None:
            return ()
        commit = one.commit
        told = (
            ("commit", commit.sha),
            ("link", commit.link),
            ("tests", commit.ci.link),
            ("review", commit.change),
            ("subject", commit.subject),
        )
        return tuple((label, visible(text)) for label, text in told if text)

    def do_cutover(self) -> None:
        """Open the change screen on a plan."""
        from console.plan.plan import Action, Intent  # noqa: PLC0415

        self.console_app.open_plan(self.service_name, Intent(Action.CUTOVER))

    def do_rollback(self) -> None:
        """Open the change screen on a plan to go back."""
        from console.plan.plan import Action, Intent  # noqa: PLC0415

        self.console_app.open_plan(self.service_name, Intent(Action.ROLLBACK))

"""What every screen of facts has in common: the verdict on top, problems, a message line, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget

from console.model.focus import Focus
from console.model.text import visible
from screens import keys
from screens.in_the_air import in_the_air
from screens.keys import Place, Situation
from screens.list_actions import ListActions
from screens.told import Told, told
from screens.trouble import ROLLOUT
from screens.view import header
from screens.view.header import Head
from screens.view.line import Line, line, wrap
from screens.view.room import too_small
from screens.widgets.box import Box
from screens.widgets.filter_line import FilterLine
from screens.widgets.keybar import KeyBar
from screens.widgets.panel import TALL, WIDE
from screens.widgets.sheet import Sheet

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.verdict import Verdict


def bindings(place: Place) -> list[BindingType]:
    """Every key of the place; each goes through `act`, which knows the reason when it can not be done."""
    return [
        # what opens a line of text goes first: the letters typed right after it must find the line
        Binding(
            ",".join(action.keys),
            f"act('{action.id}')",
            action.label,
            show=False,
            id=action.id,
            priority=action.opens_line,
        )
        for action in keys.at(place)
        if action.id != "quit"
    ]


class FactsScreen(ListActions):
    """A screen about one service. Subclasses give the body and say what it shows."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)

    place: ClassVar[Place] = Place.SERVICE

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service_name = service
        self._has_widgets = False
        self._said = ""

    # -- what it is made of

    def compose(self) -> ComposeResult:
        """Header, problems, body, message, keys."""
        # Textual sets these after the first layout; that would be a second picture right after the first
        width, height = self.app.size
        self.add_class("-wide" if width >= WIDE else "-narrow", "-tall" if height >= TALL else "-short")
        yield Sheet(id="header")
        yield Sheet(id="problems", wraps=True)
        yield from self.body()
        yield Box(FilterLine(), Sheet(id="message", wraps=True), KeyBar(id="keys"), id="foot")

    def body(self) -> Iterable[Widget]:
        """The widgets between problems and message."""
        return ()

    def show_body(self, now: float) -> None:
        """Show the facts in the body."""

    # -- showing

    @property
    def wish(self) -> Focus:
        """What the watch should look at more closely while this screen is in front."""
        return Focus(self.service_name or None)

    @property
    def shown_for(self) -> float:
        """The moment that the body shows (Unix seconds)."""
        return self.console_app.judged_at

    @property
    def is_built(self) -> bool:
        """Whether there is something to show facts in, and about.

        Not before the widgets are mounted, nor when the program is leaving, nor when the config has lost the service.
        """
        known = not self.service_name or self.service_name in self.console_app.config.services
        return self._has_widgets and self.app.is_running and known

    def on_mount(self) -> None:
        """From now on there is something to show facts in."""
        self._has_widgets = True
        self.show_all()

    def on_screen_resume(self) -> None:
        """Facts may have changed while another screen was in front."""
        self.console_app.watching.focus(self.wish)
        self.show_all()

    def on_resize(self) -> None:
        """Lines are made for a width, which widgets have after the layout."""
        self.call_after_refresh(self.show_all)

    def show_all(self) -> None:
        """Show every fact as it is now."""
        if not self.is_built:
            return
        self.show_head()
        self.show_body(self.shown_for)
        self.sift()

    def show_head(self) -> None:
        """Show the verdict, the problems and the keys; cheap enough for every second."""
        app, now = self.console_app, self.console_app.now()
        found = self.verdict(app.judged_at)
        glyphs = app.look.glyphs
        width = app.size.width - 2
        sheet = self.query_one("#header", Sheet)
        sheet.show(self.header_lines(found, width, now))
        situation = self.situation()
        above = [*header.paused(app.watching.paused_at, situation.key("pause"), glyphs), *in_the_air(self, situation)]
        above = [part for spans in (*above, *self.banner()) for part in wrap(spans, width)]
        area = self.query_one("#problems", Sheet)
        limit = area.styles.max_height
        room = header.Room(2 if self.has_class("-short") else 4, width, (int(limit.value) if limit else 6) - len(above))
        refresh, more = situation.key("refresh"), situation.key("problems")
        shown = [*above, *header.problems(self.told(found), room, glyphs, refresh, more)]
        area.display = bool(shown)
        self.set_class(bool(shown), "-troubled")
        area.show(shown)
        self.query_one("#keys", KeyBar).show_keys(situation)
        self._show_message()

    def show_keys(self) -> None:
        """Show what can be done now."""
        self.query_one("#keys", KeyBar).show_keys(self.situation())

    def header_lines(self, found: Verdict | None, width: int, now: float) -> list[Line]:
        """The header at this width."""
        glyphs, short = self.console_app.look.glyphs, self.has_class("-short")
        return header.lines(self.head(found), width, now, glyphs, short=short)

    def banner(self) -> list[Line]:
        """What stands above the problems."""
        return []

    def head(self, found: Verdict | None) -> Head:
        """What the header is made from."""
        app, service = self.console_app, self.console_app.service(self.service_name)
        config = app.config.services[self.service_name]
        return Head(
            self.service_name,
            config.environment,
            config.is_production,
            app.arming,
            service,
            found,
            "the cloud can not be watched" if app.watch_problem else "asking the cloud",
            app.paused_words,
            len(app.problems_of(self.service_name)),
        )

    def verdict(self, now: float) -> Verdict | None:
        """The verdict on the service, None before it was seen."""
        service = self.console_app.service(self.service_name)
        return self.console_app.verdicts.of(service, now) if service is not None else None

    def told(self, found: Verdict | None) -> list[Told]:
        """All problems in sentences, but for what the banner says."""
        above = bool(self.banner())
        rows = self.console_app.problems_of(self.service_name)
        return told([row for row in rows if not (above and row.about == ROLLOUT)], found)

    @property
    def lively(self) -> bool:
        """Whether the body shows something that ticks."""
        return False

    # -- acting

    def situation(self) -> Situation:
        """What decides which actions can be done now."""
        return self.situation_of(self.service_name)

    def situation_of(self, name: str) -> Situation:
        """The same for the service of this name, or for none."""
        app = self.console_app
        rollout = app.journal.open.get(name)
        train = next((train for train, found in app.config.trains.items() if name in found.services), "")
        going = app.journal.trains.get(name)
        problems = len(app.problems_of(self.service_name))
        return Situation(
            place=self.place,
            arming=app.arming,
            now=app.now(),
            service=app.service(name),
            services=len(app.config.services),
            rollout=rollout,
            unfinished=rollout is not None and rollout.id in app.journal.orphans,
            problems=problems,
            elsewhere=len(app.problems_of("")) if self.service_name and not problems else 0,
            journal_problem=app.journal.problem,
            paused=app.watching.paused_at is not None,
            sifted=bool(self.filter_words),
            train=going.name if going is not None else train,
            train_open=going is not None,
            has_back=app.trail.has_back,
            has_ahead=app.trail.has_ahead,
            keymap=app.keymap,
            record=app.journal.records.get(name),
        )

    def action_act(self, action_id: str) -> None:
        """Do what the key says, or say why it can not be done."""
        if self.is_typing:
            raise SkipAction  # the key is a letter of the filter
        self.act(action_id)

    def act(self, action_id: str) -> None:
        """The same for what was chosen otherwise: clicked, or by its name."""
        action = keys.action(action_id)
        reason = action.reason(self.situation())
        if reason:
            self.say(f"{action.label.rstrip('.…')}: {reason}")
            return
        self.say("")
        handler: Callable[[], None] = getattr(self, f"do_{action_id}")
        handler()

    def say(self, text: str) -> None:
        """Put a sentence on the message line; it stays until the next one."""
        if text != self._said and self.is_built:
            self._said = text
            self._show_message()

    def _show_message(self) -> None:
        """What was said last, below what a small terminal hides."""
        columns, rows = self.app.size
        small = too_small(columns, rows, columns - 2)
        said = line((visible(self._said), "message")) if self._said else None
        self.query_one("#message", Sheet).show([each for each in (small, said) if each is not None])

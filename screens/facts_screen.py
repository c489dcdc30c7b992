"""What every screen of facts has in common: the verdict on top, problems, a message line, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget

from console.model.text import visible
from screens import keys
from screens.common_actions import CommonActions
from screens.keys import Place, Situation
from screens.view import header
from screens.view.header import Head
from screens.view.line import Line, line
from screens.widgets.keybar import KeyBar
from screens.widgets.panel import TALL, WIDE
from screens.widgets.sheet import Sheet

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.closeup import Focus
    from console.model.verdict import Verdict


def bindings(place: Place) -> list[BindingType]:
    """Every key of the place; each goes through `act`, which knows the reason when it can not be done."""
    return [
        Binding(",".join(action.keys), f"act('{action.id}')", action.label, show=False)
        for action in keys.at(place)
        if action.id != "quit"
    ]


class FactsScreen(CommonActions):
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
        yield Sheet(id="header")
        yield Sheet(id="problems", wraps=True)
        yield from self.body()
        yield Sheet(id="message", wraps=True)
        yield KeyBar(id="keys")

    def body(self) -> Iterable[Widget]:
        """The widgets between problems and message."""
        return ()

    def show_body(self, now: float) -> None:
        """Show the facts in the body."""

    # -- showing

    @property
    def wish(self) -> Focus:
        """What the watch should look at more closely while this screen is in front."""
        from console.model.closeup import Focus  # noqa: PLC0415

        return Focus(self.service_name or None)

    @property
    def is_built(self) -> bool:
        """Whether there are widgets to show facts in: not before they are mounted, nor when the program is leaving."""
        return self._has_widgets and self.app.is_running

    def on_mount(self) -> None:
        """From now on there is something to show facts in."""
        self._has_widgets = True
        # Textual sets these after the first layout; that would be a second picture right after the first
        width, height = self.app.size
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width < WIDE, "-narrow")
        self.set_class(height >= TALL, "-tall")
        self.set_class(height < TALL, "-short")
        self.show_all()

    def on_screen_resume(self) -> None:
        """Facts may have changed while another screen was in front."""
        self.show_all()

    def on_resize(self) -> None:
        """Lines are made for a width, which widgets have after the layout."""
        self.call_after_refresh(self.show_all)

    def show_all(self) -> None:
        """Show every fact as it is now."""
        if not self.is_built:
            return
        self.show_head()
        self.show_body(self.console_app.now())

    def show_head(self) -> None:
        """Show the verdict, the problems and the keys; cheap enough for every second."""
        app, now = self.console_app, self.console_app.now()
        found = self.verdict(now)
        glyphs = app.look.glyphs
        width = app.size.width - 2
        sheet = self.query_one("#header", Sheet)
        sheet.show(header.lines(self.head(found), width, now, glyphs))
        problems = self.problems(found)
        # the header says in full what is stale first: once is enough
        listed = [
            each for each in problems if found is None or f"STALE {each.removeprefix('stale: ')}" != found.freshness
        ]
        most = 2 if self.has_class("-short") else 4
        shown = header.problems(listed, self.hints(), most, glyphs)
        shown = [*self.banner(), *shown]
        area = self.query_one("#problems", Sheet)
        area.display = bool(shown)
        area.show(shown)
        self.query_one("#keys", KeyBar).show_keys(self.situation())

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
        )

    def verdict(self, now: float) -> Verdict | None:
        """The verdict on the service, None before it was seen."""
        service = self.console_app.service(self.service_name)
        return self.console_app.verdicts.of(service, now) if service is not None else None

    def hints(self) -> tuple[str, ...]:
        """What to do about the sources that fail."""
        service = self.console_app.service(self.service_name)
        sources = service.sources.values() if service is not None else ()
        return tuple(dict.fromkeys(source.hint for source in sources if source.problem and source.hint))

    def problems(self, found: Verdict | None) -> tuple[str, ...]:
        """All problems in sentences, those of this console itself first."""
        app = self.console_app
        own = tuple(problem for problem in (app.watch_problem, app.journal.problem) if problem)
        return (*own, *(found.problems if found is not None else ()))

    @property
    def lively(self) -> bool:
        """Whether the body shows something that ticks."""
        return False

    def problem_lines(self) -> list[Line]:
        """Every problem and every hint in full."""
        glyphs, found = self.console_app.look.glyphs, self.verdict(self.console_app.now())
        problems = header.problems(self.problems(found), (), 1000, glyphs)
        return [*problems, *(line((f"  {glyphs.arrow} {visible(hint)}", "warn")) for hint in self.hints())]

    # -- acting

    def situation(self) -> Situation:
        """What decides which actions can be done now."""
        app = self.console_app
        rollout = app.journal.open.get(self.service_name)
        return Situation(
            place=self.place,
            arming=app.arming,
            now=app.now(),
            service=app.service(self.service_name),
            services=len(app.config.services),
            rollout=rollout,
            unfinished=rollout is not None and rollout.id in app.journal.orphans,
            problems=len(self.problems(self.verdict(app.now()))),
            journal_problem=app.journal.problem,
        )

    def action_act(self, action_id: str) -> None:
        """Do what the key says, or say why it can not be done."""
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
            sheet = self.query_one("#message", Sheet)
            sheet.show([line((visible(text), "message"))] if text else [])

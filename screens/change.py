"""The change screen: a plan to read and confirm, and then the rollout that walks it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, TypeVar

from textual.binding import BindingType
from textual.widget import Widget

from console.model.colour import Colour
from console.model.text import visible
from console.plan.backwards import back
from console.plan.blast import blast_radius
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan as make_plan
from console.rollout.batches import divided
from console.rollout.records import Event, Rollout
from console.rollout.waiting import Waiting, waiting
from screens import themes
from screens.change_dialogs import ask_how_much_time, ask_if_enough, ask_to_abort, ask_to_go_on, ask_to_start
from screens.facts_screen import FactsScreen, bindings
from screens.keys import Place, Situation
from screens.messages import NoSignOfLife, Ordered
from screens.ordering import order_in_background
from screens.settling import ask_to_settle, ask_to_take_over
from screens.view import change, shipping, traffic
from screens.view.line import line
from screens.view.progress import StepView, planned, progress, stopped_at, walked_to
from screens.widgets.box import Box
from screens.widgets.panel import Panel
from screens.widgets.sheet import Sheet
from screens.widgets.table import Table

_Part = TypeVar("_Part", bound=Widget)
_THE_END = 1_000_000  # a panel stops at its last line


class ChangeScreen(FactsScreen):
    """One change of one service. It plans anew with every snapshot, until a rollout is followed."""

    CSS_PATH = themes.sheet("change")
    place = Place.CHANGE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.CHANGE)

    def __init__(self, service: str, intent: Intent, rollout: Rollout | None = None) -> None:
        super().__init__(service)
        self.intent = intent
        self.why = ""
        self.forecast: Plan | Refusal | None = None
        self._rollout = rollout
        self._steps: tuple[StepView, ...] = ()
        self._walked_to = ""
        self._ended = False
        self._reads_output = False
        self._asked = False

    def body(self) -> Iterable[Widget]:
        """Headline, what ships, steps beside the explanation, traffic, and what to read or what happened."""
        yield Sheet(id="headline", wraps=True)
        yield Panel(id="ships", wraps=False)
        yield Box(Table(id="steps", heading=False), Panel(id="detail"), id="walk")
        yield Panel(id="traffic", wraps=False)
        yield Panel(id="log")

    def on_mount(self) -> None:
        """Ask the journal for the rollout, if there is one to follow."""
        if self._rollout is not None:
            self.console_app.desk.follow(self._rollout.id)
        super().on_mount()
        self.query_one("#steps", Table).focus()

    # -- what it is about

    @property
    def followed(self) -> Rollout | None:
        """The rollout on this screen, as the journal last told it."""
        if self._rollout is None:
            return None
        told = self.console_app.journal.followed
        return told if told is not None and told.id == self._rollout.id else self._rollout

    @property
    def orphan(self) -> bool:
        """Whether nobody will end the rollout by itself."""
        return self._rollout is not None and self._rollout.id in self.console_app.journal.orphans

    @property
    def remote_owner(self) -> str:
        """Whose lease the rollout has, where its runner is on another host; empty where it can be seen from here."""
        return self.console_app.journal.remote.get(self._rollout.id, "") if self._rollout is not None else ""

    @property
    def lively(self) -> bool:
        """A rollout under way ticks every second."""
        rollout = self.followed
        return rollout is not None and not rollout.state.ended and not self.orphan

    @property
    def events(self) -> tuple[Event, ...]:
        """What the journal says happened in the rollout on this screen."""
        view, mine = self.console_app.journal, self._rollout
        return view.events if mine is not None and view.followed is not None and view.followed.id == mine.id else ()

    @property
    def printed(self) -> tuple[str, ...]:
        """What the gates of the rollout on this screen printed."""
        view, mine = self.console_app.journal, self._rollout
        return view.printed if mine is not None and view.followed is not None and view.followed.id == mine.id else ()

    @property
    def waiting(self) -> Waiting | None:
        """What the rollout waits for, while somebody walks it."""
        rollout = self.followed
        return waiting(rollout, self.events) if rollout is not None and not self.orphan else None

    def begun(self, rollout: Rollout) -> None:
        """The journal has the rollout that was confirmed here: from now on it is followed."""
        self._rollout = rollout
        self.show_all()

    def situation(self) -> Situation:
        """What decides which actions can be done now."""
        base = super().situation()
        mine = self.followed
        plan = self.forecast if isinstance(self.forecast, Plan) else None
        refusal = self.forecast if isinstance(self.forecast, Refusal) else None
        return base._replace(
            plan=plan,
            refusal=refusal,
            followed=mine,
            unfinished=self.orphan if mine else base.unfinished,
            waiting=self.waiting,
            remote_owner=self.remote_owner,
            printed=bool(self.printed),
        )

    # -- showing

    @property
    def shown_for(self) -> float:
        """A rollout goes on while the facts are frozen, and a plan wants fresh ones."""
        return self.console_app.now()

    def show_body(self, now: float) -> None:
        """Plan, refusal or rollout; and the traffic meanwhile."""
        rollout = self.followed
        if rollout is not None:
            self._show_rollout(rollout, now)
        else:
            self._plan(now)
            self._show_forecast(now)
        self._show_traffic(now)

    def _plan(self, now: float) -> None:
        service = self.console_app.service(self.service_name)
        if service is None:
            return
        if not self.intent.action.moves_traffic and self.intent.order is None:
            if not self._asked:
                self._asked = True
                config = self.console_app.config.services[self.service_name]
                order_in_background(config, service, self.intent.action, self.post_message)
            return
        before = self.forecast
        self.forecast = make_plan(service, self.console_app.config.services[self.service_name], self.intent, now)
        if isinstance(before, Plan) and isinstance(self.forecast, Plan) and before.digest != self.forecast.digest:
            self.say("the cloud has changed, and so has the plan: look at it again")

    def on_ordered(self, message: Ordered) -> None:
        """What exactly is asked for is known: plan it."""
        if isinstance(message.found, Refusal):
            self.forecast = message.found
        else:
            self.intent = message.found
        self.show_all()

    def _show_forecast(self, now: float) -> None:
        forecast, glyphs = self.forecast, self.console_app.look.glyphs
        headline, detail, log = self._part("#headline", Sheet), self._part("#detail", Panel), self._part("#log", Panel)
        self._show_ships(forecast)
        if isinstance(forecast, Plan):
            headline.show([change.headline(forecast, glyphs)])
            self._show_steps(planned(forecast), now)
            log.display = True  # a refusal before it had hidden it
            log.entitle(line(("read before you start", "title")), line((f"plan {forecast.digest[:8]}", "dim")))
            log.show(change.notes(forecast, glyphs, told=forecast.shipment.notes))
            return
        self._show_steps((), now)
        verb = change.verb(self.intent.action)
        headline.show([line((f"{verb} {self.service_name}", "strong"))])
        detail.entitle(line(("no plan", "title")))
        if forecast is not None:
            config = self.console_app.config.services[self.service_name]
            detail.show(change.refusal_lines(forecast, self.intent.action, config, glyphs))
        else:
            first = "waiting for the cloud's first answer"
            detail.show([line(("looking at what the cloud has" if self._asked else first, "dim"))])
        log.display = False

    def _show_ships(self, forecast: Plan | Refusal | None) -> None:
        """What the plan ships and undoes, above everything else: it is what a decision is made on."""
        panel, service = self._part("#ships", Panel), self.console_app.service(self.service_name)
        configured = self.console_app.config.services[self.service_name].commits is not None
        moves = isinstance(forecast, Plan) and forecast.action.moves_traffic  # nothing else ships or undoes anything
        panel.display = moves and service is not None and configured
        if not isinstance(forecast, Plan) or service is None or not moves:
            return
        most, glyphs = (4 if self.has_class("-short") else 6), self.console_app.look.glyphs
        panel.entitle(shipping.title(forecast, service.shipping), shipping.title_right(forecast))
        panel.show_made(lambda cells: shipping.block(forecast, service.shipping, cells, most, glyphs))

    def _show_rollout(self, rollout: Rollout, now: float) -> None:
        glyphs = self.console_app.look.glyphs
        if rollout.state.ended and not self._ended:
            self._ended = True
            self.say("")  # what was said while it ran is in the past
            self.console_app.watching.refresh()  # and so is what was seen
        service = self.console_app.service(self.service_name)
        record = service.record if service is not None else None
        story = change.story(rollout, record, orphan=self.orphan, glyphs=glyphs)
        if (waits := self.waiting) is not None:
            story = [story[0], change.waits_line(waits, now, glyphs)]  # which says as well that it runs
        if self.remote_owner and not self.orphan:
            story.append(change.remote_line(rollout, self.situation().key("settle")))
        self._part("#headline", Sheet).show([change.headline(rollout.plan, glyphs), *story])
        self._part("#ships", Panel).display = False  # what was decided on it stands in the record
        events = self.events
        self._show_steps(progress(rollout, events, orphan=self.orphan), now)
        log = self._part("#log", Panel)
        log.display = True
        log.entitle(line(("what happened", "title")), line((f"plan {rollout.plan.digest[:8]}", "dim")))
        lines = change.log(events, glyphs)
        if len(lines) != len(log.lines):
            log.top = _THE_END
        log.show(lines or [line(("waiting for its runner", "dim"))])

    def _show_steps(self, views: tuple[StepView, ...], now: float) -> None:
        table = self._part("#steps", Table)
        self._steps = views
        table.entitle(line(("steps", "title")))
        table.fill(change.STEP_COLUMNS, change.step_rows(views, now, self.console_app.look.glyphs))
        table.display = bool(views)
        # the cursor goes with the walk, and stays where it was put between two steps
        reached = walked_to(views) or self._walked_to or stopped_at(views)
        if reached != self._walked_to:
            self._walked_to = reached
            table.select(reached)
        self._show_step()

    def _show_step(self) -> None:
        key, detail = self._part("#steps", Table).cursor_key, self._part("#detail", Panel)
        number, view = next(((n, v) for n, v in enumerate(self._steps, 1) if v.key == key), (0, None))
        if view is None:
            return
        if self._reads_output and self.printed:
            self._show_output(detail)
            return
        title = line((f"step {number} of {len(self._steps)}: {visible(view.step.title)}", "title"))
        detail.entitle(title, line((view.state.value, "dim")))
        service = self.console_app.service(self.service_name)
        reach = blast_radius(view.plan, view.step, service) if view.plan is not None else ""
        detail.show(change.step_lines(view, self.console_app.look.glyphs, reach))

    def _show_output(self, detail: Panel) -> None:
        """The end of it, until somebody scrolls."""
        lines = change.output_lines(self.printed)
        again = line((f"{self.situation().key('output')} shows the step again", "dim"))
        detail.entitle(line(("what the gates printed", "title")), again)
        if len(lines) != len(detail.lines):
            detail.top = _THE_END
        detail.show(lines)

    def _show_traffic(self, now: float) -> None:
        panel, service = self._part("#traffic", Panel), self.console_app.service(self.service_name)
        if service is None:
            panel.display = False
            return
        # of a plan the notes are read first, and there is room for these only where nothing is wrong
        crowded = self.has_class("-short") and self.has_class("-troubled") and self.followed is None
        panel.display = not crowded
        panel.entitle(traffic.title(service), traffic.title_right(service, now))
        make, glyphs = traffic.brief if panel.rule else traffic.lines, self.console_app.look.glyphs
        panel.show_made(lambda cells: make(service, cells, now, glyphs))

    def _part(self, selector: str, kind: type[_Part]) -> _Part:
        return self.query_one(selector, kind)

    def on_table_moved(self, message: Table.Moved) -> None:
        """Explain the step under the cursor, from its beginning."""
        self._part("#detail", Panel).top = 0
        self._show_step()

    def on_no_sign_of_life(self, message: NoSignOfLife) -> None:
        """Ask which end, for a rollout whose lease is taken over from this owner."""
        if self.followed is None or self.followed.id != message.rollout_id or self.remote_owner != message.owner:
            self.say(f"rollout {message.rollout_id} is not as it was shown: nothing was taken over")
        else:
            ask_to_settle(self, self.followed, message.owner)

    # -- actions

    def do_start(self) -> None:
        """Ask for confirmation."""
        if isinstance(self.forecast, Plan):
            ask_to_start(self, self.forecast)

    def do_abort(self) -> None:
        """Ask what then."""
        if self.followed is not None:
            ask_to_abort(self, self.followed)

    def do_go_on(self) -> None:
        """Ask for the word."""
        if self.followed is not None and (waits := self.waiting) is not None:
            ask_to_go_on(self, self.followed, waits)

    def do_hold(self) -> None:
        """Wait before the next write: no confirmation, it only stops what would happen."""
        if self.followed is not None:
            self.console_app.desk.hold(self.followed.id)

    def do_extend(self) -> None:
        """Ask how much time."""
        if self.followed is not None and (waits := self.waiting) is not None:
            ask_how_much_time(self, self.followed, waits)

    def do_settle(self) -> None:
        """Ask which end."""
        if self.followed is not None and self.remote_owner and not self.orphan:
            ask_to_take_over(self, self.followed, self.remote_owner)
        elif self.followed is not None:
            ask_to_settle(self, self.followed)

    def ask_which_end(self) -> None:
        """The way back of what is in the air: an abort of what somebody walks, else the ways to settle it."""
        if self.followed is not None:
            (ask_to_settle if self.orphan else ask_to_abort)(self, self.followed)

    def do_rollback(self) -> None:
        """Plan the way back, on this screen."""
        followed, service = self.followed, self.console_app.service(self.service_name)
        if followed is not None and service is not None and followed.plan.action.is_single:
            self.plan_anew(back(followed.plan, service))
        else:
            one_by_one = followed is not None and followed.plan.intent.one_by_one
            self.plan_anew(Intent(Action.ROLLBACK, one_by_one=one_by_one))

    def do_take_in(self) -> None:
        """Plan again with the instances that the refusal names."""
        if isinstance(self.forecast, Refusal):
            self.plan_anew(replace(self.intent, take_in=(*self.intent.take_in, *self.forecast.names)))

    def do_enough(self) -> None:
        """Ask whether what is left is enough."""
        if isinstance(self.forecast, Refusal):
            ask_if_enough(self, self.forecast)

    def do_one_by_one(self) -> None:
        """Plan again with a call for each member, or with batches after all."""
        self.plan_anew(divided(self.intent, self.followed))

    def do_to_blue(self) -> None:
        """All traffic to BLUE."""
        self.plan_anew(replace(self.intent, target=Colour.BLUE))

    def do_to_green(self) -> None:
        """All traffic to GREEN."""
        self.plan_anew(replace(self.intent, target=Colour.GREEN))

    def do_output(self) -> None:
        """What the gates printed, or the explanation again."""
        self._reads_output = not self._reads_output
        self._part("#detail", Panel).top = _THE_END if self._reads_output else 0
        self._show_step()

    def do_more(self) -> None:
        """Scroll the explanation down."""
        self._part("#detail", Panel).scroll_lines(5)

    def do_less(self) -> None:
        """Scroll the explanation up."""
        self._part("#detail", Panel).scroll_lines(-5)

    def do_back(self) -> None:
        """Leave; a rollout goes on."""
        self.console_app.desk.follow(None)
        self.app.pop_screen()

    def plan_anew(self, intent: Intent, why: str = "") -> None:
        """Plan this in place of what was shown here; `why` is offered as the reason when it is started."""
        self.intent, self.why, self.forecast, self._rollout, self._walked_to = intent, why, None, None, ""
        self._ended = self._reads_output = False
        self.console_app.desk.follow(None)
        self._part("#steps", Table).action_end(-1)
        self.show_all()

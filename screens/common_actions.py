"""What can be done on every screen of facts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen

from screens.keys import Place
from screens.navigate import Spot

if TYPE_CHECKING:
    from screens.keys import Situation
    from screens.program import BluegreenApp


class CommonActions(Screen[None]):
    """The actions of the registry that are the same everywhere: `do_` and the action's id."""

    service_name: str
    place: ClassVar[Place]

    @property
    def console_app(self) -> BluegreenApp:
        """The program, typed."""
        return cast("BluegreenApp", self.app)

    @abstractmethod
    def situation(self) -> Situation:
        """What decides which actions can be done now."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Put a sentence on the message line."""

    @abstractmethod
    def show_all(self) -> None:
        """Show every fact as it is now."""

    def do_help(self) -> None:
        """Show the help page."""
        from screens.dialogs.help import help_page  # noqa: PLC0415 dialogs are imported when one is opened

        self.app.push_screen(help_page(self.situation(), self.console_app.look.glyphs))

    def do_problems(self) -> None:
        """List every problem in full: of this service, or of all where it has none."""
        name = self.service_name if self.console_app.problems_of(self.service_name) else ""
        self.console_app.trail.go(Spot(Place.PROBLEMS, name))

    def do_palette(self) -> None:
        """Find an action by name."""
        from screens.dialogs.palette import Palette  # noqa: PLC0415
        from screens.facts_screen import FactsScreen  # noqa: PLC0415

        assert isinstance(self, FactsScreen)
        self.app.push_screen(Palette(self))

    def do_arm(self) -> None:
        """Arm after a dialog; disarm at once."""
        app = self.console_app
        if app.arming.armed(app.now()):
            app.disarm()
            self.say("read-only again")
            return
        from screens.dialogs.arm import ask_to_arm  # noqa: PLC0415

        ask_to_arm(app, self.service_name)

    def do_pause(self) -> None:
        """Freeze the facts, or go on."""
        self.console_app.pause_or_go_on()

    def do_copy(self) -> None:
        """Choose what to copy."""
        from screens.copy_dialog import ask_what_to_copy  # noqa: PLC0415
        from screens.facts_screen import FactsScreen  # noqa: PLC0415

        assert isinstance(self, FactsScreen)
        ask_what_to_copy(self)

    def do_refresh(self) -> None:
        """Look at the cloud now."""
        self.console_app.watching.refresh()
        self.say("looking at the cloud")

    @property
    def about(self) -> str:
        """The service that keys are about: the screen's, or the one under the cursor. Empty where there is none."""
        return self.service_name

    def do_balancer(self) -> None:
        """Open the load balancer."""
        if self.about:
            self.console_app.trail.go(Spot(Place.BALANCER, self.about))

    def do_commits(self) -> None:
        """Open the commits."""
        if self.about:
            self.console_app.trail.go(Spot(Place.COMMITS, self.about))

    def pieces(self) -> Iterable[tuple[str, str]]:
        """What can be copied here beside what every screen has: labels and texts."""
        return ()

    def do_follow(self) -> None:
        """Open the rollout that has not ended."""
        rollout = self.console_app.journal.open.get(self.about)
        if rollout is not None:
            self.console_app.open_rollout(self.about, rollout)

    def do_way_back(self) -> None:
        """Open what is in the air, and ask whether it is to go back."""
        from screens.in_the_air import ask_to_go_back  # noqa: PLC0415

        ask_to_go_back(self, self.about)

    def do_freeze(self) -> None:
        """Freeze the service, or end that."""
        from screens.restraining import ask_to_freeze  # noqa: PLC0415 dialogs are imported when one is opened

        ask_to_freeze(self, self.about)

    def do_allow(self) -> None:
        """Let a version go out again."""
        from screens.restraining import ask_to_allow  # noqa: PLC0415

        ask_to_allow(self, self.about)

    def do_fleet(self) -> None:
        """Show every service."""
        self.console_app.trail.go(Spot(Place.FLEET))

    def do_service(self) -> None:
        """Open the service that this belongs to."""
        self.console_app.trail.go(Spot(Place.SERVICE, self.service_name))

    def do_ahead(self) -> None:
        """To what was left by going back."""
        self.console_app.trail.ahead()

    def do_quit(self) -> None:
        """Quit; rollouts go on by themselves."""
        self.console_app.action_leave()

"""What can be done on every screen of facts."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, cast

from textual.screen import Screen

if TYPE_CHECKING:
    from screens.keys import Situation
    from screens.program import BluegreenApp
    from screens.view.line import Line


class CommonActions(Screen[None]):
    """The actions of the registry that are the same everywhere: `do_` and the action's id."""

    service_name: str

    @property
    def console_app(self) -> BluegreenApp:
        """The program, typed."""
        return cast("BluegreenApp", self.app)

    @abstractmethod
    def situation(self) -> Situation:
        """What decides which actions can be done now."""

    @abstractmethod
    def problem_lines(self) -> list[Line]:
        """Every problem in full."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Put a sentence on the message line."""

    def do_help(self) -> None:
        """Show the help page."""
        from screens.dialogs.help import help_page  # noqa: PLC0415 dialogs are imported when one is opened

        self.app.push_screen(help_page(self.situation(), self.console_app.look.glyphs))

    def do_problems(self) -> None:
        """List every problem in full."""
        from screens.dialogs.help import Reading  # noqa: PLC0415

        self.app.push_screen(Reading("problems (esc leaves)", self.problem_lines()))

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

    def do_refresh(self) -> None:
        """Look at the cloud now."""
        self.console_app.look_now()
        self.say("looking at the cloud")

    def do_services(self) -> None:
        """Choose another service."""
        self.console_app.open_services()

    def do_quit(self) -> None:
        """Quit; rollouts go on by themselves."""
        self.console_app.action_leave()

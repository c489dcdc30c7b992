"""What the screens of one instance and of one load balancer have in common: parts that scroll, one under the cursor."""

from __future__ import annotations

from screens.facts_screen import FactsScreen


class CloseupScreen(FactsScreen):
    """Parts of a page. `tab` goes from one to the next, the arrows scroll it."""

    def do_part(self) -> None:
        """To the next part."""

    def do_back(self) -> None:
        """Back to where it was opened."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

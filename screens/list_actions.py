"""Filter and sort, for every screen that has lists."""

from __future__ import annotations

from textual.css.query import NoMatches

from console.model.colour import Colour
from screens.common_actions import CommonActions
from screens.filtering import Order
from screens.widgets.filter_line import FilterLine
from screens.widgets.table import Table


class ListActions(CommonActions):
    """Sifts and sorts every list of the screen alike. The order is remembered for the place, the filter is not."""

    filter_words = ""

    @property
    def lists(self) -> list[Table]:
        """The tables whose rows may be sifted and sorted."""
        return [table for table in self.query(Table) if table.is_list]

    @property
    def is_typing(self) -> bool:
        """Whether keys are letters of the filter now."""
        return isinstance(self.focused, FilterLine)

    @property
    def order(self) -> Order:
        """How the rows of this place are sorted."""
        return self.console_app.habits.order(self.place)

    def sift(self) -> None:
        """Sift and sort what the lists were filled with."""
        try:
            filter_line = self.query_one(FilterLine)
        except NoMatches:
            return  # the screen is not built yet, or on its way out
        for table in self.lists:
            table.sift(self.filter_words, self.order)
        if filter_line.display:
            counts = [table.counts for table in self.lists if table.display]
            others = [table for table in self.lists if not table.display and table.id in set(Colour)]
            aside = ", ".join(f"{each.counts[0]} in {str(each.id).upper()}: tab" for each in others if each.counts[0])
            filter_line.say(sum(shown for shown, _ in counts), sum(of for _, of in counts), aside)

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        """Show what is left."""
        self.filter_words = message.words
        self.sift()

    def on_filter_line_left(self) -> None:
        """Back to the rows."""
        table = next((table for table in self.lists if table.display), None)
        if table is not None:
            table.focus()

    def do_filter(self) -> None:
        """Type the words that rows must hold."""
        self.query_one(FilterLine).open()
        self.sift()

    def do_sort(self) -> None:
        """By the next column that is shown."""
        table = next((table for table in self.lists if table.display and table.columns), None)
        if table is None:
            self.say("there is nothing to sort yet")
            return
        self.sort_by(self.order.after(table.columns_in_sight))

    def sort_by(self, order: Order) -> None:
        """Sort the lists so."""
        self.console_app.habits.sort(self.place, order)
        self.show_all()
        shown = {column.title for table in self.lists if table.display for column in table.columns_in_sight}
        aside = "" if not order.column or order.column in shown else ", a column for which there is no room here"
        self.say(f"sorted {order.words}{aside}")

    def filter_by(self, words: str) -> None:
        """Show only rows with these words."""
        line = self.query_one(FilterLine)
        line.words = words
        line.display = True
        self.filter_words = words
        self.sift()

    def do_back(self) -> None:
        """All rows again where some are hidden; else back to what led here."""
        if self.filter_words:
            self.query_one(FilterLine).clear()
        else:
            self.console_app.back()

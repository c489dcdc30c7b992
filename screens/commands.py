"""What can be asked for by name: the actions of the registry, every service, instance and theme, and a few with words.

`:service nova-api`, `:fleet`, `:theme light`, `:sort state`, `:filter !well`, `:q`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from console.model.text import visible
from screens import keys
from screens.filtering import Order
from screens.keys import Place
from screens.navigate import Spot

if TYPE_CHECKING:
    from screens.facts_screen import FactsScreen

# What people are used to type, beside the names of the actions.
_ALIASES = {
    "quit": ("q", "q!", "qa", "wq", "exit"),
    "help": ("keys",),
    "refresh": ("look", "reload"),
    "fleet": ("services",),
    "balancer": ("load balancer",),
}


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette. `aliases` run it when typed exactly; `closed` is why it can not be done now.

    `typed` ones are too many to be listed before something is typed.
    """

    name: str
    explanation: str
    run: Callable[[], None]
    closed: str = ""
    aliases: tuple[str, ...] = ()
    typed: bool = False


def commands(screen: FactsScreen) -> Iterator[Command]:
    """All that can be asked for here, in the order in which it is listed."""
    app, situation = screen.console_app, screen.situation()
    for action in keys.at(screen.place, situation.keymap):
        if action.id != "palette":
            aliases = (action.id.replace("_", " "), *_ALIASES.get(action.id, ()))
            run = partial(screen.act, action.id)
            yield Command(action.label.rstrip("…"), action.help, run, action.reason(situation), aliases)
    for name in app.config.services:
        yield Command(
            f"service {visible(name)}", "Open this service.", partial(app.trail.go, Spot(Place.SERVICE, name))
        )
    here, elsewhere = _instances(screen)
    yield from here
    for name in app.themes.names():
        yield Command(f"theme {name}", "Change the colours.", partial(app.choose_theme, name))
    for title in dict.fromkeys(column.title for table in screen.lists for column in table.columns if column.title):
        yield Command(f"sort {title}", "Sort the rows by this column.", partial(screen.sort_by, Order(title)))
        yield Command(
            f"sort {title} backwards", "The largest first.", partial(screen.sort_by, Order(title, backwards=True))
        )
    yield from elsewhere


def _instances(screen: FactsScreen) -> tuple[list[Command], list[Command]]:
    """Those of the screen's service, and of all others. Of a name that others have as well the service is named."""
    app, here, elsewhere = screen.console_app, screen.service_name, list[tuple[str, Spot, str]]()
    mine: list[Command] = []
    for service in app.snapshot.services.values() if app.snapshot is not None else ():
        sides = [(side.colour.upper(), side.instances) for side in service.colours]
        for colour, instances in (*sides, ("neither colour", service.uncoloured)):
            for one in instances:
                spot = Spot(Place.INSTANCE, service.name, one.key)
                if service.name == here:
                    name, words = f"instance {visible(one.name)}", f"Open this instance of {colour}."
                    mine.append(Command(name, words, partial(app.trail.go, spot)))
                else:
                    elsewhere.append((visible(one.name), spot, colour))
    used = Counter(name for name, _, _ in elsewhere) + Counter(each.name.removeprefix("instance ") for each in mine)
    return mine, [
        Command(
            f"instance {name}" + (f" of {visible(spot.service)}" if used[name] > 1 else ""),
            f"Open this instance of {colour} of {visible(spot.service)}.",
            partial(app.trail.go, spot),
            typed=True,
        )
        for name, spot, colour in elsewhere
    ]


def matching(screen: FactsScreen, known: Sequence[Command], typed: str) -> tuple[Command, ...]:
    """The commands that the typed words may mean, the likeliest first: the very name, its beginning, its words."""
    text = typed.strip().casefold()
    if not text:
        return tuple(each for each in known if not each.typed)
    verb, _, words = typed.strip().partition(" ")
    if verb.casefold() == "filter" and words.strip() and screen.lists:
        return (
            Command(f"filter {words.strip()}", "Show only rows with these words.", partial(screen.filter_by, words)),
        )
    ranked = [(rank, command) for command in known if (rank := _rank(command, text)) is not None]
    return tuple(command for _, command in sorted(ranked, key=lambda pair: pair[0]))


def _rank(command: Command, text: str) -> int | None:
    name = command.name.casefold()
    if text == name or text in command.aliases:
        return 0
    if name.startswith(text):
        return 1
    if any(alias.startswith(text) for alias in command.aliases):
        return 2
    wanted, words = text.split(), name.split()
    if all(any(word.startswith(each) for word in words) for each in wanted):
        return 3
    if all(each in name for each in wanted):
        return 4
    return None

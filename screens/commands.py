"""What can be asked for by name: the actions of the registry, every service, instance and theme, and a few with words.

`:service nova-api`, `:fleet`, `:theme light`, `:sort state`, `:filter !well`, `:q`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
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
    """One line of the palette. `aliases` run it when typed exactly; `closed` is why it can not be done now."""

    name: str
    explanation: str
    run: Callable[[], None]
    closed: str = ""
    aliases: tuple[str, ...] = ()


def commands(screen: FactsScreen) -> Iterator[Command]:
    """All that is listed before anything is typed, in this order."""
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
    for name, spot, colour in _instances(screen, lambda service: service == screen.service_name):
        yield Command(f"instance {name}", f"Open this instance of {colour}.", partial(app.trail.go, spot))
    for name in app.themes.names():
        yield Command(f"theme {name}", "Change the colours.", partial(app.choose_theme, name))
    for title in dict.fromkeys(column.title for table in screen.lists for column in table.columns if column.title):
        yield Command(f"sort {title}", "Sort the rows by this column.", partial(screen.sort_by, Order(title)))
        yield Command(
            f"sort {title} backwards", "The largest first.", partial(screen.sort_by, Order(title, backwards=True))
        )


def typed_commands(screen: FactsScreen) -> tuple[Command, ...]:
    """What is found by typing alone: the instances of all other services, which may be thousands.

    Of a name that several have the service is named.
    """
    used = Counter(name for name, _, _ in _instances(screen, lambda _: True))
    return tuple(
        Command(
            f"instance {name}" + (f" of {visible(spot.service)}" if used[name] > 1 else ""),
            f"Open this instance of {colour} of {visible(spot.service)}.",
            partial(screen.console_app.trail.go, spot),
        )
        for name, spot, colour in _instances(screen, lambda service: service != screen.service_name)
    )


def _instances(screen: FactsScreen, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Spot, str]]:
    """The name of each instance of these services, where it is shown, and its colour."""
    snapshot = screen.console_app.snapshot
    for service in snapshot.services.values() if snapshot is not None else ():
        if wanted(service.name):
            sides = [(side.colour.upper(), side.instances) for side in service.colours]
            for colour, instances in (*sides, ("neither colour", service.uncoloured)):
                for one in instances:
                    yield visible(one.name), Spot(Place.INSTANCE, service.name, one.key), colour


def matching(screen: FactsScreen, known: Iterable[Command], typed: str) -> tuple[Command, ...]:
    """The commands that the typed words may mean, the likeliest first: the very name, its beginning, its words."""
    text = typed.strip().casefold()
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

"""The fleet as rows: a service each, those that need a human first; the regions of a group one below the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.model.colour import Colour
from console.model.heading import heading
from console.model.need import Need, Rank, rank
from console.model.text import clipped, visible
from screens.view.glyphs import Glyphs
from screens.view.line import BLANK, Line, line, spread
from screens.view.table import Column, Row
from screens.view.words import count, role_glyph

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.config.model import ServiceConfig
    from console.model.problem import Problem
    from console.model.service import Service
    from console.model.verdict import Verdict
    from console.rollout.records import Rollout
    from screens.messages import TrainView

GROUP = "group:"  # begins the key of a row that sums up a group
_ROOMY, _WIDEST, _NEVER = 108, 140, 100_000  # cells of a table from which there are more columns
_LONGEST = 200  # characters of a problem below its service
_SHORT = {"NOT WELL": "ILL"}  # words of a state, where both they and the count do not fit


@dataclass(frozen=True, slots=True)
class Entry:
    """One service of the fleet: what the config says, and what is known so far. `causes` are said above the rows."""

    config: ServiceConfig
    service: Service | None = None
    verdict: Verdict | None = None
    rollout: Rollout | None = None
    orphan: bool = False
    waits: bool = False
    causes: frozenset[str] = frozenset()
    train: TrainView | None = None

    @property
    def needs_you(self) -> bool:
        """Whether a human should look: it is not well, its facts are old, or a rollout waits for somebody."""
        return (
            self.orphan
            or self.waits
            or (self.train is not None and self.train.needs_you)
            or (self.verdict is not None and not (self.verdict.healthy or self.verdict.asking))
        )

    @property
    def own_problems(self) -> tuple[Problem, ...]:
        """All that is wrong with it, but for causes that it shares with others; none while it is asked."""
        if self.verdict is None or self.verdict.asking:
            return ()
        return tuple(problem for problem in self.verdict.found if not self._is_shared(problem))

    def _is_shared(self, problem: Problem) -> bool:
        """Whether all that it says is that sources fail, each for a cause that is said above the rows."""
        sources = [self.service.source(name) for name in problem.sources] if self.service is not None else []
        return bool(sources) and all(source.problem in self.causes for source in sources)

    @property
    def rank(self) -> tuple[bool, Rank]:
        """Those that need a human first, then those never seen, which come before those that are well."""
        needs_you, need = self.needs_you, self.verdict.need if self.verdict is not None else Need.REST
        placed = rank(need, needs_you=needs_you, production=self.config.is_production)
        return self.verdict is not None and not needs_you, placed


@dataclass(frozen=True, slots=True)
class About:
    """What the header says beside the services: the console's mode, and how far it is with looking."""

    mode: Line
    waiting_for: str = "asking the cloud"
    problems: int = 0
    remembered: str = ""  # how old what an earlier console saw is, while there is nothing else
    paused: str = ""  # what stands in place of the freshness while the facts are frozen


def rows(entries: Sequence[Entry], made: Mapping[str, Row], glyphs: Glyphs) -> list[Row]:
    """All rows, from those `made` for each service. A group stands where its worst member would."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.config.group or f"\0{entry.config.name}", []).append(entry)
    found: list[Row] = []
    for members in sorted(groups.values(), key=lambda members: min(each.rank for each in members)):
        members.sort(key=lambda each: each.rank)
        if len(members) > 1:
            found.append(_group_row(members, glyphs))
        found += [_indented(made[each.config.name]) if len(members) > 1 else made[each.config.name] for each in members]
    return found


def columns(entries: Sequence[Entry], cells: int) -> tuple[Column, ...]:
    """The columns for these services on a screen so wide: what they have in common is in the header instead."""
    mixed = len({each.config.environment for each in entries}) > 1
    regions = any(each.config.region for each in entries)
    groups = Counter(each.config.group for each in entries if each.config.group)
    titles = [f"{visible(group)}: {number} services" for group, number in groups.items() if number > 1]
    longest = max((len(text) for text in (*titles, *(_name(each) for each in entries))), default=0)
    name = min(max(longest, 12), 40 if cells >= _ROOMY else 14 if mixed else 20)
    return (
        Column("", 1),
        Column("service", name, keeps_end=True),
        Column("env", 5, needs=0 if mixed else _NEVER),
        Column("region", 12, needs=_ROOMY if regions else _NEVER),
        Column("state", state_width(cells)),
        Column("live", 15),
        Column("idle", 15, needs=76),
        Column("lost", 6, needs=_WIDEST),
        Column("would ship", 12, needs=_WIDEST),
        Column("rollback", 0, most=60),
    )


def state_width(cells: int) -> int:
    """The cells of the column that says how a service is, in a table of so many."""
    return 12 if cells >= _ROOMY else 10


def row(entry: Entry, at: float, glyphs: Glyphs, width: int) -> Row:
    """The row of one service, with what is wrong and what is under way below it.

    `at`: the verdict's moment. `width`: the cells of the state, said in short where it does not fit beside its count.
    """
    name = (visible(entry.config.name), "strong")
    place = ((_environment(entry.config), "strong" if entry.config.is_production else ""), (_region(entry.config), ""))
    if entry.service is None or entry.verdict is None:
        asking = ("asking", "dim")
        return Row(entry.config.name, ((" ", ""), name, *place, asking, *[("", "")] * 5))
    service, found = entry.service, entry.verdict
    first = service.live or Colour.BLUE
    cells = (
        (glyphs.attention, "bad") if entry.needs_you else (glyphs.attention if entry.own_problems else " ", "warn"),
        name,
        *place,
        _state(service, found, at, width),
        _side(service, first, glyphs),
        _side(service, first.other, glyphs),
        _lost(service, at),
        _ships(service),
        (_rollback(found), "" if found.rollback_ready else "warn"),
    )
    return Row(entry.config.name, cells, tuple(_notes(entry, glyphs)), words=found.state)


def header(entries: Sequence[Entry], about: About, cells: int, ellipsis: str) -> list[Line]:
    """One line: what is watched, how many need a human, how fresh it is, and the console's mode."""
    environments = {each.config.environment: each.config.is_production for each in entries}
    clouds = sorted({visible(each.config.cloud) for each in entries})
    regions = {each.config.region for each in entries if each.config.region}
    where = " + ".join(clouds[:3]) + (f" + {len(clouds) - 3} more" if len(clouds) > 3 else "")
    # what is remembered needs nobody for its age: it is to be seen first
    known = [each for each in entries if not about.remembered or each.verdict is None or each.verdict.fresh]
    needing = sum(each.needs_you for each in known)
    asking = sum(each.verdict is None or each.verdict.asking for each in entries)
    stale = sum(each.verdict is not None and not each.verdict.fresh and not each.verdict.asking for each in entries)
    parts = [
        _badge(*next(iter(environments.items()))) if len(environments) == 1 else BLANK,
        line(("bluegreen", "strong")),
        line(f"{where}, {count(len(regions), 'region')}" if len(regions) > 1 else where) if cells >= 100 else BLANK,
        line(count(len(entries), "service")),
        line((f" {needing} need{'s' if needing == 1 else ''} you ", "badge-ill")) if needing else BLANK,
        line(_all_well(about.problems)) if not needing and not asking and not about.remembered else BLANK,
        line((_waits(about, asking, len(entries)), "dim")) if asking else BLANK,
        _freshness(stale, asking, about),
    ]
    left: list[tuple[str, str]] = []
    for part in parts:
        if part:
            left += [*((("   ", ""),) if left else ()), *part]
    return [spread(tuple(left), about.mode, cells, ellipsis)]


def _waits(about: About, asking: int, of: int) -> str:
    return about.waiting_for if asking == of else f"{about.waiting_for} about {asking}"


def _freshness(stale: int, asking: int, about: About) -> Line:
    if about.paused:
        return line((about.paused, "stale"))
    if about.remembered:
        return line((f"remembered, {about.remembered} old", "stale"))
    return line((f"STALE: {count(stale, 'service')}", "stale")) if stale else line("" if asking else "fresh")


def _badge(environment: str, production: bool) -> Line:
    return line((f" {visible(environment.upper())} ", "badge-production" if production else "badge-other"))


def _all_well(problems: int) -> str:
    return f"all serve well, {count(problems, 'problem')}" if problems else "all well"


# -- cells


def _environment(config: ServiceConfig) -> str:
    return "PROD" if config.is_production else clipped(config.environment.upper(), 5)


def _region(config: ServiceConfig) -> str:
    return visible(config.region or "")


def _state(service: Service, found: Verdict, at: float, width: int) -> tuple[str, str]:
    from console.model.tally import tally  # noqa: PLC0415 there are facts, so it is imported already

    counts = [tally(service, side, at) for side in service.colours if service.role(side.colour) in ("live", "both")]
    well, meant = sum(each.healthy for each in counts), sum(each.meant for each in counts)
    word, style = found.state, "" if found.healthy else "dim" if found.asking else "bad"
    if not found.fresh and not found.asking:
        word, style = "STALE", "stale"
    if not meant:
        return word, style
    counted = [f"{said} {well if found.fresh else '?'}/{meant}" for said in (word, _SHORT.get(word, word))]
    return next((words for words in counted if len(words) <= width), word), style


def _side(service: Service, colour: Colour, glyphs: Glyphs) -> tuple[str, str]:
    from console.model.service import SERVERS  # noqa: PLC0415 there are facts, so it is imported already
    from console.model.verdict import role_words  # noqa: PLC0415

    role, side = role_words(service, colour), service.side(colour)
    if not side.instances:
        seen = service.source(SERVERS).seen_at is not None
        return (f"{glyphs.none} none", "dim") if seen else (f"{glyphs.unknown} unknown", "warn")
    if role == "unknown":
        return f"{glyphs.unknown} {colour.upper()} unknown", "warn"
    style = colour.value if role == "idle" else f"{colour.value} live"
    word = "" if role in ("live", "idle") else f" {role}"
    return f"{role_glyph(role, glyphs)} {colour.upper()}{word} {visible(side.version)}", style


def _lost(service: Service, at: float) -> tuple[str, str]:
    """Requests through the VIP that failed, of the last minute."""
    if service.traffic is None or not service.traffic.answers:
        return "", ""
    lost = service.traffic.lately(at).lost
    return str(lost), "bad" if lost else ""


def _ships(service: Service) -> tuple[str, str]:
    if service.commits is None or service.commits.would_ship is None:
        return "", ""
    both = service.shipping
    if both is None or not both.both:
        return count(len(service.commits.would_ship), "commit"), ""
    target = heading(service)
    ships, undoes = (len(batch.commits) if batch is not None else 0 for batch in both.towards(target or Colour.GREEN))
    if target is not None:
        return count(ships, "commit"), ""
    return f"{ships + undoes} differ", ""  # nobody moves traffic: what one of them has and the other lacks


def _name(entry: Entry) -> str:
    return f"{'  ' if entry.config.group else ''}{visible(entry.config.name)}"


def _rollback(found: Verdict) -> str:
    if not found.fresh:
        return "unknown"  # what is stale is said elsewhere
    return visible(re.sub(r"^rollback (ready: )?", "", found.rollback))


def _notes(entry: Entry, glyphs: Glyphs) -> Iterator[Line]:
    found = entry.verdict
    if own := entry.own_problems:
        more = f" (and {len(own) - 1} more)" if len(own) > 1 else ""
        harms = found is not None and not found.healthy
        first = min(own, key=lambda problem: problem.need)
        yield line((f"{glyphs.attention} {clipped(first.text, _LONGEST)}{more}", "bad" if harms else "warn"))
    if entry.train is not None:
        role, sign = ("bad", glyphs.attention) if entry.train.needs_you else ("warn", glyphs.running)
        more = (
            f" needs you (bluegreen train {visible(entry.train.name)} --resume or --abort)"
            if entry.train.needs_you
            else ""
        )
        yield line((f"{sign} train {visible(entry.train.name)}{more}: {clipped(entry.train.words, _LONGEST)}", role))
    record = entry.service.record if entry.service is not None else None
    if found is not None and found.restraint and record is not None and record.freeze is not None:
        yield line((f"{glyphs.held} {clipped(record.freeze.words, _LONGEST)}", "warn"))
    if entry.rollout is not None:
        what = f"rollout {entry.rollout.id}: {entry.rollout.plan.action} by {visible(entry.rollout.who.owner)}"
        if entry.orphan:
            yield line((f"{glyphs.attention} {what} needs you: nobody ends it", "bad"))
        elif entry.waits:
            yield line((f"{glyphs.attention} {what} waits for you", "bad"))
        else:
            yield line((f"{glyphs.running} {what} is {entry.rollout.state}", "warn"))
    elif found is not None and found.due:
        yield line((f"{glyphs.idle} {found.due}: `bluegreen retire {visible(entry.config.name)}`", "dim"))


# -- groups


def _group_row(members: Sequence[Entry], glyphs: Glyphs) -> Row:
    """What the members have in common, and where they differ."""
    group = members[0].config.group
    regions = {each.config.region for each in members}
    apart = len(regions) == len(members)  # the same service in several regions
    what = "regions" if apart else "services"
    needing = sum(each.needs_you for each in members)
    state = ("well", "") if not needing else (f"{needing} of {len(members)}", "bad")
    if any(each.verdict is None or each.verdict.asking for each in members) and not needing:
        state = ("asking", "dim")
    lives = {_live(each) for each in members if each.service is not None}
    live = ("differ", "warn") if apart and len(lives) > 1 else (next(iter(lives)) if len(lives) == 1 else "", "")
    environments = {_environment(each.config) for each in members}
    environment = environments.pop() if len(environments) == 1 else "mixed"
    cells = (
        (glyphs.attention, "bad") if needing else (" ", ""),
        (f"{visible(group)}: {len(members)} {what}", "title"),
        (environment, ""),
        ("", ""),
        state,
        live,
        *[("", "")] * 4,
    )
    return Row(f"{GROUP}{group}", cells, sums=len(members))


def _live(entry: Entry) -> str:
    service = entry.service
    if service is None or service.live is None:
        return "no one colour"
    return f"  {service.live.upper()} {visible(service.side(service.live).version)}"


def _indented(made: Row) -> Row:
    sign, (name, role), *rest = made.cells
    return Row(made.key, (sign, (f"  {name}", role), *rest), made.notes, words=made.words)

"""What people ask of the journal about a service: freeze it, keep its way back, allow or name what was rolled back.

None of it writes to the cloud, and none of it ever stops a way back.
"""

from __future__ import annotations

from console.commits.names import is_full
from console.config.model import Config
from console.errors import UsageError
from console.model.colour import Colour
from console.model.record import Barred, Freeze, Kept, Undone
from console.model.service import Service
from console.plan.plan import Action
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.liveness import unfinished
from console.rollout.records import DecisionKind, Rollout
from console.rollout.standing import ServiceDecisionKind, decide, records
from console.rollout.waiting import under_way
from console.rollout.who import Who

_LEAST = 7  # characters by which a commit is named


def freeze(
    config: Config, journal: Journal, service: str, who: Who, reason: str, *, until: float | None = None
) -> Rollout | None:
    """Let nothing but a way back be begun until `until` (Unix seconds; None: until it is taken back).

    A rollout that is under way waits before its next write; it is returned, None where there is none. Raises Refused,
    JournalError.
    """
    request.may_write(config)
    decide(journal, service, ServiceDecisionKind.FREEZE, who, reason, until=until)
    living = (one for one in journal.rollouts(service) if not one.state.ended and not unfinished(one))
    forward = next((one for one in living if not under_way(one, journal.events(one.id)).intent.is_way_back), None)
    if forward is not None:
        request.pause(journal, forward.id, who, f"{service} is frozen: {reason}", even_waiting=True)
    return forward


def halted_words(journal: Journal, rollout: Rollout) -> str:
    """What a rollout that was under way when its service was frozen does now; a freeze stops no way back."""
    found = request.waits_for_people(journal, rollout)
    does = found.already(journal.now()) if found is not None else "it waits before its next write, if it has one"
    taken = found is None or found.word is DecisionKind.KEEP
    return f"rollout {rollout.id} is under way: {does}{'' if taken else ', and none is taken while it is frozen'}"


def unfreeze(config: Config, journal: Journal, service: str, who: Who, reason: str) -> Freeze:
    """End the freeze, which is returned. Raises Refused, JournalError, UsageError where there is none."""
    request.may_write(config)
    found = records(journal, [service])[service].frozen(journal.now())
    if found is None:
        raise UsageError(f"{service} is not frozen", "`bluegreen freeze --list` shows what is")
    decide(journal, service, ServiceDecisionKind.UNFREEZE, who, reason)
    return found


def keep(config: Config, journal: Journal, service: str, who: Who, wish: Kept) -> Rollout | None:
    """Keep the idle colour as the way back for as long as is wished.

    A retirement of it that is under way takes nothing more away: it is returned, None where there is none. Raises
    Refused, JournalError.
    """
    request.may_write(config)
    until, colour = wish.until, str(wish.colour)
    decide(journal, service, ServiceDecisionKind.KEEP, who, wish.reason, version=colour, until=until)
    living = (one for one in journal.rollouts(service) if not one.state.ended and not unfinished(one))
    return next((one for one in living if one.plan.action is Action.RETIRE and one.plan.target is wish.colour), None)


def keepable(service: Service, colour: Colour) -> None:
    """Raise UsageError where keeping the colour would keep nothing: it has no instances, or it serves."""
    if not service.side(colour).instances:
        raise UsageError(
            f"{colour.upper()} of {service.name} has no instances: there is nothing to keep",
            f"`bluegreen status {service.name}` shows which colour stands by",
        )
    if service.live is colour:
        raise UsageError(
            f"{colour.upper()} of {service.name} serves: what serves is not retired, and the next cutover would end it",
            "keep it once the other colour serves",
        )


def unkeep(config: Config, journal: Journal, service: str, who: Who, reason: str) -> Kept:
    """End that; returns what was kept. Raises Refused, JournalError, UsageError where nothing was."""
    request.may_write(config)
    found = records(journal, [service])[service].kept
    if found is None or not found.active(journal.now()):
        raise UsageError(f"no colour of {service} is kept", "`bluegreen status` shows what stands by, and until when")
    decide(journal, service, ServiceDecisionKind.UNKEEP, who, reason)
    return found


def allow(config: Config, journal: Journal, service: str, version: str, who: Who, *, reason: str) -> Barred:
    """Let a version, or a commit, go out again; returns what barred it. Raises Refused, JournalError, UsageError."""
    request.may_write(config)
    record = records(journal, [service])[service]
    bar = record.bar_on(version) or next((one for one in record.barred if _begins(version, one.version)), None)
    commit = next((one for one in record.undone if len(version) >= _LEAST and one.ids[0].startswith(version)), None)
    if bar is None and commit is not None:
        decide(journal, service, ServiceDecisionKind.ALLOW, who, reason, version=commit.ids[0])
        return Barred(commit.ids[0][:7], commit.rollout, commit.at, commit.subject)
    if bar is None:
        known = ", ".join(one.version for one in record.barred) or "none is"
        raise UsageError(f"{version} of {service} is not barred", f"barred: {known}")
    decide(journal, service, ServiceDecisionKind.ALLOW, who, reason, version=bar.version)
    return bar


def _begins(version: str, short: str) -> bool:
    """Whether it is the whole SHA of what is known by its beginning; `v1.10` is no other name of `v1.1`."""
    return is_full(version) and len(short) >= _LEAST and version.startswith(short)


def blame(config: Config, journal: Journal, service: str, commit: str, who: Who, *, reason: str) -> Undone:
    """Name the bad commit of what was rolled back last: from then on it alone is refused; returns it.

    `commit`: what the SHA of a commit that was undone begins with, or any whole SHA. Raises Refused, JournalError,
    UsageError where nothing was rolled back, or the commit is none of it.
    """
    request.may_write(config)
    record = records(journal, [service])[service]
    known = {one.ids[0]: one for one in record.undone}
    text = commit.strip().lower()
    fits = [one for sha, one in known.items() if len(text) >= _LEAST and sha.startswith(text)]
    taken: list[Undone | Barred] = [*record.undone, *record.barred]
    last = max(taken, key=lambda one: one.at, default=None)
    if last is None:
        raise UsageError(f"nothing of {service} was rolled back, or all of it was allowed since")
    if len(fits) != 1 and not is_full(text):
        some = ", ".join(one.words for one in record.undone[:3]) or "which commits these were is not known"
        raise UsageError(
            f"{commit} is not one commit of what was rolled back with {last.version}",
            f"name it by seven characters of its SHA at least, or by the whole SHA; undone: {some}",
        )
    found = fits[0] if len(fits) == 1 else Undone((text,), "", last.version, last.rollout, last.at)
    decide(journal, service, ServiceDecisionKind.BLAME, who, reason, version=f"{found.ids[0]} {found.rollout}")
    return found

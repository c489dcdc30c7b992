"""Members that take requests and are of neither colour: how much of the traffic goes there, and who is dead."""

from __future__ import annotations

from collections.abc import Iterator

from console.model.balancer import Member
from console.model.health import Health, judge
from console.model.problem import Problem
from console.model.remedies import ANEW, RELEASED, REPLACE, STRANGERS
from console.model.service import Service
from console.model.text import some


def strangers(service: Service) -> Iterator[Problem]:
    """How much of what is in rotation is of neither colour, and what that means. The dead have their own sentence."""
    dead = {one.id for one in service.strangers if _dead(service, one)}
    found = [one for one in service.strangers if one.id not in dead]
    if not found:
        return
    ours = [
        member
        for side in service.colours
        for one in side.instances
        if service.in_rotation(one)
        for member in one.members
        if member.in_rotation
    ]
    weight = sum(one.weight for one in found)
    whole = sum(one.weight for one in (*ours, *service.strangers))
    of_all = f"{len(found)} of {len(ours) + len(service.strangers)} members in rotation ({weight} of {whole} weight)"
    names = some([one.name or one.address for one in found])
    refused = "" if service.foreign_allowed else ": a cutover is refused"
    text = f"{of_all} {'is' if len(found) == 1 else 'are'} of neither colour of {service.name}, {names}{refused}"
    yield Problem(text, STRANGERS)


def dead_strangers(service: Service, now: float) -> Iterator[Problem]:
    """Those that cannot answer, whoever's they are: some client gets the error."""
    reasons: dict[Problem, list[str]] = {}
    foreign = {one.id for one in service.foreign}
    for member in service.strangers:
        if member.id in foreign and (why := _dead(service, member)):
            reasons.setdefault(why, []).append(member.name or member.address)
    for why, names in reasons.items():
        yield why.of(f"in rotation and no instance of {service.name}: {some(names)}")
    for one in service.uncoloured:
        if service.in_rotation(one) and (found := judge(service, one, now)).health is Health.UNHEALTHY:
            yield Problem(f"in rotation and of no known colour: {one.name}: {found.reason}", found.hint)


def uncoloured(service: Service) -> Iterator[Problem]:
    """The instances of which nothing tells the colour."""
    if service.uncoloured:
        text = f"nothing tells the colour of {some([instance.name for instance in service.uncoloured])}"
        yield Problem(text, "label them; `bluegreen config check` says what tells the colour")


def _dead(service: Service, member: Member) -> Problem | None:
    if member.server_id is not None and member.server_id in service.gone:
        return Problem("the server that its tag names is gone: Nova answers 404", REPLACE)
    if member.operating_status == "ERROR":
        return Problem("the load balancer's health check fails (ERROR)", RELEASED)
    if member.provisioning_status == "ERROR":
        return Problem("the member is in provisioning ERROR", ANEW)
    return None

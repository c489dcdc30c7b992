"""What doctor says of the APIs: do they answer, in which version, what does that lack, does their clock agree.

Versions: Nova's `GET /` names the newest microversion; Octavia lists its versions at `GET /` and has no header for
them (2.5 tags, 2.11 batches that leave other members alone, 2.25 PROMETHEUS listeners); Neutron and Glance have told
the same v2 for years, so only their answer counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from console.cli.finding import Finding, ok, problem, warning
from console.cloud.problems import from_exception, from_response
from console.cloud.reader import version_number
from console.cloud.session import Session, sdk_errors
from console.config.model import Kind, ServiceConfig
from console.errors import BluegreenError

ADDITIVE = (2, 11)  # the first version of the load balancer API whose batch can leave other members alone
_TAGS = (2, 5)
_PROMETHEUS = (2, 25)
_NOVA_TAGS, _NOVA_CELLS = (2, 26), (2, 69)
_SLOW = 2.0  # seconds for an answer that costs the cloud nothing
_WRONG = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API said at its root. `sent`, `came`: this host's clock; `date`: the API's, None where it tells none."""

    body: Any
    sent: float
    came: float
    date: float | None

    @property
    def took(self) -> str:
        """`12 ms`."""
        return f"{(self.came - self.sent) * 1000:.0f} ms"


def all_of(session: Session, services: Sequence[ServiceConfig], place: tuple[str, str | None]) -> Iterator[Finding]:
    """The APIs that these services need in this place."""
    servers = [one for one in services if one.server_place == place]
    balanced = [one for one in services if one.rotation.attached and one.balancer_place == place]
    answers: list[tuple[str, Answer]] = []
    for name, judge, whose in (("compute", _nova, servers), ("load-balancer", _octavia, balanced)):
        if whose:
            answer = _ask(session, name)
            if isinstance(answer, Finding):
                yield answer
            else:
                answers.append((name, answer))
                yield from judge(answer, whose)
                yield from _slowness(name, answer)
    if any(source.startswith("image.") for one in servers for source in one.version):
        yield _reachable(session, "image", "versions cannot be read from images")
    yield from skew(answers)


def _ask(session: Session, service: str) -> Answer | Finding:
    means = "no server can be seen" if service == "compute" else "no load balancer can be seen"
    began = time.time()
    try:
        try:
            response = session.adapter(service).get("/", raise_exc=False)
        except sdk_errors() as error:
            raise from_exception(error, session.cloud, f"{service} /") from error
        if response.status_code >= _WRONG:
            raise from_response(response, session.cloud, f"{service} /")
    except BluegreenError as error:
        return problem(f"api.{service}", error.message, means, error.hint, error.exit_code)
    try:
        body = response.json()
    except ValueError:
        body = None
    return Answer(body, began, time.time(), _date(response.headers.get("Date", "")))


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _nova(answer: Answer, services: Sequence[ServiceConfig]) -> Iterator[Finding]:
    raw = answer.body.get("version") if isinstance(answer.body, dict) else None
    newest = str(raw.get("version") or "") if isinstance(raw, dict) else ""
    number = version_number(newest)
    if not number:
        yield ok("api.compute", f"compute API answers in {answer.took}, without naming its version")
    elif number < _NOVA_TAGS:
        means = "servers cannot be told apart by tags"
        mend = "select them by metadata or name, with `tags: []`, or let Nova be upgraded (2.26: Newton, 2016)"
        text = f"compute API {newest} has no server tags"
        needed = [one.name for one in services if one.instances.tags]
        if needed:
            yield problem("api.compute", f"{text}, which {', '.join(needed)} selects by", means, mend, 4)
        else:
            yield warning("api.compute", text, means, mend)
    elif number < _NOVA_CELLS:
        means = "servers of a cell that is down vanish from the list, as if they were deleted"
        mend = "look twice at servers that are gone at once; a newer Nova (2.69: Stein, 2019) tells"
        yield warning("api.compute", f"compute API {newest} does not tell of cells that are down", means, mend)
    else:
        yield ok("api.compute", f"compute API {newest}, in {answer.took}: tags, and servers of cells that are down")


def _octavia(answer: Answer, services: Sequence[ServiceConfig]) -> Iterator[Finding]:
    listed = answer.body.get("versions") if isinstance(answer.body, dict) else None
    names = [str(one.get("id")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    newest = max(names, key=version_number, default="")
    number = version_number(newest)
    weighted = [one.name for one in services if one.rotation.kind == Kind.WEIGHTS]
    if not number:
        means = "it is not known what it can do; a change may be refused in the middle"
        mend = "`openstack versions show --service load-balancer` should name 2.11 or later"
        yield warning("api.load-balancer", "the load balancer API does not name its versions", means, mend)
        return
    if number >= ADDITIVE:
        more = ", and per-member sessions" if number >= _PROMETHEUS else ""
        text = f"load balancer API {newest}, in {answer.took}: tags, a batch can leave other members alone{more}"
        yield ok("api.load-balancer", text)
        if number < _PROMETHEUS:
            means = "connections can be counted by listener only, not by member"
            mend = "nothing is broken; Octavia 2.25 (Xena, 2021) has them"
            yield warning("api.sessions", f"load balancer API {newest} has no PROMETHEUS listeners", means, mend)
        return
    means = "one write cannot move several members: its batch would delete members that it does not name"
    mend = "changes by weights need version 2.11 (Octavia Train, 2019); rotation `pools` needs no batch"
    if weighted:
        yield problem("api.load-balancer", f"load balancer API {newest}", means, mend)
    else:
        yield warning("api.load-balancer", f"load balancer API {newest}", means, mend)
    if number < _TAGS:
        means = "intended weights and holds cannot be written down at the members, nor members found by tags"
        yield warning(
            "api.tags", f"load balancer API {newest} has no tags", means, "2.5 has them (Octavia Stein, 2019)"
        )


def _slowness(service: str, answer: Answer) -> Iterator[Finding]:
    if answer.came - answer.sent > _SLOW:
        means = "every look at the cloud takes at least as long; deadlines may pass"
        mend = "a look at the service's status page, at VPN and proxy"
        yield warning("api.slow", f"the {service} API took {answer.took} to say its version", means, mend)


def _reachable(session: Session, service: str, means: str) -> Finding:
    try:
        session.adapter(service)
    except BluegreenError as error:
        return warning(f"api.{service}", error.message, means, error.hint or "check the catalog")
    return ok(f"api.{service}", f"the catalog has an {service} API")


def skew(answers: Sequence[tuple[str, Answer]]) -> Iterator[Finding]:
    """Clocks of the APIs that differ from ours by more than the answer's way, the one that differs most."""
    from console.cli.doctor_cloud import SKEW, clock

    found = []
    for name, answer in answers:
        if answer.date is not None:  # cut to whole seconds
            ahead, behind = answer.sent - 1 - answer.date, answer.date - answer.came
            found.append((max(ahead, behind), ahead, behind, name))
    if found:
        most, ahead, behind, name = max(found)
        whose = name if most > SKEW else " and ".join(each[3] for each in found)
        yield clock("api.clock", ahead, behind, f"that of the {whose} API")

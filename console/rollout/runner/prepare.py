"""Before the first step: log in by ourselves, see that we may write, take the lease."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from console import __version__
from console.cloud.reader import Reader, version_number
from console.cloud.roles import cannot_write, ends_too_soon
from console.cloud.writer import Writer
from console.config.model import Config
from console.errors import BluegreenError, JournalError, Refused, Unreachable
from console.model.lease import LeaseHolder
from console.model.service import Service
from console.plan.plan import Action, Plan
from console.rollout import pace
from console.rollout.batches import ONE_BY_ONE, has_batches
from console.rollout.estimates import usual_build, usual_steps
from console.rollout.journal import Journal
from console.rollout.lease.in_journal import JournalLease
from console.rollout.lease.lease import Lease, Rivals
from console.rollout.lease.neutron import NeutronLease
from console.rollout.lease.several import Leases
from console.rollout.left_lease import left_behind
from console.rollout.liveness import runner_id
from console.rollout.operation import operation_of
from console.rollout.records import Decision, EventKind, Rollout
from console.rollout.reserve import Reserve
from console.rollout.runner.kill_timer import KillTimer
from console.rollout.runner.run import Run
from console.rollout.runner.timing import Timing
from console.rollout.standing import records
from console.watch.observe import Observer

ADDITIVE = (2, 11)  # the API with `additive_only` (octavia: release note make-batch-member-call-additive)


@dataclass(frozen=True, slots=True)
class Errand:
    """What the runner was sent to do: an order on a rollout, and the plan that it names."""

    config: Config
    journal: Journal
    rollout: Rollout
    order: Decision
    plan: Plan
    reserve: Reserve
    elsewhere: bool = False  # the record is in the second place from the start


def prepare(errand: Errand) -> Run:
    """Log in by ourselves, see that we may write, take the lease. Nothing is written before.

    Raises Refused, LeaseHeld, CloudError.
    """
    config, journal, rollout, order = errand.config, errand.journal, errand.rollout, errand.order
    if config.writable_by_others:
        raise Refused(config.writable_by_others, "a config names commands that run with production credentials")
    service = config.services.get(rollout.service)
    if service is None:
        raise Refused(f"the config has no service {rollout.service} any more", "nothing was written")
    observer = Observer(config, [service.name], patience=0)  # what ships was known when it was planned
    session = observer.session(service.name)
    identity = session.identity()
    who = f"{identity.user} in project {identity.project}, roles {', '.join(identity.roles) or 'none'}"
    ends = 0.0 if identity.renewable else identity.expires_at
    journal.append(rollout.id, EventKind.AUTHENTICATED, "", who, expires_at=identity.expires_at, ends_at=ends)
    pace.refuse_elsewhere(identity.auth_url)
    reason = cannot_write(identity)
    if reason:
        raise Refused(reason, "changes need the role member in the project")
    late = ends_too_soon(identity, time.time(), 2 * sum(step.deadline for step in errand.plan.steps))
    if late:
        raise Refused(late, "log in again, or use an application credential, which renews itself")
    _refuse_batches(errand.plan, Reader(session))
    timing = Timing(ttl=config.lease.ttl)
    reader, writer = Reader(session), Writer(session, pace.real(timing.client_timeout), agent=_agent(rollout))
    lease = _lease(errand, reader, writer, timing)
    run = Run(
        rollout_id=rollout.id,
        service=service,
        journal=journal,
        lease=lease,
        reader=reader,
        writer=writer,
        observe=lambda: _with_record(journal, _look(observer, service.name)),
        trust=lambda: session.trusted,
        kill_timer=KillTimer(pace.real(timing.kill)),
        timing=timing,
        seen_decisions=order.seq,
        way_back=errand.plan.action in (Action.ROLLBACK, Action.TAKE_BACK),
        login_ends=ends,
        operation=operation_of(rollout.id, rollout.created_at),
        usual_build=usual_build(journal, service.name),
        usual_steps=usual_steps(journal, service.name, errand.plan.action),
        reserve=errand.reserve,
        known=journal.copy(rollout.id),
        me=runner_id(),
        lost="the journal could not be written when this began" if errand.elsewhere else "",
    )
    lease.acquire(_wanted(errand), take_over=order.take_over)
    held = lease.held.lease_id if lease.held is not None else ""
    try:
        run.note(EventKind.LEASE, "", f"lease taken as {order.who.owner}", lease=held)
    except BluegreenError:
        with suppress(BluegreenError):  # nobody else would give it back
            lease.release()
        raise
    return run


def _agent(rollout: Rollout) -> str:
    """What the cloud's access logs have of a write: which rollout it was of, and which process sent it."""
    return f"bluegreen/{__version__} rollout/{rollout.id} ({socket.gethostname()}:{os.getpid()})"


def _refuse_batches(plan: Plan, reader: Reader) -> None:
    """An API before 2.11 takes a batch for all members of the pool, and deletes the others (facts: Octavia 1.1)."""
    if not has_batches(plan):
        return
    known = reader.octavia_versions()
    if known and version_number(known[-1]) < ADDITIVE:
        raise Refused(
            f"the load balancer API is {known[-1]}: it has no additive batch of members, and would delete the others",
            ONE_BY_ONE,
            rule=3,
        )


def _lease(errand: Errand, reader: Reader, writer: Writer, timing: Timing) -> Lease:
    """One lease for every protected object, as one."""
    return Leases([_lease_on(one, errand, reader, writer, timing) for one in errand.plan.basis.protected])


def _lease_on(protected: str, errand: Errand, reader: Reader, writer: Writer, timing: Timing) -> Lease:
    network, client_timeout = errand.config.lease.network, pace.real(timing.client_timeout)
    rivals = Rivals(lambda holder: left_behind(errand.journal, holder), partial(_waits, errand))
    if network is None:
        return JournalLease(errand.journal.engine, protected=protected, client_timeout=client_timeout, rivals=rivals)
    return NeutronLease(
        reader,
        writer,
        network=network,
        protected=protected,
        service=errand.plan.service,
        client_timeout=client_timeout,
        rivals=rivals,
    )


def _waits(errand: Errand, holder: LeaseHolder, seconds: float) -> None:
    text = (
        f"taking the lease of {holder.owner} over: {seconds:.0f} s without a sign of life from it show that it is dead "
        f"(it did {holder.action}, rollout {holder.rollout})"
    )
    until = time.time() + seconds
    with suppress(JournalError):  # what may go on without a record says so at its first write
        errand.journal.append(errand.rollout.id, EventKind.WAIT, "", text, seconds=seconds, until=until)


def _wanted(errand: Errand) -> LeaseHolder:
    rollout, order, plan = errand.rollout, errand.order, errand.plan
    now = time.time()
    return LeaseHolder(
        lease_id="",
        owner=order.who.owner,
        rollout=rollout.id,
        action=plan.what,
        reason=order.reason or rollout.reason,
        step="start",
        since=now,
        renewed_at=now,
        ttl=pace.real(errand.config.lease.ttl),
    )


def _with_record(journal: Journal, service: Service) -> Service:
    """A freeze counts from the moment at which it is said. A journal that cannot be read stops no way back."""
    with suppress(JournalError):
        return replace(service, record=records(journal, [service.name])[service.name])
    return service


def _look(observer: Observer, name: str) -> Service:
    """A look whose facts are all of this moment: what was seen some seconds ago is not good enough to write on."""
    service = observer.observe().services[name]
    for source in reversed(service.decisive):
        state = service.source(source)
        if state.problem:
            raise Unreachable(f"{source} of {name} cannot be seen: {state.problem}", state.hint)
    return service

"""A server that is made: found again by its tag, waited for, deleted and asked for again where it failed."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from console.cloud.stock import server_groups
from console.errors import ApiError, Drift, NeedsHuman, NotFound
from console.model.call import Call
from console.model.server import Server
from console.plan.desired import ServerMade
from console.plan.kinds.servers import made
from console.rollout.operation import tag
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback
from console.rollout.runner.run import LOOK_DEADLINE
from console.rollout.runner.send import send_guarded
from console.rollout.user_data import filled

_TOLD_EVERY = 15.0  # seconds between two notes on a build that goes on
_GONE = 120.0  # seconds for a failed build to go
LONGEST = 65_535  # bytes of user data in base64 (Nova API)


class ServerMadeUnderWay(UnderWay):
    """POST of one server. An answer that is lost is no matter: the server is there under its tag, or it is not."""

    desired: ServerMade
    busy = (429, 503)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._tries = 0  # builds that failed
        self._began = boot_clock.now()
        self._fault = ""
        self._late = False

    @property
    def attempts(self) -> int:
        """See UnderWay.attempts."""
        return 1 + self.desired.retries

    @property
    def _tag(self) -> str:
        return tag(self.run.operation, self.desired.name)

    @property
    def _zone(self) -> str:
        zones = self.desired.zones
        return zones[(self.desired.turn + self._tries) % len(zones)] if zones else ""

    def _mine(self) -> Server | None:
        found = self.run.reader.servers_tagged(every=(self._tag,))
        return next((one for one in found if self._tag in one.tags and one.task_state != "deleting"), None)

    def _is_gone(self, server_id: str) -> bool:
        """Whole: one that is being deleted is still looked at by whoever plans what comes next."""
        try:
            return self.run.reader.server(server_id).status in ("DELETED", "SOFT_DELETED")
        except NotFound:
            return True

    def already(self) -> bool:
        """See UnderWay.already: asked for by an earlier runner, whose answer nobody heard."""
        server = self.run.look(self._mine, self.step.id, LOOK_DEADLINE)
        return self._tries == 0 and server is not None and server.status != "ERROR"

    def last_look(self) -> Call:
        """See UnderWay.last_look: nobody else has taken the name, and the files are those of the plan."""
        if any(one.name == self.desired.name and self._tag not in one.tags for one in self.run.servers()):
            raise Drift((f"there is an instance {self.desired.name} by now",))
        self._began, self._late = boot_clock.now(), False
        known: dict[str, Any] = {"operation": self._tag, "zone": self._zone}
        if self.desired.group:
            known["group_id"] = self._group_id()
        if self.desired.user_data:
            known["user_data"] = self._user_data()
        return made(self.desired, **known)

    def _group_id(self) -> str:
        found = [one for one in server_groups(self.run.reader.session) if one.name == self.desired.group]
        if not found:
            raise Drift((f"there is no server group {self.desired.group} any more",))
        return found[0].id

    def _user_data(self) -> str:
        path = self.run.service.launch.user_data
        try:
            content = path.read_bytes() if path is not None else b""
        except OSError as error:
            raise Drift((f"the user data cannot be read: {error}",)) from error
        if hashlib.sha256(content).hexdigest() != self.desired.user_data:
            raise Drift((f"{path} was changed since the plan was made",))
        text = filled(content.decode("utf-8", "surrogateescape"), self.run.service, self.desired)
        coded = base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()
        if len(coded) > LONGEST:
            raise Drift((f"{path} is longer than Nova takes: {len(coded)} bytes of {LONGEST} in base64",))
        return coded

    def settle(self) -> None:
        """See UnderWay.settle: until it is no longer in BUILD, or for too long."""
        told = boot_clock.now()
        while True:
            server = self.run.look(self._mine, self.step.id, LOOK_DEADLINE)
            if server is None or server.status != "BUILD":
                return
            now = boot_clock.now()
            if now - self._began > self.desired.deadline:
                self._late = True
                return
            if now - told > _TOLD_EVERY:
                told = now
                doing = f" ({server.task_state})" if server.task_state else ""
                usual = self.run.usual_build
                text = f"{self.desired.name} is in BUILD{doing} for {now - self._began:.0f} s"
                text += f", usually it takes {usual:.0f} s" if usual else f", limit {self.desired.deadline:.0f} s"
                self.run.note(EventKind.WAIT, self.step.id, text, write=self.write.key)
            self.run.wait(self.run.timing.poll, self.step.id)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        server = self.run.look(self._mine, self.step.id, LOOK_DEADLINE)
        if server is None:
            return Readback(wrong=(f"{self.desired.name} is not there",))
        if server.status == "ACTIVE":
            return Readback()
        if server.status == "BUILD" and not self._late:
            return Readback(pending=(self.desired.name,))
        self._fault = server.fault or f"{server.status}, with no fault told"
        if self._late:
            self._fault = f"still {server.status} after {self.desired.deadline:.0f} s"
        return Readback(failed=(self.desired.name,))

    def still_fit(self) -> None:
        """See UnderWay.still_fit: what failed is deleted first, so that nothing is orphaned."""
        server = self.run.look(self._mine, self.step.id, LOOK_DEADLINE)
        if server is None or not (server.status == "ERROR" or self._late):
            return
        self._tries += 1
        call = Call("compute", "DELETE", f"/servers/{server.id}", None)
        where = f", next in zone {self._zone}" if len(self.desired.zones) > 1 else ""
        text = f"{self.desired.name}: {self._fault}; it is deleted{where}"
        self.run.note(EventKind.INTENT, self.step.id, text, call=call, write=f"{self.write.key} failed")
        self.run.check_record()
        try:
            request = send_guarded(self.run, self.step.id, lambda: call)
        except NotFound:
            request = ""
        except ApiError as error:
            failed = f"{self.write.key} failed"
            self.run.note(EventKind.OUTCOME, self.step.id, error.message, status=error.status, write=failed)
            raise
        self.run.note(EventKind.OUTCOME, self.step.id, "accepted", request_id=request, write=f"{self.write.key} failed")
        end = boot_clock.now() + _GONE
        while not self.run.look(lambda: self._is_gone(server.id), self.step.id, LOOK_DEADLINE):
            if boot_clock.now() > end:
                raise NeedsHuman(
                    f"{self.desired.name} failed ({self._fault}) and is still not deleted after {_GONE:.0f} s",
                    f"look at it: `openstack server show {server.id}`",
                )
            self.run.wait(self.run.timing.poll, self.step.id)

    def failure(self, found: Readback) -> NeedsHuman:
        """See UnderWay.failure. What failed last is deleted as well."""
        if found.failed:
            self.still_fit()
        count = f"{self.attempts} builds" if self.attempts > 1 else "its build"
        return NeedsHuman(
            f"{self.desired.name} could not be made, {count} failed: {self._fault or '; '.join(found.wrong)}",
            "what failed was deleted, what was built stays: `bluegreen resume` goes on, or takes all of it back",
        )

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        server = self._mine()
        seconds = boot_clock.now() - self._began
        where = f" in {server.zone}" if server is not None and server.zone else ""
        text = f"{self.desired.name} is ACTIVE after {seconds:.0f} s{where}"
        return text, {"server": server.id if server is not None else "", "seconds": round(seconds, 1)}

    def final(self, error: ApiError) -> bool:
        """See UnderWay.final."""
        return True

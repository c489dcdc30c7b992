"""One instance in every detail: the server, its image, its actions and its console, each looked at by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain

from console.cloud.details import Details
from console.errors import ApiError, CloudError, Forbidden
from console.model.closeup import Deed, InstanceCloseup
from console.model.instance import Instance
from console.model.service import Service
from console.watch.look import Look

SERVER, IMAGE, ACTIONS, CONSOLE = "server", "image", "actions", "console"


class InstanceSources:
    """The sources of one instance. `details` opens the place of its server; `current` is the service as last seen.

    A source that the instance does not have (a static address has no server) answers None.
    """

    def __init__(
        self,
        service: str,
        key: str,
        details: Callable[[], Details],
        current: Callable[[], Service | None],
        *,
        good_for: float,
        clock: Callable[[], float],
    ) -> None:
        self._service, self._key = service, key
        self._details, self._current = details, current
        self.server: Look[Mapping[str, str] | None] = Look(SERVER, self._ask_server, good_for=good_for, clock=clock)
        self.image: Look[Mapping[str, str] | None] = Look(IMAGE, self._ask_image, good_for=good_for, clock=clock)
        self.deeds: Look[tuple[Deed, ...]] = Look(ACTIONS, self._ask_deeds, good_for=good_for, clock=clock)
        self.console: Look[str | None] = Look(CONSOLE, self._ask_console, good_for=good_for, clock=clock)

    def closeup(self) -> InstanceCloseup:
        """The instance as its sources last showed it."""
        looks = (self.server.seen, self.image.seen, self.deeds.seen, self.console.seen)
        return InstanceCloseup(
            service=self._service,
            key=self._key,
            details=self.server.value or {},
            image=self.image.value or {},
            deeds=self.deeds.value or (),
            console=self.console.value,
            sources={seen.source.name: seen.source for seen in looks},
        )

    def _ask_server(self) -> Mapping[str, str] | None:
        ident = self._server_id()
        return self._details().server(ident) if ident is not None else None

    def _ask_image(self) -> Mapping[str, str] | None:
        """Images do not change, except by name and properties: asked seldom."""
        found = self._instance()
        ident = found.server.image_id if found is not None and found.server is not None else None
        return self._details().image(ident) if ident is not None else None

    def _ask_deeds(self) -> tuple[Deed, ...]:
        ident = self._server_id()
        known = {deed.request_id: deed for deed in self.deeds.value or ()}
        return self._details().deeds(ident, known) if ident is not None else ()

    def _ask_console(self) -> str | None:
        ident = self._server_id()
        if ident is None:
            return None
        try:
            return self._details().console(ident)
        except Forbidden as error:
            raise CloudError(
                error.message, "reading a console needs the role member; all else works without"
            ) from error
        except ApiError as error:
            if error.status == 501:
                raise CloudError(error.message, "this kind of hypervisor keeps no console output") from error
            raise

    def _server_id(self) -> str | None:
        """The server behind the instance, also when Nova does not list it: the single GET may say why."""
        found = self._instance()
        if found is None:
            return None
        if found.server is not None:
            return found.server.id
        return found.member.server_id if found.member is not None else None

    def _instance(self) -> Instance | None:
        service = self._current()
        if service is None:
            return None
        every = chain(service.blue.instances, service.green.instances, service.uncoloured)
        return next((one for one in every if one.key == self._key), None)

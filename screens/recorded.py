"""Facts of the cloud together with what the journal says of each service, made once for each pair of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.record import Record
    from console.model.service import Service
    from console.model.snapshot import Snapshot


class Recorded:
    """Gives services their record. What was made of the same two is the same object: screens draw what is another."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Service, Record, Service]] = {}

    def of(self, snapshot: Snapshot, records: Mapping[str, Record]) -> Snapshot:
        """The snapshot with what the journal says; what it does not tell is left as it is."""
        services = {name: self._service(one, records.get(name)) for name, one in snapshot.services.items()}
        return replace(snapshot, services=services)

    def _service(self, service: Service, record: Record | None) -> Service:
        if record is None:
            return service
        made = self._made.get(service.name)
        if made is not None and made[0] is service and made[1] == record:
            return made[2]
        from console.model.tally import carried  # noqa: PLC0415 there are facts, so it is imported already

        found = replace(service, record=record)
        found.memo.update(carried(service.memo))  # the watch's thread has judged and counted already
        self._made[service.name] = (service, record, found)
        return found

"""Zuul."""

from __future__ import annotations

from typing import Any

from forge import Forge, Routes
from starlette.requests import Request
from starlette.responses import Response


class Zuul:
    """`states`: pipelines and results by SHA or change, the newest first: `gate=SUCCESS check=FAILURE`."""

    def __init__(self, forge: Forge, tenant: str = "example") -> None:
        self.forge, self.tenant = forge, tenant

    def routes(self) -> Routes:
        return {f"/api/tenant/{self.tenant}/buildsets" if self.tenant else "/api/buildsets": self.buildsets}

    def buildsets(self, request: Request) -> Response:
        asked = request.query_params.get("newrev") or request.query_params["change"]
        assert request.query_params["project"] == "example/nova"
        pipeline = request.query_params.get("pipeline")
        found = [one.split("=") for one in self.forge.states.get(asked, "").split()]
        made: list[dict[str, Any]] = [
            {
                "_id": number,
                "uuid": f"{name}-{number}",
                "result": result if result != "null" else None,
                "message": None,
                "pipeline": name,
                "event_id": "e",
                "event_timestamp": "2024-01-02T15:04:05",
                "first_build_start_time": None,
                "last_build_end_time": None,
                "refs": [],
            }
            for number, (name, result) in enumerate(found)
            if pipeline in (None, name)
        ]
        return self.forge.answer(request, made, "zuul-buildset[]")

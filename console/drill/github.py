"""The part of GitHub's API that tells of tests, for the drill's repository: check runs and commit statuses.

The base is /github, as that of an Enterprise Server; a commit's page is plain text.
"""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from console.drill.api import world_of

PROJECT = "drill/nova"
_API = f"/api/v3/repos/{PROJECT}"
_CHECKS = ("lint", "unit", "functional")  # the last one decides


async def check_runs(request: Request) -> Response:
    """Those of one commit: none where nothing ran."""
    sha = request.path_params["sha"]
    conclusion = world_of(request).tests.get(sha, "")
    last = len(_CHECKS) - 1
    names = _CHECKS if conclusion else ()
    runs = [_run(request, sha, name, conclusion if at == last else "success") for at, name in enumerate(names)]
    return JSONResponse({"total_count": len(runs), "check_runs": runs})


async def status(request: Request) -> Response:
    """Commit statuses, which nobody sets here."""
    sha, url = request.path_params["sha"], str(request.url)
    repository = {"id": 1, "name": PROJECT.partition("/")[2], "full_name": PROJECT, "html_url": _page(request)}
    told = {"state": "pending", "sha": sha, "total_count": 0, "statuses": [], "repository": repository}
    return JSONResponse(told | {"commit_url": url, "url": url})


async def page(request: Request) -> Response:
    """What a link to a commit leads to."""
    sha = request.path_params["sha"]
    conclusion = world_of(request).tests.get(sha)
    if conclusion is None:
        return PlainTextResponse("no such commit\n", 404)
    return PlainTextResponse(f"commit {sha} of the drill\ntests: {conclusion or 'none ran'}\n")


def _run(request: Request, sha: str, name: str, conclusion: str) -> dict[str, Any]:
    """One, with all keys that the API promises."""
    running = conclusion == "in_progress"
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    link = f"{_page(request)}/commit/{sha}/checks/{name}"
    return {
        "id": int(sha[:8], 16),
        "node_id": f"CR_{sha[:8]}",
        "head_sha": sha,
        "name": name,
        "url": link,
        "html_url": link,
        "details_url": link,
        "external_id": "",
        "status": "in_progress" if running else "completed",
        "conclusion": None if running else conclusion,
        "started_at": at,
        "completed_at": None if running else at,
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": link},
        "check_suite": None,
        "app": None,
        "pull_requests": [],
    }


def _page(request: Request) -> str:
    return f"{world_of(request).url}/github/{PROJECT}"


ROUTES = (
    Route(f"{_API}/commits/{{sha}}/check-runs", check_runs),
    Route(f"{_API}/commits/{{sha}}/status", status),
    Route(f"/{PROJECT}/commit/{{sha}}", page),
    Route(f"/{PROJECT}/commit/{{sha}}/checks", page),
    Route(f"/{PROJECT}/commit/{{sha}}/checks/{{name}}", page),
)

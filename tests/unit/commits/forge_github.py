"""GitHub, as an Enterprise Server."""

from __future__ import annotations

import json
from typing import Any

from forge import Fact, Forge, Routes, check, iso
from starlette.requests import Request
from starlette.responses import Response

API = "/api/v3/repos/example/nova"


class GitHub:
    """The project `example/nova`, which was `example/old` once. `states`: the conclusion of a commit's check."""

    api = API

    def __init__(self, forge: Forge) -> None:
        self.forge = forge

    def routes(self) -> Routes:
        return {
            f"{API}/commits/{{sha}}/check-runs": self.runs,
            f"{API}/commits/{{sha}}/status": self.status,
            f"{API}/commits/{{ref:path}}": self.commit,
            f"{API}/commits": self.commits,
            f"{API}/compare/{{both}}": self.compare,
            API: self.project,
            "/api/v3/repos/example/old{rest:path}": self.moved,
        }

    def one(self, fact: Fact, *, files: bool = False) -> dict[str, Any]:
        person = {"name": fact.author, "email": "x@example.org", "date": iso(fact.at)}
        url = f"{self.forge.url}{self.api}/commits/{fact.sha}"
        made: dict[str, Any] = {
            "url": url,
            "sha": fact.sha,
            "node_id": "C_1",
            "html_url": f"{self.forge.url}/example/nova/commit/{fact.sha}",
            "comments_url": f"{url}/comments",
            "commit": {
                "url": url,
                "author": person,
                "committer": person,
                "message": fact.message,
                "comment_count": 0,
                "tree": {"sha": fact.tree, "url": url},
            },
            "author": None,
            "committer": None,
            "parents": [{"sha": sha, "url": url} for sha in fact.parents],
        }
        return made | ({"files": self.paths(fact.files)} if files else {})

    def paths(self, names: list[str]) -> list[dict[str, Any]]:
        common = {"sha": "0" * 40, "status": "modified", "additions": 1, "deletions": 0, "changes": 1, "patch": "@@"}
        urls = dict.fromkeys(("blob_url", "raw_url", "contents_url"), self.forge.url)
        return [{"filename": name, **common, **urls} for name in names]

    def commit(self, request: Request) -> Response:
        ref = request.path_params["ref"]
        git = ref.replace("heads/", "refs/heads/").replace("tags/", "refs/tags/")
        fact = self.forge.fact(git)
        if fact is None:
            return Response('{"message": "No commit found for SHA: x"}', 422)
        return self.forge.answer(request, self.one(fact, files=True), "commit")

    def commits(self, request: Request) -> Response:
        found = self.forge.range(request.query_params["sha"])[: int(request.query_params["per_page"])]
        return self.forge.answer(request, [self.one(fact) for fact in found], "commit[]")

    def compare(self, request: Request) -> Response:
        base, tip = request.path_params["both"].split("...")
        if not self.forge.related(base, tip):
            return Response('{"message": "Not Found"}', 404)
        ahead, behind = self.forge.range(f"{base}..{tip}"), self.forge.range(f"{tip}..{base}")
        size, number = int(request.query_params["per_page"]), int(request.query_params["page"])
        page = list(reversed(ahead))[(number - 1) * size : number * size]
        start = self.forge.fact(base)
        assert start is not None
        urls = dict.fromkeys(("url", "html_url", "permalink_url", "diff_url", "patch_url"), self.forge.url)
        made = {
            **urls,
            "base_commit": self.one(start),
            "merge_base_commit": self.one(start),
            "status": "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical",
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [self.one(fact) for fact in page],
        }
        if number == 1:
            made["files"] = self.paths(self.forge.differing(base, tip)[:300])
        return self.forge.answer(request, made, "commit-comparison", **{"X-RateLimit-Limit": "5000"}, **self.limits())

    def limits(self) -> dict[str, str]:
        return {"X-RateLimit-Remaining": str(5000 - len(self.forge.requests)), "X-RateLimit-Reset": "9999999999"}

    def runs(self, request: Request) -> Response:
        sha = request.path_params["sha"]
        state = self.forge.states.get(sha, "")
        found = [self.run(sha, "lint", "success"), self.run(sha, "unit", state)] if state else []
        found = found[:1] if state == "more" else found
        for each in found:
            check(each, "check-run")
        # the server lists a hundred, and says how many there are
        total = 101 if state == "more" else len(found)
        return Response(json.dumps({"total_count": total, "check_runs": found}), media_type="application/json")

    def run(self, sha: str, name: str, state: str) -> dict[str, Any]:
        running = state == "in_progress"
        return {
            "id": 1,
            "node_id": "CR_1",
            "head_sha": sha,
            "name": name,
            "url": self.forge.url,
            "html_url": f"{self.forge.url}/example/nova/runs/{name}",
            "details_url": None,
            "status": state if running else "completed",
            "conclusion": None if running else state,
            "started_at": None,
            "completed_at": None,
            "external_id": None,
            "check_suite": None,
            "output": dict.fromkeys(("title", "summary", "text")) | {"annotations_count": 0, "annotations_url": ""},
            "app": None,
            "pull_requests": [],
        }

    def status(self, request: Request) -> Response:
        sha = request.path_params["sha"]
        repository = {"id": 1, "name": "nova", "full_name": "example/nova", "html_url": self.forge.url}
        made: dict[str, Any] = {"state": "pending", "sha": sha, "total_count": 0, "statuses": []}
        return self.forge.answer(
            request, made | {"repository": repository, "commit_url": "", "url": ""}, "combined-commit-status"
        )

    def project(self, request: Request) -> Response:
        made = {
            "id": 1,
            "name": "nova",
            "full_name": "example/nova",
            "html_url": self.forge.url,
            "default_branch": "main",
        }
        return self.forge.answer(request, made, "full-repository")

    def moved(self, request: Request) -> Response:
        to = request.url.path.replace("/example/old", "/example/nova")
        return Response(status_code=301, headers={"Location": f"{to}?{request.url.query}"})

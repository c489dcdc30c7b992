"""GitLab. Its paths have the project's name as one segment, which arrives decoded."""

from __future__ import annotations

from typing import Any

from forge import Fact, Forge, Routes, iso
from starlette.requests import Request
from starlette.responses import Response

API = "/api/v4/projects/example/nova"


class GitLab:
    """The project `example/nova`. `states`: of a commit's pipelines, the oldest first, or `schedule/failed`."""

    api = API

    def __init__(self, forge: Forge) -> None:
        self.forge = forge

    def routes(self) -> Routes:
        return {
            f"{API}/repository/commits/{{sha}}/diff": self.diff,
            f"{API}/repository/commits/{{sha}}": self.commit,
            f"{API}/repository/commits": self.commits,
            f"{API}/repository/compare": self.compare,
            f"{API}/repository/tags/{{name:path}}": lambda request: self.ref("tags", request),
            f"{API}/repository/branches/{{name:path}}": lambda request: self.ref("heads", request),
            f"{API}/pipelines": self.pipelines,
            API: lambda _: Response('{"id": 1, "default_branch": "main"}', media_type="application/json"),
        }

    def one(self, fact: Fact) -> dict[str, Any]:
        at = iso(fact.at)
        names = dict.fromkeys(("author_name", "committer_name"), fact.author)
        return {
            "id": fact.sha,
            "short_id": fact.sha[:11],
            "created_at": at,
            "parent_ids": fact.parents,
            "title": fact.message.split("\n")[0],
            "message": fact.message,
            **names,
            "author_email": "x",
            "committer_email": "x",
            "authored_date": at,
            "committed_date": at,
            "trailers": {},
            "extended_trailers": {},
            "web_url": f"{self.forge.url}/example/nova/-/commit/{fact.sha}",
        }

    def ref(self, kind: str, request: Request) -> Response:
        name = request.path_params["name"]
        fact = self.forge.fact(f"refs/{kind}/{name}")
        if fact is None:
            return Response('{"message": "404 Commit Not Found"}', 404)
        return self.forge.answer(request, {"name": name, "commit": self.one(fact), "protected": False}, "gitlab-ref")

    def commit(self, request: Request) -> Response:
        fact = self.forge.fact(request.path_params["sha"])
        return (
            self.forge.answer(request, self.one(fact), "gitlab-commit")
            if fact is not None
            else Response('{"message": "404 Commit Not Found"}', 404)
        )

    def commits(self, request: Request) -> Response:
        size, number = int(request.query_params["per_page"]), int(request.query_params.get("page", "1"))
        found = self.forge.range(request.query_params["ref_name"])
        headers = {"RateLimit-Limit": "600", "RateLimit-Remaining": "590", "RateLimit-Reset": "9999999999"}
        if number * size < len(found):
            url = request.url.include_query_params(page=number + 1)
            headers["Link"] = f'<{url}>; rel="next", <{url}>; rel="last"'
        page = found[(number - 1) * size : number * size]
        return self.forge.answer(request, [self.one(fact) for fact in page], "gitlab-commit[]", **headers)

    def diff(self, request: Request) -> Response:
        fact = self.forge.fact(request.path_params["sha"])
        assert fact is not None
        return self.forge.answer(request, [self.differing(path) for path in fact.files], "gitlab-diff[]")

    def differing(self, path: str) -> dict[str, Any]:
        common = {"a_mode": "100644", "b_mode": "100644", "new_file": False, "renamed_file": False, "diff": "@@"}
        return {"old_path": path, "new_path": path, "deleted_file": False, **common}

    def compare(self, request: Request) -> Response:
        base, tip = request.query_params["from"], request.query_params["to"]
        commits = [self.one(fact) for fact in reversed(self.forge.range(f"{base}..{tip}"))]
        diffs = [self.differing(path) for path in self.forge.differing(base, tip)]
        made = {"commit": commits[-1], "commits": commits, "diffs": diffs, "compare_timeout": False}
        return self.forge.answer(request, made | {"compare_same_ref": False, "web_url": ""}, "gitlab-comparison")

    def pipelines(self, request: Request) -> Response:
        sha = request.query_params["sha"]
        common = {"iid": 1, "project_id": 1, "sha": sha, "ref": "main"}
        common |= dict.fromkeys(("created_at", "updated_at"), iso(1))
        found = [
            {
                "id": number,
                "status": state.rpartition("/")[2],
                "source": state.rpartition("/")[0] or "push",
                "web_url": f"{self.forge.url}/example/nova/-/pipelines/{number}",
                **common,
            }
            for number, state in enumerate(self.forge.states.get(sha, "").split(), start=1)
        ]
        return self.forge.answer(request, list(reversed(found)), "gitlab-pipeline[]")

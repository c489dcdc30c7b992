"""Gerrit, with its Gitiles plug-in."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import parse_qs

from forge import Fact, Forge, Routes
from starlette.requests import Request
from starlette.responses import Response

PREFIX = ")]}'\n"


class Gerrit:
    """The project `example/nova`, `browsed` in Gitiles or not. `base`: `/a` where it wants a login.

    `states`: how the tests voted on a commit: `approved`, `rejected`, `recommended`, `disliked`.
    """

    def __init__(self, forge: Forge, *, base: str = "", browsed: bool = True) -> None:
        self.forge, self.base, self.browsed = forge, base, browsed

    def routes(self) -> Routes:
        made: Routes = {
            f"{self.base}/changes/": self.changes,
            f"{self.base}/projects/{{project:path}}/HEAD": lambda _: Response(f'{PREFIX}"refs/heads/main"'),
        }
        if self.browsed:
            made[f"{self.base}/plugins/gitiles/example/nova/+log/{{revisions:path}}"] = self.log
        return made

    def changes(self, request: Request) -> Response:
        query = parse_qs(request.url.query)["q"][0]
        assert parse_qs(request.url.query)["o"] == ["CURRENT_REVISION", "LABELS"]
        wanted = [word.strip("()").removeprefix("commit:") for word in query.split() if "commit:" in word]
        made: list[dict[str, Any]] = []
        for sha in wanted:
            fact = self.forge.fact(sha)
            if fact is None or len(fact.parents) > 1:
                continue
            account = {"_account_id": 22348}
            vote = self.forge.states.get(sha, "")
            label: dict[str, Any] = {vote: account} if vote else {}
            made.append(
                {
                    "id": f"example%2Fnova~{sha[:4]}",
                    "project": "example/nova",
                    "branch": "main",
                    "change_id": f"I{sha}",
                    "subject": fact.message.split("\n")[0],
                    "status": "MERGED",
                    "created": "2024-01-02 15:04:05.000000000",
                    "updated": "2024-01-02 15:04:05.000000000",
                    "_number": int(sha[:5], 16),
                    "owner": account,
                    "current_revision": sha,
                    "revisions": {sha: {"_number": 3}},
                    "labels": {"Verified": label, "Code-Review": {"approved": account}},
                }
            )
        return self.forge.answer(request, made, "gerrit-change[]", prefix=PREFIX)

    def log(self, request: Request) -> Response:
        revisions = request.path_params["revisions"]
        if ".." not in revisions and self.forge.fact(revisions) is None:
            return Response("NOT_FOUND: Revision not found", 404)
        found = self.forge.range(revisions)
        start = next((at for at, fact in enumerate(found) if fact.sha == request.query_params.get("s")), 0)
        size = int(request.query_params["n"])
        page: dict[str, Any] = {"log": [self.logged(fact) for fact in found[start : start + size]]}
        further = {"next": found[start + size].sha} if len(found) > start + size else {}
        return self.forge.answer(request, page | further, "gitiles-log", prefix=PREFIX)

    def logged(self, fact: Fact) -> dict[str, Any]:
        at = datetime.datetime.fromtimestamp(fact.at, datetime.UTC).strftime("%a %b %d %H:%M:%S %Y +0000")
        ident = {"name": fact.author, "email": "x", "time": at}
        nothing = {"old_id": "0" * 40, "old_mode": 0, "old_path": "/dev/null", "new_id": "1" * 40, "new_mode": 33188}
        diff = [{"type": "add", **nothing, "new_path": path} for path in fact.files]
        made = {"commit": fact.sha, "tree": fact.tree, "parents": fact.parents, "author": ident, "committer": ident}
        return made | {"message": fact.message, "tree_diff": diff if len(fact.parents) < 2 else []}

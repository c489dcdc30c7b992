"""Who may know whom: the import contracts of pyproject.toml, and what they cannot say."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("openstack", "keystoneauth1", "textual", "sqlalchemy", "httpx", "msgspec", "starlette")
VERBS = {"put", "post", "delete", "patch", "request"}
MAY_WRITE = ("console/cloud/writer.py", "console/drill/")
# calls of the same name on what is no cloud: queues, a table of the journal; and the one action of the read lane
NO_CLOUD = {
    "console/cloud/problems.py": {"response.request"},
    "console/cloud/session.py": {"adapter.post", "response.request"},
    "console/cli/status_watch.py": {"snapshots.put"},
    "console/cli/drill.py": {"lines.put"},
    "console/rollout/journal.py": {"rollouts.delete", "table.delete"},
    "console/rollout/lease/in_journal.py": {"leases.delete"},
    "console/watch/observe.py": {"finished.put"},
    "console/watch/poller.py": {"self._events.put"},
    "console/watch/workers.py": {"self._tasks.put"},
    # webhooks and the queues that lead to them
    "console/rollout/notices/bell.py": {"line.put", "self._done.put"},
    "console/rollout/notices/deliver.py": {"httpx.post"},
}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The names of the modules that a file imports anywhere, in functions as well."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded_after(code: str) -> set[str]:
    """The modules that are loaded once `code` has run in an interpreter of its own."""
    script = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def heavy_after(code: str) -> set[str]:
    """The heavy packages among them."""
    return loaded_after(code) & set(HEAVY)


def test_the_contracts_are_kept() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_each_module_beside_the_runner_and_the_writer_is_named_in_the_contracts() -> None:
    """One that nobody has added to the lists could write, or call the runner, unseen."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = {contract["name"]: set(contract.get("source_modules", ())) for contract in contracts}
    rollout = _modules("rollout") - {"console.rollout.runner"}
    assert rollout <= named["Nobody imports the runner"]
    assert rollout | (_modules("cloud") - {"console.cloud.writer"}) <= named["Only the runner can write to the cloud"]


def _modules(room: str) -> set[str]:
    found = (path for path in (ROOT / "console" / room).iterdir() if not path.name.startswith("__"))
    return {f"console.{room}.{path.stem}" for path in found if path.is_dir() or path.suffix == ".py"}


def test_the_command_line_is_light_to_import() -> None:
    assert heavy_after("import console.cli.main") == set()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_nothing_heavy(option: str) -> None:
    code = f"import contextlib, console.cli.main as m\nwith contextlib.suppress(SystemExit): m.main([{option!r}])"
    assert heavy_after(code) == set()


def test_reading_the_config_loads_nothing_heavy() -> None:
    assert heavy_after("import console.config") == set()


def test_the_first_paint_waits_for_nothing_that_only_facts_need() -> None:
    """It has none yet. Each class of facts takes a millisecond to define, and there are fifty."""
    loaded = loaded_after("import console.cli.open, screens.service, screens.fleet, screens.driver")
    assert "screens.facts_screen" in loaded
    late = ("console.model.service", "console.plan", "console.rollout", "console.watch", "console.cloud")
    assert {name for name in loaded if name.startswith(late)} == set()


def test_a_heavy_import_would_be_seen() -> None:
    assert heavy_after("import console.cli.main, sqlalchemy") == {"sqlalchemy"}


@pytest.mark.parametrize("path", modules("screens"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_screens_talk_to_no_cloud_and_no_database(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(path)}
    assert not roots & {"openstack", "keystoneauth1", "httpx", "sqlalchemy", "requests", "urllib3"}


def writes(path: Path) -> set[str]:
    """Calls like `adapter.put(...)`, and methods taken without calling them, as they stand there."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute) and node.attr in VERBS}


@pytest.mark.parametrize("path", modules("console"), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_writer_has_the_verbs_that_change_a_cloud(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if not name.startswith(MAY_WRITE):
        assert writes(path) - NO_CLOUD.get(name, set()) == set()


def test_the_one_action_of_the_read_lane_is_the_console_output() -> None:
    nodes = ast.walk(ast.parse((ROOT / "console/cloud/session.py").read_text()))
    posts = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "adapter.post"]
    (sent,) = [keyword.value for post in posts for keyword in post.keywords if keyword.arg == "json"]
    assert ast.unparse(sent) == "{'os-getConsoleOutput': {'length': lines}}"
    assert len(posts) == 1


def test_the_writer_would_be_seen() -> None:
    assert writes(ROOT / "console/cloud/writer.py")

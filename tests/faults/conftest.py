"""Stages for fault tests: a fast drill each, and the lab where it runs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from drill_stage import DrillStage, staged_on_drill
from lab.settings import CLOUDS_YAML
from lab.testing import lab, require_lab
from lab_stage import TTL as LAB_TTL
from lab_stage import LabStage
from stage import Stage, environment

sys.path.insert(0, str(Path(__file__).parent.parent / "terminal"))  # a terminal to run the program in: `ttykit`


@pytest.fixture(params=["drill", "lab"])
def either(request: pytest.FixtureRequest) -> Stage:
    """The stage on the drill, and the one on the lab."""
    return request.getfixturevalue("stage" if request.param == "drill" else "lab_stage")  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A set of the lab for all its tests."""
    require_lab()
    place = tmp_path_factory.mktemp("lab")
    made = json.loads(lab("seed", "faults", "-n", "3", "--weight", "10", "--green-in-pool", "--dir", str(place)))
    yield made
    lab("seed", "faults", "--delete")


@pytest.fixture
def lab_stage(seeded: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabStage]:
    """BLUE carries the traffic, and the journal is new."""
    config = yaml.safe_load(Path(seeded["config"]).read_text())
    config["lease"]["ttl"] = LAB_TTL
    config["journal"] = f"sqlite:///{tmp_path}/journal.db"
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    path.chmod(0o600)
    environ = environment(CLOUDS_YAML, tmp_path)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    made = LabStage(path, environ, pool_id=seeded["pools"]["blue"])
    made.forget_lease()
    made.home()
    made.start_over()
    yield made
    made.stop_children()


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    with staged_on_drill(tmp_path, monkeypatch, instances=3) as made:
        yield made


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many runs of the matrix there were, and what was wrong; the whole of it in build/faults.json."""
    reports = [report for found in terminalreporter.stats.values() for report in found if _is_call(report)]
    told = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "faults"]
    runs = [run for text in told for run in json.loads(text)]
    if not runs:
        return
    place = Path(str(terminalreporter.config.rootpath)) / "build"
    place.mkdir(exist_ok=True)
    (place / "faults.json").write_text(json.dumps(runs, indent=1))
    wrong = sum(bool(run["violation"]) for run in runs)
    met = sum(run.get("fired", True) for run in runs)
    ends = Counter(run["state"] for run in runs if "state" in run)
    terminalreporter.write_sep("-", f"faults: {len(runs):,} runs, {wrong:,} violations")
    terminalreporter.write_line(f"{met:,} met their mishap; ended {', '.join(f'{n} x {s}' for s, n in ends.items())}")


def _is_call(report: Any) -> bool:
    return getattr(report, "when", "") == "call"

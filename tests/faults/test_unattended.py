"""From a pipeline: no terminal, `--yes --reason --confirm proof --json`; every exit code, and only JSON on stdout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from drill_stage import DrillStage

from console.model.colour import Colour
from console.rollout.records import RolloutState

PIPELINE = ("--yes", "--reason", "release 2026.2", "--confirm", "proof", "--json")


def command(stage: DrillStage, *words: str, config: Path | None = None) -> list[str]:
    program = str(Path(sys.executable).with_name("bluegreen"))
    return [program, words[0], "--config", str(config or stage.config_file), *words[1:]]


def run(stage: DrillStage, *words: str, config: Path | None = None) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, the lines of standard output, and standard error of a command without a terminal."""
    done = subprocess.run(
        command(stage, *words, config=config),
        env=dict(stage.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        start_new_session=True,
        check=False,
    )
    return done.returncode, lines_of(done.stdout), done.stderr


def lines_of(text: str) -> list[dict[str, Any]]:
    """Every line is an object of the schema; only the last one is the result."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(line["schema"] == 1 for line in lines)
    assert [line["type"] for line in lines].count("result") == (1 if lines else 0)
    return lines


def cutover(stage: DrillStage, *more: str, config: Path | None = None) -> tuple[int, list[dict[str, Any]], str]:
    return run(stage, "cutover", *PIPELINE, *more, config=config)


def release(stage: DrillStage, **keys: object) -> None:
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name]["release"] = keys
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))


def test_0_done(stage: DrillStage) -> None:
    release(stage, confirm_within="5m", bake="1s")
    code, lines, _ = cutover(stage)
    assert code == 0
    assert [line["type"] for line in lines if line["type"] != "event"] == ["plan", "started", "result"]
    plan, result = lines[0], lines[-1]
    assert (plan["service"], plan["action"], plan["target"]) == (stage.name, "cutover", "green")
    assert "confirm" not in [step["kind"] for step in plan["steps"]]  # the proof is confirmation enough
    assert (result["exit_code"], result["state"], result["rollout"]) == (0, "done", lines[1]["rollout"])
    assert {"intent", "outcome", "verified", "proof", "finished"} <= {line.get("kind") for line in lines}
    assert stage.carries(Colour.GREEN)
    code, lines, _ = run(stage, "attach", result["rollout"], "--json")
    assert (code, lines[-1]["state"]) == (0, "done")


def test_0_only_the_plan_that_was_reviewed(stage: DrillStage) -> None:
    code, lines, _ = cutover(stage, "--expect", "0" * 8)
    assert (code, lines[-1]["exit_code"]) == (3, 3)
    assert cutover(stage, "--expect", lines[0]["digest"][:8])[0] == 0, "as the change screen shows it"


def test_1_failed(stage: DrillStage) -> None:
    release(stage, gates=[{"run": ["false"], "name": "smoke"}])
    code, lines, _ = cutover(stage)
    assert (code, lines[-1]["exit_code"], lines[-1]["state"]) == (1, 1, "failed")
    assert "gate smoke: failed" in lines[-1]["sentence"]
    assert stage.carries(Colour.BLUE)


def test_2_usage_or_config(stage: DrillStage) -> None:
    code, lines, errors = run(stage, "cutover", "--yes", "--json")
    assert (code, lines[-1]["exit_code"], lines[-1]["rollout"]) == (2, 2, None)
    assert "--yes needs --reason" in lines[-1]["sentence"]
    assert "--yes needs --reason" in errors
    wrong = stage.config_file.with_name("wrong.yaml")
    wrong.write_text("services: {api: {clod: x}}\n")
    code, lines, _ = cutover(stage, config=wrong)
    assert (code, lines[-1]["exit_code"]) == (2, 2)
    assert f"{wrong}:1" in lines[-1]["sentence"]
    code, lines, errors = run(stage, "cutover", "--no-such-option")
    assert (code, lines) == (2, [])
    assert "--no-such-option" in errors


def test_3_refused(stage: DrillStage) -> None:
    stage.trouble("instances/nova-api-green-1", mode="unhealthy")
    time.sleep(0.5)
    code, lines, _ = cutover(stage)
    assert (code, lines[-1]["exit_code"]) == (3, 3)
    assert "nova-api-green-1" in lines[-1]["sentence"]


def test_4_the_cloud_did_not_answer(stage: DrillStage) -> None:
    clouds = Path(stage.environ["OS_CLIENT_CONFIG_FILE"])
    read = yaml.safe_load(clouds.read_text())
    for cloud in read["clouds"].values():
        cloud["auth"]["auth_url"] = "http://127.0.0.1:9/identity/v3"
    clouds.write_text(yaml.safe_dump(read))
    code, lines, _ = cutover(stage)
    assert (code, lines[-1]["exit_code"]) == (4, 4)
    assert lines[-1]["hint"]


def test_5_somebody_else_holds_the_lease(stage: DrillStage) -> None:
    lease, wanted = stage.lease(60)
    lease.acquire(wanted)
    code, lines, _ = cutover(stage)
    assert (code, lines[-1]["exit_code"]) == (5, 5)
    assert "bob@jump2" in lines[-1]["sentence"]


def test_6_rolled_back(stage: DrillStage) -> None:
    for one in stage.look().green.instances:
        stage.trouble(f"instances/{one.name}", mode="error-rate=1")
    code, lines, _ = cutover(stage)
    assert (code, lines[-1]["exit_code"], lines[-1]["state"]) == (6, 6, "rolled back")
    assert stage.carries(Colour.BLUE)


def test_7_stopped_and_needs_a_human(stage: DrillStage) -> None:
    release(stage, bake="1s", gates=[{"run": ["/no/such/program"], "at": "bake", "name": "lost"}])
    code, lines, said = cutover(stage)
    assert (code, lines[-1]["exit_code"], lines[-1]["state"]) == (7, 7, "stopped")
    assert f"`bluegreen resume {lines[-1]['rollout']}`" in said
    assert stage.carries(Colour.GREEN)


def test_130_detached_and_the_rollout_goes_on(stage: DrillStage) -> None:
    release(stage, bake="6s")
    with subprocess.Popen(
        command(stage, "cutover", *PIPELINE),
        env=dict(stage.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        text = ""
        while '"type":"started"' not in text:
            line = child.stdout.readline()
            assert line, text
            text += line
        os.killpg(child.pid, signal.SIGINT)
        rest, errors = child.communicate(timeout=30)
    lines = lines_of(text + rest)
    assert (child.returncode, lines[-1]["exit_code"]) == (130, 130)
    assert "the rollout goes on" in errors
    with stage.journal() as journal:
        assert stage.ended(journal, lines[-1]["rollout"]).state is RolloutState.DONE
    assert stage.carries(Colour.GREEN)

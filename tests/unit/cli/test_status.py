from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fake_openstack import ONE_SERVICE, FakeOpenStack, config_of_one, populate
from rich.cells import cell_len
from rich.console import Console

from console.cli.main import main
from console.cli.status import exit_code, show
from console.cli.status_json import as_json
from console.cli.status_table import table
from console.config import load
from console.model.service import COMMITS, LEASE, SERVERS, Source
from console.model.snapshot import Snapshot
from console.watch.observe import Observer


@pytest.fixture
def config(cloud: FakeOpenStack, tmp_path: Path) -> Path:
    return config_of_one(cloud, tmp_path)


def run(config: Path, *words: str) -> int:
    return main(["status", "--config", str(config), *words])


def text(config: Path, width: int = 120) -> str:
    """What a person sees, at this width."""
    return printed(Observer(load(config, {})).observe(), width)


def printed(snapshot: Snapshot, width: int = 120) -> str:
    out = io.StringIO()
    show(snapshot, Console(file=out, width=width, highlight=False))
    return out.getvalue()


def test_all_is_well(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config) == 0
    out = capsys.readouterr().out
    assert "well      STAGING  api  BLUE live blue-commit 3/3" in out
    assert "rollback ready: 3 warm, 1 call" in out
    assert "api-green-3" in out


def test_an_unhealthy_live_instance_is_exit_code_1(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.members["api-p"][0]["operating_status"] = "ERROR"
    assert run(config) == 1
    out = capsys.readouterr().out
    assert out.startswith("NOT WELL")
    assert "! api-blue-1: the load balancer's health check fails (ERROR)" in out


@pytest.mark.parametrize(("allowed", "code"), [("refuse", 1), ("ignore", 0)])
def test_most_traffic_goes_to_members_of_neither_colour(
    cloud: FakeOpenStack, config: Path, allowed: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for server in cloud.servers[:2]:
        server["metadata"] = {}
    config.write_text(ONE_SERVICE + f"    foreign: {allowed}\n")
    assert run(config, "--json") == code
    (service,) = json.loads(capsys.readouterr().out)["services"]
    assert round(service["colours"]["blue"]["share"], 2) == 0.33
    (told,) = (one for one in service["problems"] if "2 of 3 members in rotation (2 of 3 weight)" in one)
    assert ("a cutover is refused" in told) is bool(code)


@pytest.mark.parametrize("path", ["/compute", "/load-balancer", "/identity"])
def test_a_cloud_that_does_not_answer_is_exit_code_4(
    cloud: FakeOpenStack, config: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.faults[path] = (503, {"error": {"message": "down for repair"}})
    assert run(config) == 4
    out = capsys.readouterr().out
    assert "down for repair" in out
    assert "STALE (never seen)" in out


def test_an_unknown_service_or_config_is_exit_code_2(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "apo") == 2
    assert run(config.with_name("gone.yaml")) == 2
    assert "there is no service apo" in capsys.readouterr().err


def test_a_load_balancer_that_is_not_there_is_named_with_near_ones(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.balancers[0]["name"] = "api-lb"
    assert run(config) == 4
    out = capsys.readouterr().out
    assert "there is no load balancer api" in out
    assert "did you mean api-lb?" in out
    assert "in no pool" not in out, "nobody knows who is in which pool"


def test_a_load_balancer_that_may_not_be_read_hides_the_vip_and_both_are_named(
    cloud: FakeOpenStack, config: Path
) -> None:
    config.write_text(ONE_SERVICE + '    vip: {url: "http://{vip}/"}\n')
    cloud.faults["/load-balancer"] = (403, {})
    out = text(config, width=300)
    assert "STALE (never seen): 2 sources" in out
    assert "! load balancer and vip: never seen: cloud test: " in out
    assert "through the VIP: no answer: the address of load balancer api is not known yet" in out


def test_json_is_one_document_of_schema_1(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "--json", "api") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["healthy"]) == (1, True)
    (service,) = document["services"]
    assert service["rollback"] == "ready"
    assert service["colours"]["blue"]["role"] == "live"
    instance = service["colours"]["green"]["instances"][0]
    assert (instance["id"], instance["member"]["weight"], instance["health"]) == ("api-green-1", 0, "healthy")
    assert service["sources"]["servers"]["fresh"]


def test_json_counts_all_instances_and_those_of_the_verdict_without_the_ones_kept_out(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = cloud.members[cloud.pools[0]["id"]][0]
    held |= {"weight": 0, "tags": [*held["tags"], "bluegreen:hold=alice"]}
    run(config, "--json", "api")
    (service,) = json.loads(capsys.readouterr().out)["services"]
    blue = service["colours"]["blue"]
    assert service["verdict"]["blue"].endswith("2/2 (1 kept out)")
    assert (blue["healthy"], blue["total"]) == (3, 3)
    assert (blue["meant_healthy"], blue["meant"], blue["kept_out"]) == (2, 2, 1)


def test_json_when_nothing_is_known(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.faults["/"] = (500, {})
    assert run(config, "--json") == 4
    (service,) = json.loads(capsys.readouterr().out)["services"]
    assert (service["load_balancer"], service["pool"], service["healthy"]) == (None, None, False)
    assert service["colours"]["blue"]["role"] == "unknown"
    assert service["sources"]["servers"]["age"] is None


def test_every_key_of_the_document_is_in_its_description(cloud: FakeOpenStack, config: Path) -> None:
    import console.cli.status_json as module

    cloud.members["api-p"].append({"id": "f", "address": "192.0.2.1", "tags": []})
    described = module.__doc__ or ""

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for inner in value.values() for key in keys(inner)}
        return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()

    document = as_json(Observer(load(config, {})).observe())
    names = {"servers", "load balancer"}  # of sources
    assert {key for key in keys(document) - names if key not in described} == set()


def test_names_from_the_cloud_cannot_draw_on_the_terminal(cloud: FakeOpenStack, config: Path) -> None:
    cloud.servers[0]["name"] = "[bold red]evil[/]\x1b[2J\u202e"
    cloud.servers[1]["status"] = "[link=http://x]ERROR"
    out = text(config, 200)
    assert "[bold red]evil[/]" in out
    assert "[link=http://x]ERROR" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.mark.parametrize("width", [80, 120])
def test_every_instance_can_be_read_at_this_width(cloud: FakeOpenStack, config: Path, width: int) -> None:
    out = text(config, width)
    for colour in ("blue", "green"):
        assert all(f"api-{colour}-{number}" in out for number in (1, 2, 3))


def test_what_to_do_about_a_source_stands_below_its_problem(cloud: FakeOpenStack, config: Path) -> None:
    cloud.members["api-p"][0]["operating_status"] = "ERROR"
    seen = Observer(load(config, {})).observe()
    api, at = seen.services["api"], seen.taken_at
    failed = {
        SERVERS: replace(api.sources[SERVERS], seen_at=at - 90, problem="answered 500", hint="the cloud's operators"),
        COMMITS: Source(COMMITS, at, problem="the repository is locked", hint="unlock it"),
        LEASE: Source(LEASE, problem="answered 500", hint="the cloud's operators"),
    }
    out = printed(replace(seen, services={"api": replace(api, sources={**api.sources, **failed})})).splitlines()
    told = [line.strip() for line in out[1 : next(n for n, line in enumerate(out) if "api-blue-2" in line)]]
    assert told[:2] == ["! servers: the last answer is 90 s old: answered 500", "the cloud's operators"]
    assert told[2].startswith("! api-blue-1: the load balancer's health check fails")
    assert told[4:6] == [f"! {COMMITS}: the repository is locked", "unlock it"]
    assert sum("answered 500" in line for line in out) == 1


def test_the_service_that_needs_someone_comes_first(cloud: FakeOpenStack, config: Path) -> None:
    populate(cloud, name="web")
    config.write_text(ONE_SERVICE + ONE_SERVICE.partition("\n")[2].replace("api", "web"))
    cloud.members["web-p"][0]["operating_status"] = "ERROR"
    out = text(config)
    assert out.index("  web  ") < out.index("  api  ")
    assert exit_code(Observer(load(config, {})).observe()) == 1


def test_the_service_that_serves_nobody_comes_before_one_with_a_sick_instance(
    cloud: FakeOpenStack, config: Path
) -> None:
    populate(cloud, name="web")
    config.write_text(ONE_SERVICE + ONE_SERVICE.partition("\n")[2].replace("api", "web"))
    cloud.members["api-p"][0]["operating_status"] = "ERROR"
    for member in cloud.members["web-p"]:
        member["weight"] = 0
    out = text(config)
    assert out.index("no colour is live") < out.index("api-blue-1")


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize(("status", "code"), [("ONLINE", 0), ("ERROR", 1)])
def test_a_reader_that_leaves_does_not_change_the_exit_code(
    cloud: FakeOpenStack, config: Path, options: list[str], status: str, code: int
) -> None:
    cloud.members["api-p"][0]["operating_status"] = status
    reader, writer = os.pipe()
    os.close(reader)  # as `| head` does when it has seen enough
    try:
        program = "import sys; from console.cli.main import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", program, "status", "--config", str(config), *options],
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    assert done.returncode == code, done.stderr.decode()
    assert done.stderr == b""


@pytest.mark.parametrize("width", [80, 120])
def test_a_long_name_takes_no_column_away(cloud: FakeOpenStack, config: Path, width: int) -> None:
    long = "a-server-whose-name-somebody-made-up-and-never-shortened"
    cloud.servers[0] |= {"name": long, "OS-EXT-STS:task_state": "block_device_mapping"}
    cloud.servers[1]["status"] = "SHUTOFF"
    cloud.members["api-p"][2]["operating_status"] = "ERROR"
    lines = [line for line in text(config, width).splitlines() if not line.startswith(("  !", "    "))]
    out = "\n".join(lines)
    for whole in ("colour", "instance", "nova", "member", "weight", "version", "SHUTOFF", "ERROR", "DRAINING"):
        assert whole in out, whole
    assert "Octavia says ONLINE, Nova says SHUTOFF" in out
    assert "…" not in out
    folded = "".join(text(config, width).split("rollback")[1].split())
    assert all(part in folded for part in (long[:12], long[-4:])), "the name goes on below itself"


def test_what_is_odd_stands_in_its_row_where_there_is_room(cloud: FakeOpenStack, config: Path) -> None:
    cloud.servers[1]["status"] = "SHUTOFF"
    for width, beside in ((120, True), (80, False)):
        (row,) = (line for line in text(config, width).splitlines() if line.startswith("  BLUE    api-blue-2"))
        assert ("Nova says SHUTOFF" in row) is beside
    assert "  api-blue-2: Octavia says ONLINE, Nova says SHUTOFF" in text(config, 80)


@pytest.mark.parametrize("width", [40, 79, 80, 100, 200])
def test_the_table_is_as_wide_as_the_terminal_at_most(cloud: FakeOpenStack, config: Path, width: int) -> None:
    cloud.servers[0]["name"] = "日本語" * 20
    cloud.servers[1]["status"] = "SHUTOFF"
    (service,) = (snapshot := Observer(load(config, {})).observe()).services.values()
    out = io.StringIO()
    Console(file=out, width=width).print(table(service, snapshot.taken_at, width))
    assert max(map(cell_len, out.getvalue().splitlines())) <= width
    assert out.getvalue().count("日") == 20
    assert "…" not in out.getvalue()

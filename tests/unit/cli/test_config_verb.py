"""`bluegreen config`: what a person reads of a file, right or wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.cli.main import main

GOOD = """\
services:
  api:
    cloud: prod
    environment: staging
    rotation: {load_balancer: lb, pool: p}
    health: {}
    vip: {url: "http://{vip}/version"}
    release: {shift: [10, 100], confirm_within: 5m, bake: 1h, min_ratio: 0.5}
  workers:
    cloud: prod
    region: north
    rotation: {kind: power}
journal: postgresql://ops:hunter2@db/x
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    write(path, GOOD)
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


def checked(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = main(["config", "check", str(path)])
    return code, capsys.readouterr().out.splitlines()


def test_a_right_file_is_told_in_words(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = checked(file, capsys)
    assert code == 0
    assert lines[0] == f"{file}: 2 services, no mistakes"
    assert "  instances  servers with the tag service=api" in lines
    assert "  health     http /healthcheck at the member's port answers 200 within 3 s" in lines
    assert "  proof      http://{vip}/version names the version in `git_commit`" in lines
    assert "  cloud      prod, region north" in lines
    release = "10, 100 % of the traffic; back unless confirmed within 5m; watched for 1h"
    assert f"  release    {release}; healthy capacity may fall to 50% of what it is" in lines
    warning = "! workers: without `health:` workers are only known to run, never to be healthy"
    assert f"{warning}: a cutover asks for --unchecked" in lines


@pytest.mark.parametrize(
    ("instances", "words"),
    [
        ("static: {blue: 10.0.0.5}", "of an address, the list that it is in"),
        (
            "static: {blue: 10.0.0.5}, tags: [a]",
            "of an address, the list that it is in; of the others from metadata.color",
        ),
        ("members: true, colour: tag.c=", "from tag.c="),
    ],
)
def test_what_tells_the_colour(file: Path, capsys: pytest.CaptureFixture[str], instances: str, words: str) -> None:
    write(file, f"services: {{api: {{cloud: c, instances: {{{instances}}}}}}}\n")
    assert f"  colour     {words}" in checked(file, capsys)[1]


def test_a_password_is_not_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, lines = checked(file, capsys)
    assert not any("hunter2" in line for line in lines)
    assert "journal      postgresql://ops@db/x" in lines


def test_every_mistake_is_listed_with_its_line_and_hint(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(file, "services:\n  api: {cloud: c, forein: ignore}\ninterval: 1ms\nkeys: {qit: x}\n")
    code, lines = checked(file, capsys)
    assert code == 2
    assert lines[0].startswith(f"{file}:2: services.api: unknown key `forein`")
    assert lines[1] == "  did you mean `foreign`?"
    assert lines[2].startswith(f"{file}:3: interval: expected a time")
    assert lines[-1] == "3 mistakes"


def test_keys_are_checked_against_the_actions_of_the_console(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(file, "services: {api: {cloud: c}}\nkeys: {qit: x}\n")
    code, lines = checked(file, capsys)
    assert (code, lines[1]) == (2, "  did you mean `quit`?")


@pytest.mark.parametrize(
    ("more", "caution"),
    [
        ("", "! leases are in the journal"),
        (
            "    release: {gates: [{run: [no-such-smoke], env: [NO_SUCH_SMOKE]}]}",
            "! api: gate no-such-smoke: this host has no program no-such-smoke",
        ),
        (
            "    release: {gates: [{name: errors, judge: {url: 'http://j/', token: NO_SUCH_TOKEN}}]}",
            "! api: gate errors: the environment variable NO_SUCH_TOKEN is not set here",
        ),
        ("    launch: {image: {name: api}}", "! api: launch: without `flavor` and `networks`"),
        ("    launch: {user_data: none.yaml}", "! api: launch.user_data: there is no "),
        ("    commits: {git: nowhere}", "! api: commits.git: there is no "),
        (
            "    commits: {github: 'https://x', project: a/b, token: NO_TOKEN}",
            "! api: commits.token: $NO_TOKEN is not set",
        ),
        ("    rotation: {kind: power}", "! api: without `health:` workers are only known to run"),
        ("    health: {scheme: https, tls: {ca: none.pem}}", "! api: health.tls.ca: there is no "),
        ("", "! api: without `vip:` a cutover is not proven from outside"),
    ],
)
def test_what_should_be_on_purpose_is_said(
    file: Path, capsys: pytest.CaptureFixture[str], more: str, caution: str
) -> None:
    write(file, f"services:\n  api:\n    cloud: c\n{more}\n")
    code, lines = checked(file, capsys)
    assert code == 0
    assert any(line.startswith(caution) for line in lines), lines


def test_a_file_that_others_can_write_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.chmod(0o666)
    assert any(line.startswith("! changes are refused: ") for line in checked(file, capsys)[1])


def test_a_theme_that_there_is_not_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(file, "services: {api: {cloud: c}}\ntheme: drak\n")
    code, lines = checked(file, capsys)
    assert code == 2
    assert lines[0].startswith(f"{file}:2: theme: expected `")
    assert lines[0].endswith("found `drak`")
    assert lines[1] == "  did you mean `dark`?"
    (file.parent / "themes").mkdir()
    write(file.parent / "themes" / "drak.yaml", "bse: {}\n")
    code, lines = checked(file, capsys)
    assert code == 0
    assert any(line.startswith(f"! {file.parent}/themes/drak.yaml:1: ") for line in lines)


def test_one_mistake_hides_no_other(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(
        """\
services:
  api:
    cloud: c
    rotation: {kind: wieghts, before_stop: {run: [drain]}}
    health: {run: [check]}
    release: {bake: soon, shift: [10, 5]}
theme: drak
keys: {refresh: q, nosuch: x}
trains: {all: {services: [api, apy]}}
"""
    )
    file.chmod(0o666)
    code, lines = checked(file, capsys)
    assert code == 2
    told = (line.removeprefix(f"{file}:") for line in lines if line.startswith(f"{file}:"))
    beginnings = (
        "4: services.api.rotation.kind: expected `weights`",
        "5: services.api.health.run: commands are run only from a file",
        "6: services.api.release.bake: expected a time",
        "6: services.api.release.shift: expected rising percentages",
        "7: theme: expected `",
        "8: keys.nosuch: there is no action `nosuch`",
        "8: keys.refresh: the key is that of `quit` already",
        "9: trains: there is no service `apy`",
    )
    for line, beginning in zip(sorted(told), beginnings, strict=True):
        assert line.startswith(beginning)


def test_without_a_file_the_usual_one_is_checked(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUEGREEN_CONFIG", str(file))
    assert main(["config", "check"]) == 0
    assert capsys.readouterr().out.startswith(f"{file}: ")
    assert main(["config", "check", "--config", str(file.parent / "gone.yaml")]) == 2


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_reference_has_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "reference"]) == 0
    out = capsys.readouterr().out
    assert "| `services.NAME.rotation.also[].pool` |" in out
    assert "| `keys` |" in out


def test_a_cloud_that_this_host_has_not_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text("clouds: {prd: {region_name: south, auth: {auth_url: 'http://x/v3', username: u, password: p}}}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(clouds))
    code, lines = checked(file, capsys)
    assert code == 0, "the file is right, and may be for another host"
    assert f"! api: there is no cloud prod in {clouds}; did you mean prd?" in lines

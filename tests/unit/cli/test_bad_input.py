"""Bad input: one clear message each, with what to do next, and the right exit code; never a traceback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli.main import main
from console.drill.server import Drill, running_drill

VERBS = [("status",), ("plan",), ("cutover", "--yes", "--reason", "test"), ("rollback", "--yes", "--reason", "test")]
DECIDING = VERBS[1:]

CLOUDS = {
    "wrong password": (r"password: .*", "password: wrong", "the credentials were refused"),
    "unreachable": (r"auth_url: .*", "auth_url: http://127.0.0.1:9/v3", "Connection refused"),
    "no such host": (r"auth_url: .*", "auth_url: http://nowhere.invalid:5000/v3", "cannot connect"),
    "no load balancer service": (
        r"region_name: (.*)",
        r"region_name: \1\n    load_balancer_region_name: Elsewhere",
        "no load-balancer service in",
    ),
}
CONFIGS = {
    "unknown cloud": ("cloud: drill", "cloud: dril", "there is no cloud dril", 4),
    "unknown load balancer": ("load_balancer: nova-api", "load_balancer: nova", "there is no load balancer nova", 4),
    "unknown pool": ("pool: nova-api", "pool: nova", "there is no pool nova", 4),
    "unknown key": ("rotation:", "rotatoin:", "did you mean `rotation`?", 2),
    "no YAML": ("services:", "services: [", "config.yaml:", 2),
}


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    with running_drill(instances=1, pending=0.1, heartbeat=0.1) as made:
        yield made


@pytest.fixture
def place(drill: Drill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the drill's files, to be spoiled."""
    for name in ("config.yaml", "clouds.yaml"):
        (tmp_path / name).write_text((drill.dir / name).read_text())
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def spoil(path: Path, pattern: str, instead: str) -> None:
    text, found = re.subn(pattern, instead, path.read_text())
    assert found
    path.write_text(text)


def said(capsys: pytest.CaptureFixture[str], place: Path, words: tuple[str, ...]) -> tuple[int, str]:
    verb, *rest = words
    code = main([verb, "--config", str(place / "config.yaml"), *rest])
    output = capsys.readouterr()
    return code, output.out + output.err


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
@pytest.mark.parametrize("what", CLOUDS)
def test_a_cloud_that_cannot_be_used(
    what: str, words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern, instead, expected = CLOUDS[what]
    spoil(place / "clouds.yaml", pattern, instead)
    code, text = said(capsys, place, words)
    assert code == 4, text
    assert expected in text
    assert "Traceback" not in text


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
@pytest.mark.parametrize("what", CONFIGS)
def test_a_config_that_does_not_fit(
    what: str, words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern, instead, expected, exit_code = CONFIGS[what]
    spoil(place / "config.yaml", re.escape(pattern) + r"(?=[\s,}]|$)", instead)
    code, text = said(capsys, place, words)
    assert code == exit_code, text
    assert expected in text
    assert "Traceback" not in text


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_a_config_that_is_not_there(words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "config.yaml").unlink()
    code, text = said(capsys, place, words)
    assert code == 2
    assert "there is no such file" in text


def test_a_service_that_is_not_there(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, place, ("plan", "glance"))
    assert code == 2
    assert "there is no service glance" in text
    assert "nova-api" in text


def test_writing_without_a_reason_or_a_terminal(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, place, ("cutover", "--yes"))[0] == 2
    code, text = said(capsys, place, ("cutover",))
    assert code == 2
    assert "standard input is no terminal" in text


@pytest.mark.parametrize("words", DECIDING[1:], ids=lambda words: words[0])
def test_a_config_that_others_can_write_allows_no_change(
    words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "config.yaml").chmod(0o666)
    code, text = said(capsys, place, words)
    assert code == 3, text
    assert "config.yaml" in text


def test_a_digest_that_was_not_reviewed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, place, ("cutover", "--yes", "--reason", "test", "--expect", "0123456789abcdef"))
    assert code == 3
    assert "not 0123456789abcdef" in text


@pytest.mark.parametrize("digest", ["0123456", "01234567x", "", "0" * 17])
def test_what_is_no_digest(digest: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        said(capsys, place, ("cutover", "--yes", "--reason", "test", "--expect", digest))
    assert ended.value.code == 2
    assert "8 to 16 hexadecimal digits" in capsys.readouterr().err


def test_an_unknown_verb_is_no_service(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cutovr", "nova-api"])
    assert ended.value.code == 2
    assert "invalid choice: 'cutovr'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("attach",), ("show",), ("abort",)])
def test_an_empty_journal_says_so(words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, place, words)
    assert code == 2
    assert "the journal has no rollouts" in text


@pytest.mark.parametrize(
    "words",
    [
        ("attach",), ("show",), ("abort",), ("resume",), ("resume", "--leave"), ("pause",), ("extend", "--by", "60"),
        ("sign", "--reason", "test"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_rollout_that_is_not_there(words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, place, (words[0], "nosuch", *words[1:]))
    assert code == 2, text
    assert "the journal has no rollout 'nosuch'" in text


@pytest.mark.parametrize(
    ("words", "said_then"),
    [
        (("extend",), "are required: --by"),
        (("pause", "--by", "60"), "unrecognized arguments: --by"),
        (("extend", "--by", "soon"), "'soon' is no time"),
        (("extend", "--by", "5m"), "the journal has no rollouts"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_more_time_is_given_by_extend_alone(
    words: tuple[str, ...], said_then: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main([words[0], "--config", str(place / "config.yaml"), *words[1:]])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert said_then in capsys.readouterr().err


def test_nothing_to_resume(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, place, ("resume",)) == (0, "nothing to resume: no rollout is unfinished\n")


@pytest.mark.parametrize(
    "words", [VERBS[2], (*VERBS[3], "--to", "blue"), ("drain", "nova-api-blue-1")], ids=lambda one: one[0]
)
def test_a_read_only_config_is_why_nothing_is_changed_whatever_else_stands_against_it(
    words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(place / "config.yaml", r"(?m)^services:", "read_only: true\nservices:")
    pattern, instead, _ = CLOUDS["no such host"]
    spoil(place / "clouds.yaml", pattern, instead)
    code, text = said(capsys, place, words)
    assert code == 3, text
    assert "read_only: true" in text

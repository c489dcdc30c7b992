from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.config import load
from console.config.mistakes import Mistakes
from console.config.permissions import writable_by_others


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "bluegreen"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    path = folder / "config.yaml"
    path.write_text("services: {api: {cloud: c}}")
    path.chmod(0o644)
    return path


def test_a_file_of_ones_own_is_well(file: Path) -> None:
    assert writable_by_others(file) == ""


def test_the_group_can_write(file: Path) -> None:
    file.chmod(0o664)
    said = writable_by_others(file)
    assert said.startswith("the group ")
    assert said.endswith(f" can write to {file} (mode 0664)")


def test_everyone_can_write(file: Path) -> None:
    file.chmod(0o646)
    assert writable_by_others(file) == f"everyone can write to {file} (mode 0646)"


def test_its_folder_counts_because_the_file_could_be_replaced(file: Path) -> None:
    file.parent.chmod(0o777)
    assert f"and everyone can write to {file.parent} (mode 0777)" in writable_by_others(file)


def test_in_a_sticky_folder_only_the_owner_can_replace_it(file: Path) -> None:
    file.parent.chmod(0o1777)
    assert writable_by_others(file) == ""


def test_a_link_is_as_good_as_what_it_leads_to_and_where_it_lies(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    folder.chmod(0o755)
    link = folder / "config.yaml"
    link.symlink_to(file)
    assert writable_by_others(link) == ""
    folder.chmod(0o777)
    assert str(folder) in writable_by_others(link)
    folder.chmod(0o755)
    file.chmod(0o666)
    assert str(file) in writable_by_others(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_file(file: Path) -> None:
    os.chown(file, 54321, -1)
    assert writable_by_others(file) == f"{file} belongs to user 54321"


def test_load_succeeds_and_says_so(file: Path) -> None:
    file.chmod(0o666)
    assert "everyone can write" in load(file, {"HOME": "/"}).writable_by_others
    file.chmod(0o600)
    assert load(file, {"HOME": "/"}).writable_by_others == ""


COMMANDS = """\
services:
  api:
    cloud: c
    health:
      run: [check]
    release:
      gates: [{http: "http://{vip}/"}, {run: smoke}]
  db: {cloud: c, release: {gates: {run: smoke}}}
"""


def test_commands_of_a_file_that_others_can_write_are_refused_each_with_its_line(file: Path) -> None:
    file.write_text(COMMANDS)
    assert load(file, {"HOME": "/"}).services["api"].health is not None
    file.chmod(0o646)
    with pytest.raises(Mistakes) as caught:
        load(file, {"HOME": "/"})
    assert [each.line for each in caught.value.all] == [5, 7, 8]
    assert f"{file}:5: services.api.health.run: commands are run only from a file" in caught.value.message
    assert f"everyone can write to {file} (mode 0646)" in caught.value.message
    assert "chmod go-w" in caught.value.hint

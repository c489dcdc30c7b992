"""A hurried clock is for a cloud of this machine, and says so."""

from __future__ import annotations

import pytest

from console.errors import ConfigError, Refused
from console.rollout import pace
from console.rollout.runner import boot_clock


def test_everybodys_clock_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(pace.VARIABLE, raising=False)
    assert pace.speed() == 1.0
    assert pace.real(30.0) == 30.0
    pace.refuse_elsewhere("https://keystone.example.org:5000/v3")


def test_every_wait_takes_its_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pace.VARIABLE, "100")
    began = boot_clock.now()
    boot_clock.sleep(1.0)
    assert 1.0 <= boot_clock.now() - began < 100.0


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000/v3", "http://localhost/identity", "http://[::1]:80/v3"])
def test_it_may_be_hurried_on_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(pace.VARIABLE, "20")
    pace.refuse_elsewhere(url)


@pytest.mark.parametrize("url", ["https://keystone.example.org:5000/v3", "https://192.0.2.7/v3", "", "localhost"])
def test_it_is_refused_on_any_other_cloud(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(pace.VARIABLE, "20")
    with pytest.raises(Refused, match=pace.VARIABLE):
        pace.refuse_elsewhere(url)


@pytest.mark.parametrize("said", ["fast", "0", "-3", "0.5", "1000", "nan"])
def test_what_is_no_speed_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(pace.VARIABLE, said)
    with pytest.raises(ConfigError, match=pace.VARIABLE):
        pace.speed()

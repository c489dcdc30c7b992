"""Through which listeners and load balancers a cutover is proven: each that can be asked, and the others are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from plan_rotations import listener, pools_config, pools_service, several_config, several_service
from plan_singles import blues, greens, made
from plan_worlds import config, usual

from console.config.model import ServiceConfig, VipCheck
from console.model.balancer import Listener
from console.model.colour import Colour
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan, Proof, Way

URL = "http://{vip}/version"
HTTP = listener("http", "pool-blue")
ADMIN = replace(listener("admin", "pool-blue"), protocol_port=8080)
HTTPS = replace(listener("https", "pool-blue"), protocol="TERMINATED_HTTPS", protocol_port=443)
DOORS: Mapping[str, Listener] = {one.name: one for one in (HTTP, ADMIN, HTTPS)}


def pools(*doors: Listener) -> Service:
    return pools_service(blues(), greens(100), doors)


def two_balancers(first: Listener, second: Listener) -> Service:
    """The pools of `several_service`, each behind a listener of its own load balancer, the second at 203.0.113.8."""
    there = several_service(blues(), greens())
    one, other = there.balanced
    other = replace(other, balancer=replace(other.balancer, vip_address="203.0.113.8"), listeners=(second,))
    return replace(there, balanced=(replace(one, listeners=(first,)), other))


def cutover(there: Service, settings: ServiceConfig) -> tuple[Plan, Proof]:
    """The plan, and its last proof."""
    found = made(there, Intent(Action.CUTOVER, Colour.GREEN), settings)
    proof = next(step.proof for step in reversed(found.steps) if step.id == "prove")
    assert proof is not None
    return found, proof


def notes(found: Plan) -> list[str]:
    return [note for note in found.notes if note.startswith("not proven")]


@pytest.mark.parametrize(
    ("there", "settings"), [(usual(), config(vip=VipCheck(URL))), (pools(HTTP), pools_config(vip=VipCheck(URL)))]
)
def test_where_there_is_one_way_nothing_more_is_said(there: Service, settings: ServiceConfig) -> None:
    found, proof = cutover(there, settings)
    assert (proof.name, proof.further, proof.missed, notes(found)) == ("", (), (), [])
    assert proof.words == "proven through the VIP"


def test_each_listener_that_is_switched_is_asked_where_it_speaks_the_same() -> None:
    found, proof = cutover(pools(HTTP, ADMIN), pools_config(vip=VipCheck(URL)))
    assert proof.url == "http://203.0.113.7/version"
    assert proof.further == (Way("admin", "http://203.0.113.7:8080/version", "203.0.113.7"),)
    assert (proof.words, notes(found)) == ("proven through the VIP of http and admin", [])
    assert "through the VIP of http and admin must all be answered by GREEN" in found.steps[-2].words


@pytest.mark.parametrize(
    ("url", "first", "further", "missed"),
    [
        (URL, "http", ["admin"], ("https",)),
        ("https://{vip}/version", "https", [], ("http", "admin")),
        ("http://203.0.113.7:8080/version", "admin", [], ("http", "https")),
        ("https://api.example.org/version", "https", [], ("http", "admin")),
        ("https://api.example.org:9999/version", "", [], ("each of http, admin and https",)),
    ],
)
def test_who_cannot_be_asked_is_named_before_and_after(
    url: str, first: str, further: list[str], missed: tuple[str, ...]
) -> None:
    found, proof = cutover(pools(*DOORS.values()), pools_config(vip=VipCheck(url)))
    assert (proof.name, [way.name for way in proof.further], proof.missed) == (first, further, missed)
    named = " and ".join(missed)
    (note,) = notes(found)
    assert note.startswith(f"not proven from outside through {named} by the vip check {url}: ")
    assert proof.words.endswith(f"; not through {named}")
    assert ("{vip}` in its place" in note) == ("{vip}" not in url)


def test_one_that_is_disabled_or_sends_elsewhere_is_no_way_by_which_clients_come() -> None:
    off, elsewhere = replace(ADMIN, admin_state_up=False), replace(HTTPS, default_pool_id="maintenance")
    found, proof = cutover(pools(HTTP, off, elsewhere), pools_config(vip=VipCheck(URL)))
    assert (proof.words, notes(found)) == ("proven through the VIP", [])


def test_one_that_lets_others_in_than_the_first_is_not_asked() -> None:
    """Whether this host is among them, nobody has said."""
    _, proof = cutover(pools(HTTP, replace(ADMIN, allowed=("10.0.0.0/8",))), pools_config(vip=VipCheck(URL)))
    assert proof.missed == ("admin",)


def test_each_load_balancer_is_asked_at_its_own_address() -> None:
    there = two_balancers(HTTP, HTTP)
    found, proof = cutover(there, several_config(vip=VipCheck(URL)))
    assert proof.further == (Way("nova-api-v6", "http://203.0.113.8/version", "203.0.113.8"),)
    assert (proof.words, notes(found)) == ("proven through the VIP of nova-api and nova-api-v6", [])
    by_name = VipCheck("http://api.example.org/version", connect="vip")
    _, proof = cutover(there, several_config(vip=by_name))
    assert proof.further == (Way("nova-api-v6", "http://api.example.org/version", "203.0.113.8"),)


@pytest.mark.parametrize(("second", "url"), [(ADMIN, URL), (HTTPS, URL), (HTTP, "http://203.0.113.7/version")])
def test_another_load_balancer_at_which_the_check_does_not_ask_is_named(second: Listener, url: str) -> None:
    """Another port of another pool may be another program's: nobody asks it for a version."""
    found, proof = cutover(two_balancers(HTTP, second), several_config(vip=VipCheck(url)))
    assert proof.words == "proven through the VIP of nova-api; not through nova-api-v6"
    assert len(notes(found)) == 1


def test_the_port_is_put_behind_an_address_of_ipv6_too() -> None:
    there = pools(HTTP, ADMIN)
    (part,) = there.balanced
    balancer = replace(part.balancer, vip_address="2001:db8::7")
    there = replace(there, balancer=balancer, balanced=(replace(part, balancer=balancer),))
    _, proof = cutover(there, pools_config(vip=VipCheck("http://{vip}:80/version")))
    assert [way.url for way in proof.further] == ["http://[2001:db8::7]:8080/version"]

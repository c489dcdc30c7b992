"""The port's description: fits in 255 characters, comes back as it went in, is never trusted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.cloud.lease_reader import DESCRIPTION_LIMIT, describe, holder_of, mac_for
from console.model.lease import LeaseHolder

HOLDER = LeaseHolder("", "alice@jump1", "3fa9c1", "cutover nova-api blue>green", "why", "shift", 1_000_000, 0, 60.0, 7)


def port(description: str, name: str = "bluegreen-lease-nova-api") -> dict[str, object]:
    return {"id": "p1", "name": name, "description": description, "updated_at": "2026-11-23T14:00:00Z"}


def test_it_comes_back() -> None:
    found = holder_of(port(describe(HOLDER)))
    assert (found.owner, found.rollout, found.step, found.reason, found.beat) == (
        "alice@jump1", "3fa9c1", "shift", "why", 7,
    )  # fmt: skip
    assert found.renewed_at == 1795442400.0


def test_its_step_is_told_as_what_was_seen_last() -> None:
    """It comes with a renewal: a runner that is killed before the first one in a step has told the step before."""
    assert HOLDER.words.endswith('reason "why", last seen at step shift (rollout 3fa9c1)')


@given(st.text(max_size=400))
def test_a_long_reason_is_cut_and_the_rest_survives(reason: str) -> None:
    text = describe(LeaseHolder("", "a@b", "r1", "cutover x blue>green", reason, "shift", 1, 0, 60.0))
    assert len(text) <= DESCRIPTION_LIMIT
    found = holder_of(port(text))
    assert found.rollout == "r1"
    assert reason.startswith(found.reason)


@given(st.text() | st.sampled_from(["{}", "null", "[]", '{"o": 1}']))
def test_a_port_that_is_no_lease_says_so(description: str) -> None:
    assert "something else has taken it" in holder_of(port(description)).foreign


def test_a_port_of_another_name_is_no_lease() -> None:
    assert holder_of(port(describe(HOLDER), name="eth0")).foreign


def test_the_address_depends_on_what_is_protected_and_on_nothing_else() -> None:
    assert mac_for("pool-1") == mac_for("pool-1") != mac_for("pool-2")
    assert mac_for("pool-1").startswith("02:")

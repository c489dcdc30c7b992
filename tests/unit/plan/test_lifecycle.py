"""Plans of a service's life: what is made, in which order, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from life_worlds import BLUE, NEW, launch, not_planned, ordered, planned, refused, settings
from plan_worlds import NOW, instance, service, usual

from console.config.model import CommitSource, ImageChoice, Rotation, Selection
from console.model.colour import Colour
from console.model.instance import Instance, Version
from console.model.record import Barred, Record, Undone
from console.model.server import Server
from console.model.stock import Group, Image, Limit, Network
from console.plan.desired import MembersEntered, ServerMade
from console.plan.lifecycle.ordering import Wish
from console.plan.orders import LaunchOrder
from console.plan.plan import Action, Intent, Refusal, StepKind
from console.plan.planner import plan


def test_a_launch_makes_as_many_as_serve_and_enters_them_at_weight_0() -> None:
    made = launch(service(BLUE, []))
    assert [step.kind for step in made.steps] == [
        StepKind.RECONCILE, StepKind.WRITE, StepKind.LAUNCH, StepKind.WRITE, StepKind.HEALTH,
    ]  # fmt: skip
    servers = [write.desired for write in made.steps[2].writes]
    assert [one.name for one in servers if isinstance(one, ServerMade)] == [f"nova-api-green-{n}" for n in (1, 2, 3)]
    (enter,) = (write.desired for write in made.steps[3].writes)
    assert isinstance(enter, MembersEntered)
    assert (enter.weight, enter.intended, enter.port, enter.subnet_id) == (0, 100, 8774, "subnet-1")
    assert made.target_version == NEW[:7]


def test_planning_twice_gives_the_same_digest_and_another_image_another() -> None:
    there = service(BLUE, [])
    assert launch(there).digest == launch(there).digest
    other = ordered(there, Wish(Colour.GREEN, image="api-2"))
    assert planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=other)).digest != launch(there).digest


def test_what_is_there_already_is_not_made_again() -> None:
    there = service(BLUE, [])
    asked = ordered(there, Wish(Colour.GREEN))
    one = replace(
        instance(Colour.GREEN, 1, 0),
        name="nova-api-green-1",
        server=Server("s", "nova-api-green-1", "ACTIVE", power_state=1),
    )
    there = service(BLUE, [replace(one, version=replace(one.version, value=NEW) if one.version else None)])
    made = planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=asked))
    names = [write.key for step in made.steps if step.kind is StepKind.LAUNCH for write in step.writes]
    assert names == ["nova-api-green-2", "nova-api-green-3"]


def test_a_server_carries_what_selects_it_and_tells_its_colour_and_version() -> None:
    selected = settings()._replace(instances=Selection(tags=("service=nova-api",), metadata={"role": "api"}))
    asked = ordered(service(BLUE, []), Wish(Colour.GREEN), selected)
    assert asked.tags == ("service=nova-api",)
    assert asked.metadata == {"role": "api", "color": "green", "git_commit": NEW, "release": "api-3"}


@pytest.mark.parametrize(
    ("wish", "changes", "code", "said"),
    [
        (Wish(Colour.GREEN, image="api-33"), {}, "unclear", "there is no image named api-33"),
        (Wish(Colour.GREEN, image="api-q"), {}, "unclear", "there is no image named api-q"),
        (Wish(Colour.GREEN), {"flavors": ()}, "unclear", "there is no flavour m1.small"),
        (Wish(Colour.GREEN, count=8), {}, "quota", "8 instances need 8 instances, and of 10 there are 7 left"),
        (Wish(Colour.GREEN), {"limits": {"cores": Limit(8, 6)}}, "quota", "3 instances need 6 cores"),
        (Wish(Colour.GREEN), {"limits": {"ports": Limit(5, 3)}}, "quota", "3 instances need 3 ports"),
        (Wish(Colour.GREEN), {"limits": {"server groups": Limit(2, 2)}}, "quota", "need 1 server groups"),
        (Wish(Colour.GREEN), {"limits": {"pool members": Limit(5, 3)}}, "quota", "3 pool members"),
        (Wish(Colour.GREEN), {"networks": (Network("net-9", "ops-net", ("subnet-9",)),)}, "subnet", "subnet subnet-1"),
    ],
)
def test_what_a_launch_is_refused_for(wish: Wish, changes: dict[str, object], code: str, said: str) -> None:
    refusal = refused(service(BLUE, []), wish, None, **changes)
    assert refusal.code == code
    assert said in refusal.reason
    assert refusal.hint


def test_an_image_that_does_not_fit_its_flavour_is_refused() -> None:
    large = (Image("image-3", "api-3", "active", min_disk=40, properties={"git_commit": NEW}),)
    assert (
        "needs 40 GiB of disk, flavour m1.small has 20"
        in refused(service(BLUE, []), Wish(Colour.GREEN), images=large).reason
    )
    hungry = (Image("image-3", "api-3", "active", min_ram=4096),)
    assert "needs 4096 MiB" in refused(service(BLUE, []), Wish(Colour.GREEN), images=hungry).reason


def test_a_full_server_group_is_seen_beforehand() -> None:
    group = Group("g", "bluegreen-nova-api-green", "soft-anti-affinity", tuple("abcdefghi"))
    assert (
        "may have 10 members, and 12 are wanted"
        in refused(service(BLUE, []), Wish(Colour.GREEN), groups=(group,)).reason
    )
    asked = ordered(service(BLUE, []), Wish(Colour.GREEN), settings(spread=False), groups=(group,))
    assert asked.group == ""


def test_an_unknown_zone_or_key_is_named_before_anything_is_made() -> None:
    assert "zone az9" in refused(service(BLUE, []), Wish(Colour.GREEN), settings(zones=("az9",))).reason
    there = refused(service(BLUE, []), Wish(Colour.GREEN), settings(key="nobody"), keys=("ops",))
    assert "key pair nobody" in there.reason


def test_the_newest_image_with_the_properties_is_taken() -> None:
    newest = settings(image=ImageChoice(newest={"git_commit": "b" * 40}))
    assert ordered(service(BLUE, []), Wish(Colour.GREEN), newest).image_id == "image-2"


def in_error(**changes: object) -> Instance:
    """A GREEN server in ERROR that is in no pool."""
    made = instance(Colour.GREEN, 1, 0, in_pool=False)
    assert made.server is not None
    server = replace(made.server, status="ERROR", power_state=0, fault="no room", **changes)  # type: ignore[arg-type]
    return replace(made, server=server)


def test_a_build_that_failed_is_cleared_away_and_made_again() -> None:
    broken = in_error(tags=("op:1",))
    there = service(BLUE, [broken])
    order = LaunchOrder((broken.name, "api-green-2"), "image-3", "api-3", "flavor-1", "m1.small", ("net-1",), port=80)
    made = planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=order))
    assert made.deleted == 1
    launched = next(step for step in made.steps if step.id == "launch")
    assert [write.key for write in launched.writes] == [broken.name, "api-green-2"]


@pytest.mark.parametrize("changes", [{"tags": ("op:1",), "launched": True}, {"tags": ()}])
def test_what_ran_once_or_nobody_knows_is_not_cleared_away(changes: dict[str, object]) -> None:
    order = LaunchOrder(("api-green-2",), "image-3", "api-3", "flavor-1", "m1.small", ("net-1",), port=80)
    found = not_planned(service(BLUE, [in_error(**changes)]), Intent(Action.LAUNCH, Colour.GREEN, order=order))
    assert (found.code, "is in ERROR: no room" in found.reason) == ("error", True)


def test_a_launch_names_the_command_that_says_what_it_ships() -> None:
    there = service(BLUE, [])
    intent = Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, Wish(Colour.GREEN)))
    known = settings()._replace(commits=CommitSource(github="https://github.com", project="a/b"))
    made = planned(there, intent, known)
    assert f"what it ships: `bluegreen commits {known.name} --with {NEW}`" in made.notes
    assert not any("what it ships" in note for note in launch(there).notes)


def test_a_launch_says_what_its_cutover_would_be_refused_for() -> None:
    there = service(BLUE, [])
    undone = tuple(Undone((str(number) * 40,), "x", "bbbbbbb", "1a2b3c", NOW) for number in range(2))
    held = launch(replace(there, record=Record(undone=undone)))
    barred = launch(replace(there, record=Record(barred=(Barred(NEW[:7], "1a2b3c", NOW, "errors"),), undone=undone)))
    assert any("2 commits of bbbbbbb held back since it was rolled back" in note for note in held.notes)
    assert any("ccccccc was rolled back, rollout 1a2b3c" in note for note in barred.notes)
    assert not any("held back" in note for note in launch(replace(there, record=Record())).notes)


def test_a_colour_with_traffic_is_not_launched() -> None:
    there = service(BLUE, [])
    asked = ordered(there, Wish(Colour.BLUE))
    assert not_planned(there, Intent(Action.LAUNCH, Colour.BLUE, order=asked)).code == "live"


def test_a_warm_colour_of_another_version_is_not_launched_over() -> None:
    there = usual()
    refusal = not_planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, Wish(Colour.GREEN))))
    assert refusal.code == "there"
    assert "retire" in refusal.hint


def test_stale_facts_plan_nothing() -> None:
    there = service(BLUE, [])
    intent = Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, Wish(Colour.GREEN)))
    made = plan(there, settings(), intent, NOW + 3600)
    assert isinstance(made, Refusal)
    assert made.code == "stale"


def of_image(image_id: str | None, *those: Instance, version: str = "") -> list[Instance]:
    """The instances booted from the image, and telling the version if one is given, else none."""
    told = Version(version, "http./version#git_commit") if version else None
    return [replace(one, server=replace(one.server, image_id=image_id), version=told) for one in those if one.server]


def test_adding_raises_only_the_new_ones_after_they_were_healthy() -> None:
    there = service(of_image("image-3", *BLUE), [])
    asked = ordered(there, Wish(Colour.BLUE, adding=2))
    assert asked.image_id == "image-3"
    made = planned(there, Intent(Action.SCALE, Colour.BLUE, order=asked))
    assert [step.id for step in made.steps][-3:] == ["enter", "health", "in"]
    assert made.steps[-1].names == ("nova-api-blue-1", "nova-api-blue-2")


@pytest.mark.parametrize(
    ("image_id", "version", "code"),
    [("image-2", "", "there"), ("image-2", NEW, "there"), (None, "b" * 40, "there"), (None, "", "untold")],
)
def test_nothing_is_added_that_is_not_known_to_be_what_serves(image_id: str | None, version: str, code: str) -> None:
    there = service(of_image(image_id, *BLUE, version=version), [])
    asked = ordered(there, Wish(Colour.BLUE, image="api-3", adding=1))
    found = not_planned(there, Intent(Action.SCALE, Colour.BLUE, order=asked))
    assert (found.code, found.names) == (code, tuple(one.name for one in BLUE))
    assert "launch the other colour" in found.hint
    assert "retire" not in found.hint


@pytest.mark.parametrize("count", [None, 4])
def test_a_colour_is_never_of_two_images(count: int | None) -> None:
    warm = of_image("image-2", *(instance(Colour.GREEN, number, 0) for number in (1, 2)))
    there = service(BLUE, warm)
    order = msgspec.structs.replace(ordered(there, Wish(Colour.GREEN, image="api-3", count=count)), version="")
    found = not_planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=order))
    assert (found.code, "another image than api-3" in found.reason) == ("there", True)
    same = msgspec.structs.replace(order, image_id="image-2", image_name="api-2")
    assert planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=same)).notes


def test_what_was_booted_from_a_volume_and_tells_no_version_is_said() -> None:
    there = service(BLUE, of_image(None, instance(Colour.GREEN, 1, 0)))
    made = launch(there)
    assert any("api-green-1 run the release of api-3 cannot be told" in note for note in made.notes)


def test_workers_are_launched_without_a_pool() -> None:
    workers = settings()._replace(rotation=Rotation("", "", kind="power"))
    there = replace(service(BLUE, []), balancer=None, pool=None, rotation="power", decisive=("servers",))
    asked = ordered(there, Wish(Colour.GREEN), workers)
    made = planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=asked), workers)
    assert [step.id for step in made.steps] == ["reconcile", "group", "launch", "health"]

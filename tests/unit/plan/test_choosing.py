"""Which image is meant: by id, by a name that only one has, or the newest with given properties."""

from __future__ import annotations

import pytest

from console.config.model import ImageChoice
from console.model.stock import Image
from console.plan.lifecycle.choosing import Unclear, image, is_meant

NEW = Image("id-3", "api", "active", created_at="2026-03-01T00:00:00Z", properties={"team": "compute"})
OLD = Image("id-2", "api", "active", created_at="2026-02-01T00:00:00Z", properties={"team": "compute"})
OTHER = Image("id-1", "web", "active", created_at="2026-01-01T00:00:00Z")


def status(one: Image, word: str) -> Image:
    return Image(one.id, one.name, word, created_at=one.created_at, properties=one.properties)


@pytest.mark.parametrize(
    ("choice", "there", "meant"),
    [
        (ImageChoice(name="web"), [NEW, OLD, OTHER], OTHER),
        (ImageChoice(name="id-2"), [NEW, OLD, OTHER], OLD),
        (ImageChoice(id="id-2"), [NEW, OLD, OTHER], OLD),
        (ImageChoice(newest={"team": "compute"}), [NEW, OLD, OTHER], NEW),
        (ImageChoice(newest={"team": "compute"}), [status(NEW, "queued"), OLD], OLD),
        (ImageChoice(name="api"), [status(NEW, "deactivated"), OLD], OLD),
    ],
)
def test_the_one_that_is_meant(choice: ImageChoice, there: list[Image], meant: Image) -> None:
    assert image(there, choice) == meant
    assert is_meant(meant, choice)
    assert not is_meant(Image("id-9", "db"), choice)


@pytest.mark.parametrize("word", ["active", "queued", "saving", "importing"])
def test_a_name_that_several_have_is_refused_with_all_of_them(word: str) -> None:
    with pytest.raises(Unclear) as found:
        image([status(NEW, word), OLD, OTHER], ImageChoice(name="api"))
    assert found.value.reason == (
        f"2 images are named api: id-3, created 2026-03-01T00:00:00Z, {word}; "
        "id-2, created 2026-02-01T00:00:00Z, active"
    )
    assert "--image ID" in found.value.hint
    assert "newest" in found.value.hint


def test_one_that_is_still_being_made_cannot_be_booted() -> None:
    with pytest.raises(Unclear, match="no image named api that can be booted"):
        image([status(NEW, "queued"), OTHER], ImageChoice(name="api"))

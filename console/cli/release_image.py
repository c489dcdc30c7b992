"""The image of a release: looked up once, when it is begun. Who rejoins goes on with that one, not with a newer one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.config.model import Config, ImageChoice, ServiceConfig
from console.errors import Refused
from console.model.service import Service
from console.model.stock import Image
from console.model.text import visible
from console.plan.lifecycle.choosing import Unclear, asked_words, is_meant
from console.plan.lifecycle.choosing import image as choose_image
from console.plan.orders import LaunchOrder


def image_of(
    config: Config, settings: ServiceConfig, service: Service, named: str, tell: Callable[[str], None]
) -> Image:
    """The image that was launched already, if it is one of those meant; else what is meant now. Raises Refused."""
    from console.cloud.session import Session
    from console.cloud.stock import images
    from console.rollout.begun_release import begun
    from console.rollout.journal import Journal

    choice = ImageChoice(name=named) if named else settings.launch.image
    if choice is None:
        raise Refused(f"which image? `launch.image` of {settings.name} names none", "say it: --image NAME")
    there = images(Session.open(*settings.server_place))
    with Journal.open(config.journal, read_only=True) as journal:
        order = begun(journal, service)
    launched = _launched(there, choice, order) if order is not None else None
    try:
        now = choose_image(there, choice)
    except Unclear as unclear:
        if launched is None:
            raise Refused(unclear.reason, unclear.hint) from None
        tell(visible(f"{_goes_on(launched)}; by now {unclear.reason}"))
        return launched
    if launched is not None and launched.id != now.id:
        tell(
            visible(
                f"{_goes_on(launched)}; by now the newest image {asked_words(choice)} is {now.name} (image {now.id}): "
                f"to release that one in its place: --image {now.id}"
            )
        )
    return launched or now


def _launched(there: Sequence[Image], choice: ImageChoice, order: LaunchOrder) -> Image | None:
    """The image of the order; one that Glance has deleted since goes by what it was called."""
    found = next((one for one in there if one.id == order.image_id), None)
    gone = found is None and bool(choice.newest)
    one = found or Image(order.image_id, order.image_name, "gone")
    return one if gone or is_meant(one, choice) else None


def _goes_on(launched: Image) -> str:
    return f"the release of {launched.name} (image {launched.id}) was begun, and goes on with it"

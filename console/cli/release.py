"""`bluegreen release`: one guided walk over all stages. A sequence of plans, each from a fresh look, each confirmed.

Where it stands is told from the facts, not remembered: left at any moment, the same command goes on from there.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from console.cli.begin import add_begin_options, carry_through, concluded, looked
from console.cli.following import follow
from console.cli.intent import plan_or_refuse
from console.cli.json_lines import Begun
from console.cli.looking import say, warn
from console.cli.release_image import image_of
from console.config.model import ServiceConfig
from console.errors import Refused, UsageError
from console.model.retirement import retirement
from console.model.service import Service
from console.model.stock import Image
from console.model.text import visible
from console.plan.lifecycle.ordering import Wish
from console.plan.plan import Action, Intent, Refusal
from console.plan.release import WORDS, Next, Stage, Standing, stand

_STAGES = {
    Next.MAKE_ROOM: (Stage.RETIRE,),
    Next.LAUNCH: (Stage.RECONCILE, Stage.LAUNCH),
    Next.CUTOVER: (Stage.GATE, Stage.SHIFT, Stage.PROVE, Stage.BAKE),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out when the config has only one")
    parser.add_argument("--image", default="", metavar="NAME", help="name or id; default: `launch.image` of the config")
    parser.add_argument("--count", type=int, metavar="N", help="default: as many as serve")
    parser.add_argument(
        "--release",
        default="",
        metavar="NAME",
        help="what people call it, in metadata and user data; default: the image",
    )
    parser.add_argument(
        "--retire-idle", action="store_true", help="with --yes: delete an earlier release that is in the way"
    )
    parser.add_argument(
        "--unattended", action="store_true", help="go through the shares of `release.shift` without waiting for a word"
    )
    parser.add_argument(
        "--confirm", choices=["operator", "proof"], default="operator",
        help="who keeps a cutover with `release.confirm_within`: an operator's second word, or the proof alone",
    )  # fmt: skip
    parser.add_argument(
        "--override-rollback-safety", default="", metavar="REASON",
        help="although its commits say that going back is not safe; recorded",
    )  # fmt: skip
    add_begin_options(parser)


def run(args: argparse.Namespace) -> int:
    """0 when the release carries all traffic; else the exit code of the rollout that ended otherwise."""
    return concluded(args, _run)


def _run(args: argparse.Namespace, begun: Begun) -> int:
    if args.count is not None and args.count < 1:
        raise UsageError(f"--count {args.count} is out of range", "at least 1")
    tell = warn if args.json else say
    said: set[Next] = set()
    image: Image | None = None  # what is the newest may change while the release goes on
    while True:
        under_way = _under_way(args)
        if under_way is not None:
            return under_way
        config, settings, service = looked(args)
        image = image or image_of(config, settings, service, args.image, tell)
        standing = _standing(service, settings, image, args)
        if not said:
            what = f"{image.name} (image {image.id})"
            tell(visible(f"RELEASE {settings.name}: {what} to {standing.target.upper()}; {standing.words}"))
        if standing.next is Next.DONE:
            return _done(service, standing, tell)
        if standing.next in said:
            raise Refused(f"after a {standing.next} it still stands at {standing.next}: {standing.words}",
                          "look at `bluegreen status`")  # fmt: skip
        said.add(standing.next)
        for stage in _STAGES[standing.next]:
            tell("")
            tell(visible(f"{stage.upper()}  {settings.explain.get(stage, WORDS[stage])}"))
        intent = _intent(service, settings, standing, image, args)
        code = carry_through(args, (config, settings, service), plan_or_refuse(service, settings, intent), begun)
        args.expect = None  # it was of the first plan
        if code != 0 or args.detach:
            tell(f"the release was left here; `bluegreen release {settings.name}` goes on from where it stands then")
            return code


def _under_way(args: argparse.Namespace) -> int | None:
    """Follow a rollout of this service that somebody has begun; None where none is, or it ended well."""
    from console.cli.looking import config_of, service_config
    from console.rollout.journal import Journal
    from console.rollout.liveness import unfinished

    config = config_of(args)
    settings = service_config(config, args.service)
    with Journal.open(config.journal, read_only=True) as journal:
        newest = next(iter(journal.rollouts(settings.name, limit=1)), None)
    if newest is None or newest.state.ended:
        return None
    if unfinished(newest):
        raise Refused(
            f"rollout {newest.id} of {settings.name} has lost its runner",
            f"`bluegreen resume {newest.id}` finishes it, goes back, or leaves it; then release again",
        )
    warn(f"rollout {newest.id} of {settings.name} is under way, by {newest.who.words}: following it")
    code = follow(config, newest.id, as_json=args.json)
    return None if code == 0 else code


def _standing(service: Service, settings: ServiceConfig, image: Image, args: argparse.Namespace) -> Standing:
    live = service.side(service.live) if service.live is not None else None
    count = args.count or settings.launch.count or max(1, len(live.instances) if live is not None else 1)
    found = stand(service, image.id, count, time.time())
    if isinstance(found, Refusal):
        raise Refused(found.reason, found.hint, found.rule)
    return found


def _intent(
    service: Service, settings: ServiceConfig, standing: Standing, image: Image, args: argparse.Namespace
) -> Intent:
    from console.rollout import asking

    made: Intent | Refusal
    match standing.next:
        case Next.LAUNCH:
            wish = Wish(standing.target, image.id, args.count, release=args.release)
            made = asking.to_launch(service, settings, wish)
        case Next.MAKE_ROOM:
            if args.yes and not args.retire_idle:
                raise Refused(
                    f"{standing.words}: it has to be retired before another one is launched",
                    f"`bluegreen retire {settings.name}`, or --retire-idle, if nobody needs it as the way back",
                )
            made = asking.to_retire(service, settings, standing.target)
        case _:
            keep = args.confirm == "proof"
            made = Intent(Action.CUTOVER, standing.target, unattended=args.unattended, keep_on_proof=keep)
    if isinstance(made, Refusal):
        raise Refused(made.reason, made.hint, made.rule)
    return made


def _done(service: Service, standing: Standing, tell: Callable[[str], None]) -> int:
    """What is left to do, some time: nothing is deleted by itself."""
    tell("")
    tell(
        visible(f"DONE  {standing.words}. `bluegreen rollback {service.name}` goes back, as long as the other is warm.")
    )
    old = retirement(service, time.time())
    if old is not None:
        tell(visible(f"RETIRE  {old.words(time.time())}"))
    return 0

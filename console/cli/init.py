"""`bluegreen init`: look at a cloud, and write a config that proposes its services. Changes nothing in the cloud."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from console.cli.looking import say, warn
from console.config.loader import parse
from console.config.places import absolute, config_candidates
from console.errors import BluegreenError, CloudError, ConfigError, UsageError
from console.model.text import visible


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--cloud", metavar="NAME", help="an entry of clouds.yaml; default: $OS_CLOUD, or the only one")
    parser.add_argument("--region", metavar="NAME", help="default: as the cloud's entry says")
    parser.add_argument(
        "--output", metavar="FILE", help="where to write; `-` is standard output; default: the user's config file"
    )
    parser.epilog = (
        "never overwrites a file; exit codes: 0 written, 2 the file is there already, 4 the cloud shows nothing"
    )


def run(args: argparse.Namespace) -> int:
    """0 when a config was written."""
    path = None if args.output == "-" else _place(args)
    from console.cli.init_look import look
    from console.cli.init_propose import propose
    from console.cli.init_write import text_of
    from console.cloud.reader import Reader
    from console.cloud.session import Session

    cloud = args.cloud or os.environ.get("OS_CLOUD") or _only_cloud()
    seen = look(Reader(Session.open(cloud, args.region)))
    found = propose(seen)
    for each in (*seen.problems, *found.left_out):
        warn(f"! {visible(each)}")
    if not found.proposals:
        raise CloudError(
            f"cloud {cloud} shows no service with colours: {len(seen.servers)} servers, "
            f"{len(seen.balancers)} load balancers, {sum(map(len, seen.members.values()))} members were looked at",
            "a colour is the word blue or green in metadata, in a tag or in the name of a server or member: label "
            "them, or write the config by hand (`bluegreen config reference`)",
        )
    text = text_of(found, seen, cloud, args.region)
    _must_load(text)
    if path is None:
        say(text.rstrip())
        return 0
    _write(path, text)
    names = ", ".join(proposal.name for proposal in found.proposals)
    count = len(found.proposals)
    say(f"{path}: {count} service{'' if count == 1 else 's'} proposed: {names}")
    for proposal in found.proposals:
        if proposal.unlabelled:
            say(f"{proposal.name}: {len(proposal.things)} members serve and carry no label of a colour; "
                f"`bluegreen adopt {proposal.name}` labels them, and moves no traffic")  # fmt: skip
    say("read it, then: bluegreen config check && bluegreen doctor")
    return 0


def _place(args: argparse.Namespace) -> Path:
    """Where to write. Raises UsageError where something is there already: before anything is asked."""
    chosen = Path(args.output) if args.output else args.config
    path = absolute(chosen) if chosen is not None else config_candidates(os.environ)[0]
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already", "it is not overwritten; name another file with --output FILE")
    return path


def _only_cloud() -> str:
    from openstack.config.loader import OpenStackConfig

    try:
        # `defaults` is what the SDK calls a cloud of which nothing is known
        names = sorted(name for name in OpenStackConfig().get_cloud_names() if name != "defaults")
    except Exception as error:  # whatever the SDK says of a clouds.yaml that it cannot read
        raise UsageError(
            f"clouds.yaml cannot be read: {visible(str(error))}", "mend it, or name a cloud: --cloud NAME"
        ) from error
    if len(names) == 1:
        return str(names[0])
    raise UsageError("which cloud?", f"--cloud NAME; clouds.yaml has {', '.join(names) or 'none'}")


def _must_load(text: str) -> None:
    """What is written must be a config, whatever the names in the cloud look like."""
    try:
        parse(text.encode(), Path("/proposed.yaml"), os.environ)
    except ConfigError as error:
        sys.stderr.write(text)
        raise BluegreenError(
            f"the proposal is no config: {error.message}", "write it by hand, from what is above"
        ) from None


def _write(path: Path, text: str) -> None:
    """Make the file, for its owner only. Another one that came there meanwhile is not overwritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", "name another file with --output FILE"
        ) from None

"""The keys that say how instances are made: what they boot, where they are, what is written on them."""

from __future__ import annotations

from console.config.formats import TAG, OnDisk
from console.config.kinds import Decimal, Duration, Flag, Text, Whole
from console.config.model import ImageChoice, Launch
from console.config.rules import OneOf
from console.config.sections import Key, Pairs, Section, Several

_NAME_OR_ID = Text("a name or id")
_HOUR = 3600.0

IMAGE = Section(
    ImageChoice,
    (
        Key("name", Text("the name of an image"), "the image of this name; refused where several have it"),
        Key("id", Text("the id of an image", r"[0-9A-Fa-f-]{32,36}"), "exactly this one"),
        Key("newest", Pairs(Text(), "properties"), "the newest image with all these properties"),
    ),
    rules=(OneOf(("name", "id", "newest")),),
)
LAUNCH = Section(
    Launch,
    (
        Key("image", IMAGE, "what they boot; `--image` overrides it", default="asked for with `--image`"),
        Key("flavor", _NAME_OR_ID, "their size", default="that of the instances that serve"),
        Key("networks", Several(_NAME_OR_ID, "networks", least=1), "by name or id", default="those of what serves"),
        Key("security_groups", Several(_NAME_OR_ID, "security groups"), "by name", default="the project's `default`"),
        Key("key", Text("the name of a key pair"), "the SSH key"),
        Key(
            "user_data",
            OnDisk("the path of a file"),
            "for cloud-init; `{{service}}`, `{{colour}}`, `{{name}}`, `{{version}}`, `{{commit}}`, `{{release}}`, "
            "`{{image}}` in it are filled in",
        ),
        Key(
            "zones", Several(Text("an availability zone"), "zones"), "spread over these, the next one where one is full"
        ),
        Key("count", Whole(1, 400), "how many instances a colour has", default="as many as serve"),
        Key("name", Text("a name with {number}", r"[A-Za-z0-9{}._-]{1,200}"), "of each instance"),
        Key("port", Whole(1, 65535), "the port that serves", default="that of the members that serve"),
        Key("at_once", Whole(1, 20), "how many are built at the same time"),
        Key(
            "boot_timeout", Duration(5, 6 * _HOUR), "from the request until it is ACTIVE, and again until it is healthy"
        ),
        Key("retries", Whole(0, 10), "how often a build that failed is deleted and tried again, for each instance"),
        Key("spread", Flag(), "a server group of each colour that keeps its instances on different hosts where it can"),
        Key("metadata", Pairs(Text(), "texts"), "further server metadata"),
        Key("tags", Several(TAG, "server tags"), "further server tags"),
        Key(
            "lock",
            Flag(),
            "retiring the other colour locks what serves against deletion, until it is retired itself; workers never",
        ),
        Key("cost_per_hour", Decimal(0, 1_000_000), "of one instance, in any currency; shown with what stands by"),
    ),
)

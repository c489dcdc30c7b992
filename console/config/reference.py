"""The reference of all config keys in Markdown, made from the tables that the loader reads with."""

from __future__ import annotations

from collections.abc import Iterator

from console.config.committing import CI, COMMITS
from console.config.gating import BEFORE_STOP, GATE, JUDGE, QUERY, SIGN
from console.config.late import Late
from console.config.launching import IMAGE, LAUNCH
from console.config.notifying import NOTICE
from console.config.probing import HEALTH, HEALTH_TLS, SERVER_TLS, VIP, VIP_TLS
from console.config.releasing import RELEASE
from console.config.rotating import ATTACHED, INSTANCES, ROTATION
from console.config.schema import FILE, LEASE, SERVICE
from console.config.sections import Key, Section
from console.config.trains import TRAIN

# In the order of the reference: the path to the section's keys.
SECTIONS: tuple[tuple[str, Section], ...] = (
    ("", FILE),
    ("services.NAME.", SERVICE),
    ("services.NAME.rotation.", ROTATION),
    ("services.NAME.rotation.also[].", ATTACHED),
    ("services.NAME.rotation.before_stop.", BEFORE_STOP),
    ("services.NAME.instances.", INSTANCES),
    ("services.NAME.health.", HEALTH),
    ("services.NAME.health.tls.", HEALTH_TLS),
    ("services.NAME.vip.", VIP),
    ("services.NAME.vip.tls.", VIP_TLS),
    ("services.NAME.commits.", COMMITS),
    ("services.NAME.commits.tls.", SERVER_TLS),
    ("services.NAME.commits.ci.", CI),
    ("services.NAME.launch.", LAUNCH),
    ("services.NAME.launch.image.", IMAGE),
    ("services.NAME.release.", RELEASE),
    ("services.NAME.release.gates[].", GATE),
    ("services.NAME.release.gates[].prometheus.", QUERY),
    ("services.NAME.release.gates[].judge.", JUDGE),
    ("services.NAME.release.gates[].sign.", SIGN),
    ("lease.", LEASE),
    ("notify[].", NOTICE),
    ("trains.NAME.", TRAIN),
)
_HEAD = "| key | what it is for | value | default |\n|---|---|---|---|"
_NOTE = """\
Times are seconds, or have a unit: `500ms`, `60s`, `10m`, `2h`. A service without `instances.tags`, `metadata`, `name`,
`members` and `static` has the servers with the tag `service=NAME`; `tags: []` means every server of the project."""


def reference() -> str:
    """A table of all keys and what a reader must know of them, in Markdown."""
    rows = [_row(path, section, key) for path, section in SECTIONS for key in section.keys]
    return "\n".join((_HEAD, *rows, "", _NOTE)) + "\n"


def paths() -> Iterator[str]:
    """The dotted path of every key."""
    return (f"{path}{key.name}" for path, section in SECTIONS for key in section.keys)


def _row(path: str, section: Section, key: Key) -> str:
    found = key.kind.find() if isinstance(key.kind, Late) else key.kind
    kind = "a mapping" if isinstance(found, Section) else found.words
    cells = (f"`{path}{key.name}`", key.help, kind, _default(section, key))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(section: Section, key: Key) -> str:
    if key.required:
        return "required"
    if key.default is not None:
        return key.default
    return shown if (shown := key.kind.show(section.default(key))) == "none" else f"`{shown}`"

"""Finds the config file, reads it, and makes the Config of it."""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import yaml

from console.config import commands, keymap
from console.config.keymap import Actions
from console.config.kinds import Choice
from console.config.mistakes import Gathering, Mistake
from console.config.model import Config
from console.config.nodes import Value
from console.config.permissions import writable_by_others
from console.config.places import CONFIG_VARIABLE, absolute, config_candidates, default_journal
from console.config.schema import FILE
from console.errors import ConfigError
from console.model.text import visible

_LARGEST = 1_000_000  # bytes; a file above it is not a config
_DEEPER = re.compile(r"[\[{]|[-?]\s")  # what may begin one more list or mapping on the same line
_DEEPEST = 5_000  # levels that libyaml is let loose on
_ABSENT = (errno.ENOENT, errno.ENOTDIR)
_EXAMPLE = "the smallest file: `services: {NAME: {cloud: CLOUD, rotation: {load_balancer: LB, pool: POOL}}}`"


Themes = Callable[[Path], Iterable[str]]  # the names that may be chosen in the config file of this path


def load(
    explicit: Path | None,
    environ: Mapping[str, str],
    actions: Actions | None = None,
    themes: Themes | None = None,
) -> Config:
    """The configuration from `explicit`, else $BLUEGREEN_CONFIG, else the user's, else the system's file.

    `actions` gives the actions of the console, if `keys:` is to be checked against them; so does `themes` for `theme:`.

    Raises:
        ConfigError: no file is there, it cannot be read, or it is wrong.
    """
    candidates = config_candidates(environ) if explicit is None else (absolute(explicit),)
    for path in candidates:
        data = _content(path)
        if data is not None:
            return parse(data, path, environ, others=_others(path), actions=actions, themes=themes)
    raise _missing(explicit, candidates, environ)


def parse(
    data: bytes,
    path: Path,
    environ: Mapping[str, str],
    *,
    others: str = "",
    actions: Actions | None = None,
    themes: Themes | None = None,
) -> Config:
    """The Config that the content of `path` means. `others`: who else could change it, in words.

    Raises:
        ConfigError: with file:line, what was expected and what was found; `Mistakes` where there are several.
    """
    meant = partial(_config, path=path, environ=environ, others=others, actions=actions, themes=themes)
    text = _decoded(data, str(path))
    quick = _quickly(text)
    if quick is not None:
        with contextlib.suppress(Mistake):  # told below: libyaml's marks of empty values are beside the line
            return meant(Value(str(path), "", quick, 1))
    return meant(_document(text, str(path)))


def _config(
    document: Value,
    *,
    path: Path,
    environ: Mapping[str, str],
    others: str,
    actions: Actions | None,
    themes: Themes | None,
) -> Config:
    gathering = Gathering()
    values = FILE.gather(document, gathering)
    entries = document.readable_entries()
    for mistake in commands.mistakes_in(document, others):
        gathering.add(mistake)
    if actions is not None and "keys" in entries:
        for mistake in keymap.mistakes_in(entries["keys"], values.get("keys", {}), actions()):
            gathering.add(mistake)
    if themes is not None and "theme" in values:
        gathering.read(lambda: Choice(tuple(themes(path))).read(entries["theme"]))
    gathering.done()
    if "journal" not in values:
        values["journal"] = default_journal(environ)
    return Config(path=path, writable_by_others=others, **values)


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        reason = error.strerror or str(error)
        raise ConfigError(f"{visible(str(path))}: cannot be read: {reason}", "look at its owner and mode") from None
    if len(data) > _LARGEST:
        raise ConfigError(f"{visible(str(path))}: larger than {_LARGEST} bytes: this is no config", "name another file")
    return data


def _others(path: Path) -> str:
    try:
        return writable_by_others(path)
    except OSError as error:
        return f"its owner and mode cannot be looked at ({error.strerror})"


def _missing(explicit: Path | None, candidates: tuple[Path, ...], environ: Mapping[str, str]) -> ConfigError:
    shown = visible(" or ".join(map(str, candidates)))
    if explicit is not None:
        return ConfigError(f"{shown}: there is no such file", "look at the path after --config")
    if environ.get(CONFIG_VARIABLE):
        return ConfigError(f"{shown}: there is no such file", f"${CONFIG_VARIABLE} names it; correct or unset it")
    return ConfigError(
        f"there is no config file: looked for {shown}",
        f"`bluegreen init` writes one; or name one with --config FILE or ${CONFIG_VARIABLE}; {_EXAMPLE}",
    )


def _quickly(text: str) -> yaml.Node | None:
    """By libyaml, ten times as fast; None where it is not there, finds a mistake, or would nest too deeply.

    It recurses in C for each level, and every level takes one of these signs or more indentation than the one above.
    """
    if not yaml.__with_libyaml__ or len(_DEEPER.findall(text)) > _DEEPEST:
        return None
    loader = yaml.CSafeLoader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return None
    else:
        return node
    finally:
        loader.dispose()


def _document(text: str, file: str) -> Value:
    """By PyYAML itself, whose errors say where and what."""
    loader = _loader(text, file)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "something else"
        raise _not_yaml(file, mark.line + 1 if mark else 1, said) from None
    except RecursionError:
        raise _not_yaml(file, loader.get_mark().line + 1, "lists or mappings nested too deeply") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML lets what `int` and `chr` raise through, for instance on "\UFFFFFFFF"
        raise _not_yaml(file, loader.get_mark().line + 1, str(error)) from None
    finally:
        loader.dispose()
    if node is None:
        raise Mistake(f"{visible(file)}:1: expected the key `services`, found an empty file", _EXAMPLE)
    return Value(file, "", node, int(node.start_mark.line) + 1)


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"found the byte 0x{data[error.start]:02x}"
        message = f"{visible(file)}:{line}: expected text in UTF-8, {found}"
        raise Mistake(message, "save the file as UTF-8", line) from None


def _loader(text: str, file: str) -> yaml.SafeLoader:
    try:
        return yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise _not_yaml(
            file, line, f"the character #x{ord(text[error.position]):04x}, which YAML does not allow"
        ) from None


def _not_yaml(file: str, line: int, said: str) -> Mistake:
    hint = "indent with spaces, not with tabs" if "\\t" in said else "look at this line and the one above it"
    return Mistake(f"{visible(file)}:{line}: expected YAML, but: {visible(said)[:200]}", hint, line)

"""Who else could change the config. It says where production credentials are used, so others must not."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

from console.model.text import visible


def writable_by_others(path: Path) -> str:
    """Who but the user and root could change the file, or put another in its place; empty if nobody could.

    Looked at: the file, the folder it lies in, and the folder of the link where `path` is one. Group members count
    as others. In a folder with the sticky bit only the owner of a file can replace it.

    Raises:
        OSError: the file or its folder cannot be looked at.
    """
    real = path.resolve()
    folders = dict.fromkeys((path.parent.resolve(), real.parent))
    found = [_said(real, sticky_protects=False), *(_said(folder, sticky_protects=True) for folder in folders)]
    return "; ".join(filter(None, found))


def _said(path: Path, *, sticky_protects: bool) -> str:
    facts = path.stat()
    shown = visible(str(path))
    said = []
    if facts.st_uid not in (0, os.geteuid()):
        said.append(f"{shown} belongs to {_user(facts.st_uid)}")
    if not (sticky_protects and facts.st_mode & stat.S_ISVTX):
        who = []
        if facts.st_mode & stat.S_IWGRP:
            who.append(f"the group {_group(facts.st_gid)}")
        if facts.st_mode & stat.S_IWOTH:
            who.append("everyone")
        if who:
            said.append(f"{' and '.join(who)} can write to {shown} (mode {stat.S_IMODE(facts.st_mode):04o})")
    return ", and ".join(said)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)

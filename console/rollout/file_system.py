"""What kind of file system a path lies on: SQLite's locks do not hold on a network's."""

from __future__ import annotations

from pathlib import Path

NETWORKED = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "9p",
        "ocfs2",
        "gfs2",
    }
)

MOUNTS = Path("/proc/self/mountinfo")


def kind(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds the path, which need not exist yet; empty where it cannot be told."""
    real = path.resolve()
    best, found = -1, ""
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ""  # no Linux
    for line in lines:
        # proc(5): ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS [OPTIONAL...] - TYPE SOURCE SUPER-OPTIONS
        before, _, after = line.partition(" - ")
        point, words = Path(_plain(before.split(" ")[4])), after.split(" ")
        if real.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), words[0]
    return found


def is_networked(path: Path, mounts: Path = MOUNTS) -> bool:
    """Whether the path lies on a network file system, as far as its type tells (sshfs and other FUSE count)."""
    found = kind(path, mounts)
    return found in NETWORKED or found.startswith("fuse.")


def _plain(text: str) -> str:
    """The kernel writes space, tab, newline and backslash as octal."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text

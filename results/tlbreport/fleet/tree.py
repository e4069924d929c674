"""Which folders of a tree are runs, and whether one was read already as it is now."""

import os
import zlib
from dataclasses import dataclass

from ..read.load import WRITTEN_HERE
from ..read.schema import FILES


@dataclass(frozen=True)
class Place:
    """The folder of a run below the tree, and the state of its files: names, bytes, times."""

    folder: str
    stamp: str


def places(root: str) -> tuple:
    """(the folders that hold a file of a run, sorted; folders that cannot be read, each with why).

    Links are not followed: `latest` is one, and would be the same run twice.  Raises OSError if the
    tree itself cannot be read.
    """
    os.listdir(root)
    found, unread = [], []
    for folder, folders, names in os.walk(root, onerror=lambda error: unread.append(
            (os.path.relpath(error.filename, root), error.strerror))):
        folders.sort()
        if any(name in FILES for name in names):
            found.append(Place(os.path.relpath(folder, root), stamp(folder, names)))
    return found, unread


def stamp(folder: str, names: list) -> str:
    """What tells that no file of a run has changed since: size and time of change of each.  A file
    that the report writes itself says nothing of the run."""
    said = []
    for name in sorted(names):
        if name.endswith((".csv", ".txt")) and name not in WRITTEN_HERE:
            state = os.lstat(os.path.join(folder, name))
            said.append(f"{name} {state.st_size} {state.st_mtime_ns}")
    return f"{zlib.crc32(' '.join(said).encode()):08x}-{len(said)}"

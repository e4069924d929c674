"""Which folders of a tree are runs, and whether one was read already as it is now."""

import os
import zlib
from dataclasses import dataclass
from functools import lru_cache

from ..read.load import WRITTEN_HERE
from ..read.schema import FILES

SOURCES = (".py", ".css", ".js")  # of the report


@dataclass(frozen=True)
class Place:
    """The folder of a run: its name and its path below the tree, and a stamp of its files and of
    the program that reads them."""

    folder: str
    path: str
    stamp: str


def places(root: str) -> tuple:
    """(the folders that hold a file of a run, sorted; folders that cannot be read, each with why).

    Links are not followed: `latest` is one, and would be the same run twice.  Raises OSError if the
    tree itself cannot be read.
    """
    os.listdir(root)
    found, unread = [], []
    for folder, folders, names in os.walk(root, onerror=lambda error: unread.append(
            (plain(os.path.relpath(error.filename, root)), error.strerror))):
        folders.sort()
        if any(name in FILES for name in names):
            path = os.path.relpath(folder, root)
            found.append(Place(plain(path), path, stamp(folder, names)))
    return found, unread


def plain(text: str) -> str:
    """The text with bytes that are not UTF-8, which names of files may have, written as \\xNN."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def stamp(folder: str, names: list) -> str:
    """What tells that no file of a run has changed since, nor the program: size and time of change
    of each.  A file that the report writes itself says nothing of the run."""
    said = [program()]
    for name in sorted(names):
        if name.endswith((".csv", ".txt")) and name not in WRITTEN_HERE:
            state = os.lstat(os.path.join(folder, name))
            said.append(f"{name} {state.st_size} {state.st_mtime_ns}")
    return f"{crc32(' '.join(said)):08x}-{len(said)}"


@lru_cache(maxsize=1)
def program() -> str:
    """The version of the report.  Extracts and pages of another one are not those of this one."""
    return checksum(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def checksum(folder: str) -> str:
    """One CRC-32 over the sources below a folder, by name."""
    found = 0
    for above, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(SOURCES):
                with open(os.path.join(above, name), "rb") as file:
                    found = zlib.crc32(file.read(), crc32(name, found))
    return f"{found:08x}"


def crc32(text: str, before: int = 0) -> int:
    """Of a text that may have a name of a file in it."""
    return zlib.crc32(text.encode("utf-8", "surrogateescape"), before)

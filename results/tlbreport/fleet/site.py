"""The pages of a site, written where they have changed."""

import os

from .errata_page import HERE as ERRATA, errata
from .frame import INDEX, brands, file_of, titles
from .gather import Gathered, gather
from .machines import machines
from .microcode import HERE as MICROCODE, microcode
from .operations import HERE as OPERATIONS, measured, operations
from .processor import processor
from .settings import HERE as SETTINGS, settings
from .store import Store


def fleet(root: str, out: str, write) -> Gathered:
    """Brings the database and the pages in a folder up to date with a tree of runs; write(path,
    text) puts a page where it belongs.  Raises NotARun, NotAFleet, OSError."""
    os.listdir(root)
    os.makedirs(out, exist_ok=True)
    store = Store(out)
    try:
        made = gather(store, root)
        put(store, made, out, write)
    finally:
        store.close()
    return made


def put(store: Store, made: Gathered, out: str, write) -> None:
    """Writes the pages of processors whose runs have changed, those of all processors if some have,
    and what is not there; of these only what is not there as it is."""
    names, outdated, wanted = brands(store), store.outdated(), {}
    called = titles(names)
    of_processor = {file_of("processor", name): name for name in called}
    of_all = {OPERATIONS, SETTINGS, ERRATA, MICROCODE, *(
        file_of("operation", op) for op in measured(store))}
    there = {*os.listdir(out)}
    for file, name in of_processor.items():
        if name in outdated or file not in there:
            wanted[file] = processor(store, name, called[name])
    if outdated or not of_all <= there:
        wanted |= {**operations(store, names), SETTINGS: settings(store, names),
                   ERRATA: errata(store, names), MICROCODE: microcode(store, names)}
    wanted[INDEX] = machines(store, made)  # last: what it links to is there
    for file, text in wanted.items():
        if file not in there or not holds(os.path.join(out, file), text):
            write(os.path.join(out, file), text)
    for file in there - of_all - of_processor.keys():
        if file.startswith(("processor-", "operation-")) and file.endswith(".html"):
            os.remove(os.path.join(out, file))
    store.updated()


def holds(path: str, text: str) -> bool:
    """Whether a page is as it should be already."""
    with open(path, "rb") as file:
        return file.read() == text.encode()

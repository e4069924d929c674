"""The pages of a site, written where they have changed."""

import os

from .errata_page import HERE as ERRATA, errata
from .frame import INDEX, brands, file_of, titles
from .gather import Gathered, gather
from .machines import machines
from .microcode import HERE as MICROCODE, microcode
from .operations import operations
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
    """Writes the pages: of processors only those whose runs have changed, or that are not there."""
    names, outdated, wanted = brands(store), store.outdated(), {}
    called = titles(names)
    for name, brand in called.items():
        file = file_of("processor", name)
        if name in outdated or not os.path.exists(os.path.join(out, file)):
            wanted[file] = processor(store, name, brand)
    wanted |= operations(store, names)
    wanted |= {SETTINGS: settings(store, names), ERRATA: errata(store, names),
               MICROCODE: microcode(store, names), INDEX: machines(store, made)}
    for file, text in wanted.items():  # the first page comes last: what it links to is there
        write(os.path.join(out, file), text)
    kept = {*wanted, *(file_of("processor", name) for name in called)}
    for file in os.listdir(out):
        if file.startswith(("processor-", "operation-")) and file.endswith(".html") \
                and file not in kept:
            os.remove(os.path.join(out, file))
    store.updated()

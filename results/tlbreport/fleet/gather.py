"""Brings the database up to date with a tree of runs: only what is new or changed is read."""

import concurrent.futures
import gc
import itertools
import multiprocessing
import os
from dataclasses import dataclass, field

from ..read.load import NotARun
from . import spread
from .extract import extract
from .store import Store
from .tree import places, plain

BATCH = 32  # runs that are put into the database at once
HELD = 4  # runs that are read and wait, for each process: what is in memory is bounded by that
FEW = 3  # so many are read sooner by one process than it takes to start more


@dataclass
class Gathered:
    """What was done, and what is to be named."""

    gone: list = field(default_factory=list)
    unread: list = field(default_factory=list)  # (folder, why)
    damaged: list = field(default_factory=list)  # folders, of all that are there

    def problems(self, root: str) -> list:
        """What somebody who calls the command has to know, in lines."""
        def name(folder: str) -> str:
            return os.path.normpath(os.path.join(root, folder))

        return [*(f"{name(folder)}: not read: {why}" for folder, why in self.unread),
                *(f"{name(folder)}: damaged: {text}" for folder, text in self.damaged),
                *(f"{name(folder)}: is gone, and taken out" for folder in self.gone)]


def gather(store: Store, root: str) -> Gathered:
    """Reads what the database does not have as it is now, and takes out what is gone.  Raises
    NotARun, and changes nothing, if no run is there: what the tree is on may not be mounted."""
    found, unread = places(root)
    made, known = Gathered(unread=unread), store.stamps()
    if not found:
        kept = f"; runs that were read before and are kept: {len(known)}" if known else ""
        raise NotARun(f"{root}: no folder in it holds a file of a run{kept}")
    there = {place.folder for place in found}
    made.gone = [folder for folder in known if folder not in there
                 and not is_below(folder, [path for path, _ in unread])]
    for folder in made.gone:
        store.remove(folder)
    fresh = [place for place in found if known.get(place.folder) != place.stamp]
    for batch in batches(read(root, fresh)):
        for one in batch:
            if one.folder in known:
                store.remove(one.folder)
        made.unread += [(one.folder, plain(one.failure)) for one in batch if one.failure]
        made.unread += store.add([one for one in batch if not one.failure])
        store.commit()
    made.damaged = store.rows(
        "SELECT folder, min(file || CASE line WHEN 0 THEN '' ELSE ':' || line END || ': ' || text) "
        "FROM problem JOIN run USING (run) WHERE damage GROUP BY run ORDER BY folder")
    mark_duplicates(store)
    spread.renew(store, store.outdated())
    store.commit()
    return made


def is_below(folder: str, unread: list) -> bool:
    """Whether it may still be there, in a folder that could not be read."""
    return any(folder == path or folder.startswith(f"{path}{os.sep}") for path in unread)


def read(root: str, fresh: list):
    """The extracts of folders in their order, by as many processes as there are processors."""
    tasks = [(os.path.normpath(os.path.join(root, place.path)), place.folder, place.stamp)
             for place in fresh]
    workers = len(os.sched_getaffinity(0))
    if len(tasks) <= FEW or workers < 2:
        yield from (extract(*task) for task in tasks)
        return
    forked = multiprocessing.get_context("fork")
    # Nothing in a run refers to itself: what is not used any more is gone without a search for it.
    with concurrent.futures.ProcessPoolExecutor(workers, forked, gc.disable) as pool:
        waiting, rest = [], iter(tasks)
        for task in itertools.chain(rest, itertools.repeat(None)):
            if task is not None:
                waiting.append(pool.submit(extract, *task))
            if task is None and not waiting:
                return
            if task is None or len(waiting) >= HELD * workers:
                yield waiting.pop(0).result()


def batches(extracts):
    """So many at a time."""
    while batch := list(itertools.islice(extracts, BATCH)):
        yield batch


def mark_duplicates(store: Store) -> None:
    """Of folders with one run id and equal files the first counts; of one that is damaged and one
    that is whole, the whole one, if machine, processor and date are the same too: many machines may
    be given one id.  Different whole runs that share an id both count."""
    before = dict(store.rows("SELECT run, duplicate_of FROM run"))
    store.base.execute("UPDATE run SET duplicate_of = (SELECT min(other.run) FROM run AS other "
                       "WHERE other.run_id = run.run_id AND other.run <> run.run "
                       "AND run.run_id <> '' AND ("
                       "other.crc32 = run.crc32 AND other.run < run.run "
                       "OR other.files_whole > run.files_whole AND other.date = run.date "
                       "AND other.processor = run.processor AND other.machine = run.machine))")
    for run, processor, of in store.rows("SELECT run, processor, duplicate_of FROM run"):
        if before[run] != of:
            store.outdate(processor)

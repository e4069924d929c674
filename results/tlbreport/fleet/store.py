"""The database of a fleet: one SQLite file, which remembers what it has read."""

import os
import sqlite3
from contextlib import contextmanager

from . import packed
from .schema import NAME, OF_RUN, TABLES, VERSION

CACHE_KIB = 65536  # of pages, while runs are added
RUN = ("folder stamp run_id crc32 environment processor machine vendor family model stepping brand "
       "microcode hypervisor board date profile program tsc_hz timing_valid files_whole obstacle "
       "cells_passed cells_failed").split()
# What a value ends in that no column takes; a full disk, say, is no fault of a run.
UNFIT = (ValueError, OverflowError, sqlite3.DataError, sqlite3.IntegrityError,
         sqlite3.InterfaceError)


class NotAFleet(Exception):
    """The file is no database of this program; the text says which and why."""


class Store:
    """The database of a folder; changes are seen by others from commit() on, or not at all."""

    def __init__(self, folder: str):
        self.path = os.path.join(folder, NAME)
        self.base = sqlite3.connect(self.path, isolation_level=None)
        try:
            self.prepare()
        except sqlite3.DatabaseError as error:
            self.base.close()
            raise NotAFleet(f"{self.path}: {error}") from error
        self.experiments = self.known()

    def prepare(self) -> None:
        """Makes the tables of a new file; refuses those of another version."""
        self.base.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        version = self.value("PRAGMA user_version")
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"tables of version {version}, this program has {VERSION}: "
                                        "move the file away, and all runs are read again")
        self.base.execute("BEGIN IMMEDIATE")  # two at once would read the same runs twice
        if version == 0:
            for statement in TABLES.split(";\n"):
                if statement.strip():
                    self.base.execute(statement)
            self.base.execute(f"PRAGMA user_version = {VERSION}")

    def rows(self, query: str, *values) -> list:
        """All rows that a query finds."""
        return self.base.execute(query, values).fetchall()

    def value(self, query: str, *values):
        """The only value that a query finds; None without one."""
        found = self.base.execute(query, values).fetchone()
        return found[0] if found else None

    def commit(self) -> None:
        """Whatever was added is in the file from here on."""
        self.base.execute("COMMIT")
        self.base.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """What was not committed is not in the file."""
        self.base.close()

    def stamps(self) -> dict:
        """Folder -> stamp of what was read."""
        return dict(self.rows("SELECT folder, stamp FROM run"))

    def outdate(self, processor: str) -> None:
        """Its spread and its page are not those of its runs, until updated()."""
        self.base.execute("INSERT OR IGNORE INTO outdated VALUES (?)", (processor,))

    def outdated(self) -> set:
        """The processors whose runs have changed since their pages were written."""
        return {processor for processor, in self.rows("SELECT processor FROM outdated")}

    def updated(self) -> None:
        """The pages of all processors are written."""
        self.base.execute("DELETE FROM outdated")
        self.commit()

    def remove(self, folder: str) -> None:
        """Takes out a run that is gone or has changed."""
        run, processor = self.rows("SELECT run, processor FROM run WHERE folder = ?", folder)[0]
        self.outdate(processor)
        self.base.execute("UPDATE run SET duplicate_of = NULL WHERE duplicate_of = ?", (run,))
        for table in OF_RUN:
            self.base.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
        self.base.execute("DELETE FROM run WHERE run = ?", (run,))

    def add(self, extracts: list) -> list:
        """Adds runs; (folder, why) of those that could not be: of them nothing is kept."""
        try:
            with self.whole():
                for one in extracts:
                    self.add_run(one)
        except UNFIT as error:
            if len(extracts) == 1:
                return [(extracts[0].folder, f"{type(error).__name__}: {error}")]
            return [lost for one in extracts for lost in self.add([one])]
        return []

    @contextmanager
    def whole(self):
        """What is done in it is kept whole, or not at all."""
        self.base.execute("SAVEPOINT added")
        try:
            yield
        except UNFIT:
            self.base.execute("ROLLBACK TO added")
            self.base.execute("RELEASE added")
            self.experiments = self.known()
            raise
        self.base.execute("RELEASE added")

    def add_run(self, one) -> None:
        """All rows of a run."""
        self.outdate(one.run["processor"])
        values = [one.folder, one.stamp, *(one.run[name] for name in RUN[2:])]
        run = self.base.execute(f"INSERT INTO run ({', '.join(RUN)}) VALUES ({marks(len(RUN))})",
                                values).lastrowid
        costs = sorted((self.experiments.get(key) or self.experiment(key), *cost)
                       for key, *cost in one.costs)  # no two are of one experiment
        for table, rows, width in (
                ("cost", costs, 11), ("fact", one.facts, 3), ("problem", one.problems, 5),
                ("headline", one.headlines, 8), ("regret", one.regrets, 12),
                ("erratum", one.errata, 4)):
            self.base.executemany(f"INSERT INTO {table} VALUES ({marks(width)})",
                                  [(run, *row) for row in rows])
        self.base.execute("INSERT INTO packed VALUES (?, ?)", (run, packed.pack(costs)))

    def known(self) -> dict:
        """Experiment -> its number."""
        return {tuple(key): number for number, *key in self.rows("SELECT * FROM experiment")}

    def experiment(self, key: tuple) -> int:
        """The number of an experiment that was never seen."""
        number = self.base.execute(f"INSERT INTO experiment VALUES (NULL, {marks(8)})",
                                   key).lastrowid
        self.experiments[key] = number
        return number


def marks(many: int) -> str:
    """So many places for values."""
    return ", ".join("?" * many)

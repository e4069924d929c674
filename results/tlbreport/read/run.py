"""One run as it was read: its tables, and everything that was wrong with its files."""

from dataclasses import dataclass, field
from functools import lru_cache, wraps

from .schema import NUMBER, are_numbers, count_fault

NUMBERS_KEPT = 1 << 16  # more than one run has: each is asked for by several findings


@dataclass(frozen=True)
class Problem:
    """Something wrong at a place in a file; a note (not damage) may stand as it is."""

    file: str
    line: int
    text: str
    damage: bool = True

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.text}"


@lru_cache(maxsize=NUMBERS_KEPT)
def number(text: str) -> float | None:
    """A field as a number, None if it is empty or malformed."""
    return float(text) if NUMBER.fullmatch(text) else None


def numbers(texts) -> list:
    """A column of fields as numbers, None of those that are empty or malformed."""
    if are_numbers(texts):
        return [float(text) if text else None for text in texts]
    return list(map(number, texts))


class Row(dict):
    """A record and the line it begins on.  A column that the file lacks reads as empty."""

    __slots__ = ("line",)

    def __init__(self, line: int, fields):
        super().__init__(fields)
        self.line = line

    def __missing__(self, _column: str) -> str:
        return ""

    def number(self, column: str):
        """The field as a number, None if it is empty or malformed."""
        return number(self[column])


@dataclass
class Table:
    """A file as found, beside what machine.csv says of it (empty if it says nothing)."""

    name: str
    found: bool = False
    rows: list = field(default_factory=list)
    records: int = 0
    crc32: str = ""
    bytes: int = 0
    stated_rows: str = ""
    stated_crc32: str = ""
    by_bench: dict = field(default_factory=dict)  # of the rows as they are when first asked for

    def of_bench(self, bench: str) -> list:
        """The rows of a benchmark; once the tables are as they stay."""
        if not self.by_bench:
            for row in self.rows:
                self.by_bench.setdefault(row["bench"], []).append(row)
        return self.by_bench.get(bench, [])


@dataclass
class Run:
    """A run: tables by file name, machine.csv also as a dictionary."""

    folder: str
    tables: dict = field(default_factory=dict)
    machine: dict = field(default_factory=dict)
    samples: dict = field(default_factory=dict)  # key -> samples.Samples
    others: dict = field(default_factory=dict)  # type of core -> what cores.split() took out
    problems: list = field(default_factory=list)
    found: dict = field(default_factory=dict)  # what once() keeps

    def rows(self, name: str) -> list:
        """The readable rows of a file; none if the file is not there."""
        return self.tables[name].rows if name in self.tables else []

    def fact(self, key: str) -> str:
        """The value of a key of machine.csv; empty also if there is no such key."""
        return self.machine.get(key, "")

    @property
    def hz(self) -> int | None:
        """Ticks a second; None where that is not known."""
        text = self.fact("tsc_hz")
        return None if count_fault(text) or int(text) == 0 else int(text)

    @property
    def is_whole(self) -> bool:
        """Whether no file is missing, cut or wrong."""
        return not any(p.damage for p in self.problems)

    def damaged(self, name: str) -> bool:
        """Whether a file is missing or something in it is wrong."""
        return any(p.damage and p.file == name for p in self.problems)


def once(find):
    """A function of a run, and perhaps of more, that is worked out once for each: several sections
    ask for it.  What it returns may not be changed, nor the tables after the first call."""
    @wraps(find)
    def asked(run: Run, *more):
        asked_for = (find, *more)
        if asked_for not in run.found:
            run.found[asked_for] = find(run, *more)
        return run.found[asked_for]
    return asked

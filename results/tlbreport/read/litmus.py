"""The litmus tests as they are read: which of them ended as the architecture forbids."""

from dataclasses import dataclass

from .run import Run

FILE = "litmus.csv"
COUNTED = ("litmus", "litmus_x2apic")  # self-tests: how many results are forbidden


@dataclass(frozen=True)
class Forbidden:
    """A test, with the rounds of all pairs of processors on which it ended so."""

    test: str
    seen: int
    rounds: int


def forbidden(run: Run) -> list:
    """Each such test once, in the order of the file, which has a row for each outcome."""
    found = {}
    for row in run.rows(FILE):
        if row["verdict"] == "forbidden":
            pairs = found.setdefault(row["test"], {})
            pairs.setdefault((row["distance"], row["variant"]), []).append(row)
    return [Forbidden(test, sum(asked(rows) for rows in pairs.values()),
                      sum(count(rows[0], "rounds") for rows in pairs.values()))
            for test, pairs in found.items()]


def asked(rows: list) -> int:
    """The rounds with the outcome that a test asks about, of its rows on one pair."""
    return sum(count(row, "count") for row in rows if row["asked"] == "1")


def count(row, column: str) -> int:
    return int(row.number(column) or 0)


def failed(run: Run) -> list:
    """The self-tests that say that there was one."""
    return [row["test"] for row in run.rows("selftest.csv")
            if row["test"] in COUNTED and row["verdict"] == "fail"]

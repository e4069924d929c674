"""Which experiment a row is: its key, its name, and what it may be drawn with."""

import re
from operator import itemgetter

from . import variant
from .run import Row, Run

KEY = ("bench", "op", "variant", "param", "value", "targets")
PHASES = ("first", "marginal")


# Row -> what names an experiment in every file.
key = itemgetter(*KEY)


def sets_and_clears(row: Row) -> bool:
    """Whether the row is of two changes of CR4.SMEP: nothing sets it twice without clearing it, so
    that a copy behind another is both.  Everywhere else the clearing is taken off."""
    return row["op"] == "cr4_smep_set" and phase(row) == "marginal"


def named(row: Row) -> str:
    """The variant, and what it is of where that is not the operation alone."""
    return row["variant"] + (" set+clear" if sets_and_clears(row) else "")


def label(row: Row, with_param: bool = True) -> str:
    """The variant, and where its parameter stands."""
    swept = row["param"] and with_param
    return named(row) + (f"  {row['param']}={row['value']}" if swept else "")


def word(text: str) -> str:
    """For names in other formats: without what would end a field there, or a part of a name."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)


def phase(row: Row) -> str:
    """'first' or 'marginal' for a row of single_op; empty for any other."""
    return variant.of(row).phase


def is_refill(row: Row) -> bool:
    """Whether the row is one operation with the first misses after it."""
    return variant.of(row).window == "incl"


def measured(row: Row) -> bool:
    """Whether there is a median in ticks; other units have no place on that axis."""
    return row["status"] == "ok" and row["unit"] == "ticks" and row.number("p50") is not None


def by_key(run: Run) -> dict:
    """The rows of results.csv by their key; of two with the same key the first."""
    found = {}
    for row in run.rows("results.csv"):
        found.setdefault(key(row), row)
    return found

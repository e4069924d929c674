"""The run as data inside the page: what the script sorts by, and what a program can read."""

import json
from itertools import groupby

from .draw.markup import Markup, tag
from .read import trust
from .read.run import Run

SCHEMA = 1
WORDS = ("bench", "op", "variant", "param", "value", "targets", "status", "reason", "unit",
         "believed", "converged", "estimator", "n")
NUMBERS = ("p50", "p95", "p99", "ci99_lo", "ci99_hi", "spread")
RESULTS = "results.csv"
SMALL = {"selftest.csv": ("test", "value", "limit", "unit", "verdict")}


def embedded(run: Run) -> Markup:
    """machine.csv, results.csv column by column, and selftest.csv, as JSON.

    A column of words is {"words": [...], "runs": [index, how many rows, index, ...]}.  A number
    that the file does not have is null.
    """
    rows = run.rows(RESULTS)
    found = {"schema": SCHEMA, "machine": run.machine, "watermark": trust.warning((run,), RESULTS),
             "rows": len(rows)}
    found["results"] = {**{name: words([row[name] for row in rows]) for name in WORDS},
                        **{name: [tidy(row.number(name)) for row in rows] for name in NUMBERS
                           if any(row[name] for row in rows)}}
    for name, columns in SMALL.items():
        found[name.removesuffix(".csv")] = [[row[c] for c in columns] for row in run.rows(name)]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return tag("script", Markup(text), type="application/json", id="run")


def words(values: list) -> dict:
    """Each word once, and in how many rows on end it stands."""
    known = {word: number for number, word in enumerate(dict.fromkeys(values))}
    runs = [(known[word], len(list(same))) for word, same in groupby(values)]
    return {"words": list(known), "runs": [number for pair in runs for number in pair]}


def tidy(number):
    """A whole number without a fraction."""
    return int(number) if number is not None and number == int(number) else number

"""How the samples of a row are distributed: samples.csv, whole windows pair by pair, too many to
keep them as rows; and the buckets of histogram.csv."""

import csv
import io
from array import array
from dataclasses import dataclass, field

from .row_name import KEY, key
from .run import Problem, Run, Table
from .schema import column_faults, quote

FILE, HISTOGRAM = "samples.csv", "histogram.csv"
MILLI = 1000
FAULTS_NAMED = 20  # of one file


@dataclass
class Samples:
    """B - A of each pair in the order it was taken, in ticks; and what to divide it by."""

    divisor: int
    next_pair: int = 0
    differences: array = field(default_factory=lambda: array("q"))


def parse(run: Run, table: Table, text: str) -> None:
    """Fills run.samples.  A row that cannot be used is named and left out."""
    faults = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = next(reader, [])
        found = column_faults(table.name, names)
        run.problems += [Problem(table.name, *fault) for fault in found]
        needed = [*KEY, "pair", "a", "b", "divisor"]
        places = [names.index(c) for c in needed if c in names]
        complete = len(places) == len(needed)
        kind = names.index("core_type") if "core_type" in names else None
        for fields in reader:
            table.records += 1
            if not complete:
                continue
            fault = take(run, fields, places, len(names), kind)
            if fault:
                faults.append(Problem(table.name, reader.line_num, fault))
    except csv.Error as error:
        text = f"is not CSV after this line, the rest is left out: {error}"
        faults.append(Problem(table.name, reader.line_num, text))
    run.problems += faults[:FAULTS_NAMED]
    if len(faults) > FAULTS_NAMED:
        more = f"and {len(faults) - FAULTS_NAMED} more rows that are wrong"
        run.problems.append(Problem(table.name, 0, more))


def take(run: Run, fields: list, places: list, width: int, kind) -> str:
    """Adds one pair; what is wrong with it, empty if nothing is.  A type of core, at place kind, is
    one more part of the key."""
    if len(fields) != width:
        return f"{len(fields)} fields instead of {width}: the row is left out"
    *key, pair, a, b, divisor = [fields[place] for place in places]
    key += [fields[kind]] if kind is not None and fields[kind] else []
    together = pair + a + b + divisor
    if not (pair and a and b and divisor and together.isascii() and together.isdigit()):
        return f"{quote(','.join((pair, a, b, divisor)))} are not counts: the row is left out"
    mine = run.samples.get(tuple(key))
    if mine is None:
        mine = run.samples[tuple(key)] = Samples(int(divisor))
    expected, mine.next_pair = mine.next_pair, int(pair) + 1
    if int(divisor) != mine.divisor or mine.divisor == 0:
        return f"divisor: {divisor} cannot be, or is not the one of the pairs before"
    mine.differences.append(int(b) - int(a))
    return "" if int(pair) == expected else f"pair: {pair} where {expected} comes next"


def histograms(run: Run) -> dict:
    """Key -> [(lo, hi, count)], of the buckets that can be read."""
    found = {}
    for row in run.rows(HISTOGRAM):
        bucket = tuple(row.number(column) for column in ("lo", "hi", "count"))
        if None not in bucket and bucket[0] < bucket[1] and bucket[2] > 0:
            found.setdefault(key(row), []).append(bucket)
    return found

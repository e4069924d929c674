"""What the database keeps of a run, as rows of its tables.

Everything is worked out by what makes the page of one run; here it is only put into rows.
"""

import sys
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from ..find import decisions, errata
from ..find.headline_rows import headlines
from ..read import litmus, trust
from ..read.headline import divided
from ..read.load import load
from ..read.row_name import KEY
from ..read.run import Run, numbers
from ..read.verdicts import must_cells
from .standing import environment

# Their bytes are checked, and no field is asked for.
UNPARSED = ("histogram.csv", "samples.csv", "canary.csv")
FACTS = ("run_id vendor family model stepping brand microcode hypervisor board date profile "
         "program").split()
KEYS_KEPT = 1 << 15  # experiments of several profiles
FLAGS = {"1": 1, "0": 0}
KEPT = itemgetter("status", "reason", "believed", "converged", "unit", "p50", "ci99_lo", "ci99_hi", "p99",
                  "quantum", "a_p50", "b_p50")
experiment = itemgetter(*KEY, "core_type", "unit")  # row -> its key
SIGNATURE = ("vendor", "family", "model", "stepping")


@dataclass
class Extract:
    """The rows of one run; `failure`: why there are none."""

    folder: str
    stamp: str
    run: dict = field(default_factory=dict)
    facts: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    costs: list = field(default_factory=list)  # (experiment's key, the columns of what it cost)
    headlines: list = field(default_factory=list)
    regrets: list = field(default_factory=list)
    errata: list = field(default_factory=list)
    failure: str = ""


def extract(path: str, folder: str, stamp: str) -> Extract:
    """The rows of the run at a path, which is called by its folder below the tree.  What nobody has
    thought of in one run is named with it, and the others are read all the same."""
    made = Extract(folder, stamp)
    try:
        fill(made, load(path, UNPARSED))
    except Exception as error:  # pylint: disable=broad-except
        return Extract(folder, stamp, failure=f"{type(error).__name__}: {error}")
    return made


def fill(made: Extract, run: Run) -> None:
    """All rows of a run."""
    made.run = about(run, made.folder)
    made.facts = [(key, value) for key, value in run.machine.items() if not key.startswith("file_")]
    made.problems = [(one.file, one.line, one.text, int(one.damage)) for one in run.problems]
    made.costs = costs(run)
    made.headlines = [headline(run, place, one) for place, one in enumerate(headlines(run))]
    made.regrets = [(place, *one) for place, one in enumerate(regrets(run))]
    made.errata = list(found_errata(run))


def about(run: Run, folder: str) -> dict:
    """The row of `run`."""
    said = {key: run.fact(key) for key in FACTS}
    cells = [cell for of_op in must_cells(run).values() for mine in of_op.values() for cell in mine]
    judged = trust.judge(run)
    return {**said, "crc32": checksum(run), "environment": environment(run),
            "processor": processor(run), "machine": machine(run, folder), "tsc_hz": run.hz,
            "timing_valid": int(judged.timing), "files_whole": int(run.is_whole),
            "obstacle": trust.obstacle(run),
            "cells_passed": sum(cell.verdict == "pass" for cell in cells),
            "cells_failed": sum(cell.verdict == "fail" for cell in cells)}


def checksum(run: Run) -> str:
    """One CRC-32 over those of all files, by name: equal files give the same."""
    said = " ".join(f"{name} {run.tables[name].crc32}" for name in sorted(run.tables)
                    if run.tables[name].found)
    return f"0x{zlib.crc32(said.encode()):08x}"


def processor(run: Run) -> str:
    """VENDOR-FAMILY-MODEL-STEPPING, each as machine.csv has it."""
    return "-".join(run.fact(key) or "unknown" for key in SIGNATURE)


def machine(run: Run, folder: str) -> str:
    """Whose boots belong together: the folder above the run's, and the board, since somebody may
    have put runs of several machines into one; processors are kept apart anyway."""
    above = folder.rpartition("/")[0]
    return " / ".join(filter(None, (above, run.fact("board")))) or run.fact("brand") \
        or "not recorded"


def costs(run: Run) -> list:
    """Of each row of results.csv key and unit of its experiment, and what came of it: the columns
    of `cost` behind its two numbers.  Of two rows of one experiment the first counts, as in the page
    of a run."""
    found = {}
    for one in (run, *run.others.values()):
        for row in one.rows("results.csv"):
            found.setdefault(experiment(row), row)
    if not found:
        return []
    status, reason, believed, converged, unit, *counted = zip(*map(KEPT, found.values()))
    p50, low, high, p99, *clock = map(numbers, counted)
    return list(zip(map(shared, found), map(sys.intern, status), map(sys.intern, reason), p50, low,
                    high, p99, map(FLAGS.get, believed), map(FLAGS.get, converged),
                    map(step, unit, *clock, p50)))


@lru_cache(maxsize=KEYS_KEPT)
def shared(key: tuple) -> tuple:
    """The same key, whose texts are one object each: they are handed to another process, which
    gets each of them once."""
    return tuple(map(sys.intern, key))


def step(unit: str, quantum: float | None, *medians) -> float | None:
    """The least that the clock tells apart, in a row's unit; None of what is not in ticks.
    medians: of its arms, and of their difference."""
    return None if unit != "ticks" or quantum is None else quantum / divided(*medians)


def headline(run: Run, place: int, one) -> tuple:
    """A question and its answer; the number of processors called stays out of the name."""
    ticks = one.row.number("p50") if one.row else None
    name = "Shootdown by all" if one.name.startswith("Shootdown by all") else one.name
    return (place, name, ticks, 1e9 * ticks / run.hz if run.hz and ticks is not None else None,
            FLAGS.get(one.row["converged"]) if one.row else None, one.doubt, one.why)


def regrets(run: Run):
    """Of each decision every choice with its regret at worst over the cases that all share, and
    whether it is the best or cannot be told from it; or why nothing tells."""
    for one in decisions.answers(run):
        name, found = one.decision.name.replace("`", ""), one.table
        if found is None:
            yield name, "", "", 0, 0, None, None, None, None, one.said
            continue
        right = {id(choice) for choice in found.alike}
        for choice in found.choices:
            cell = found.at_worst(choice) if found.shared else None
            numbers = (cell.low, cell.value, cell.high) if cell else (None, None, None)
            yield (name, found.what, choice.name, int("Linux" in choice.by), int(found.is_choice),
                   *numbers, int(id(choice) in right) if cell else None, "")


def found_errata(run: Run):
    """Published errata of the processor; required cells that failed; forbidden outcomes."""
    for one in errata.applying(run):
        yield "published", one.name, one.text
    for of_op in must_cells(run).values():
        for cell in of_op.get("fail", ()):
            yield ("verification", f"{cell.op} keeps {cell.place}",
                   f"{cell.total('stale_after') or '?'} of {cell.total('trials') or '?'} trials")
    for one in litmus.forbidden(run):
        yield "litmus", one.test, f"{one.seen} of {one.rounds} rounds"

"""Cores of several types: each has its own rows, verdicts and clock, and none is mixed with another.

What the program measured on other cores than the boot processor's is taken out of the run's tables,
before anything is drawn or believed, and is a run of its own: with its own verification, and the
other facts of the machine.  Rows that call other processors stay where they are.
"""

import re

from .row_name import KEY
from .run import Row, Run, Table

FILES = ("results.csv", "verify.csv", "selftest.csv", "canary.csv", "histogram.csv")


def split(run: Run) -> None:
    """Moves what is of another type of core to run.others."""
    mine = own(run)
    for name in FILES:
        kept = []
        for row in run.rows(name):
            if is_foreign(mine, name, row):
                table_of(other(run, row["core_type"]), name).rows.append(row)
            else:
                kept.append(row)
        if name in run.tables:
            run.tables[name].rows = kept
    for key in [key for key in run.samples if len(key) > len(KEY)]:
        *plain, kind = key
        home = run if kind == mine or plain[KEY.index("targets")] else other(run, kind)
        home.samples[tuple(plain)] = run.samples.pop(key)


def own(run: Run) -> str:
    """The type of the boot processor's core, whose rows come first; empty if all are alike."""
    rows = [*run.rows("verify.csv"), *run.rows("results.csv")]
    return run.fact("core_type") or next((row["core_type"] for row in rows if row["core_type"]), "")


def is_foreign(own_type: str, name: str, row: Row) -> bool:
    """Whether it is of another type than the boot processor's; a call to others is nobody's."""
    if row["core_type"] in ("", own_type):
        return False
    return name not in ("results.csv", "histogram.csv") or row["targets"] == ""


def other(run: Run, kind: str) -> Run:
    """The run of that type; its problems are those of the whole."""
    if kind not in run.others:
        run.others[kind] = Run(run.folder, machine=facts(run, kind), problems=run.problems)
    return run.others[kind]


def table_of(run: Run, name: str) -> Table:
    """A file of that run, which is there as it is in the whole."""
    return run.tables.setdefault(name, Table(name, found=True))


def facts(run: Run, kind: str) -> dict:
    """machine.csv with what is said of that type: its microcode, whether its timing is valid."""
    said = described(run).get(kind, "")
    own = dict(re.findall(r"(\w+)=(\S+)", said))
    known = {key: own[key] for key in ("family", "model", "stepping", "microcode", "timing_valid")
             if key in own}
    if own.get("timing_valid") == "0" and run.fact("timing_valid") in ("1", "vm"):
        known["timing_reason"] = f"a self-test of the clock did not pass on the {kind} core"
    return {**run.machine, **known, "core_type": kind}


def described(run: Run) -> dict:
    """Type of core -> what machine.csv says of it."""
    lines = [value for key, value in run.machine.items() if re.fullmatch(r"core_type_\d+", key)]
    return {line.split(" ")[0]: line.partition(" ")[2] for line in lines}

"""A run as one JSON document, with numbers as numbers; export.schema.json says what is in it."""

import csv
import io
import json
from dataclasses import fields

from . import derived, tidy
from .read import trust
from .read.run import Run
from .read.variant import Variant

SCHEMA, VERSION = "export.schema.json", 1
FACTS = ("run_id date program commit profile vendor brand family model stepping microcode "
         "hypervisor firmware env").split()
FLAGS = {*tidy.FLAGS, *(name.removeprefix("is_") for name in tidy.FLAGS),
         "converged", "believed", "outlier", "timing_valid"}
COUNTS = {"targets", "n", *tidy.SWEPT, *(
    one.name for one in fields(Variant) if one.type == int | None)}
NUMBERS = {*"p50 ci99_lo ci99_hi min p05 p95 p99 max mean spread value lo hi limit".split(),
           *tidy.NANOSECONDS}
COLUMNS = [name for name in tidy.COLUMNS if name not in tidy.RUN] + ["timing_valid"]
SELFTEST = "test value limit unit verdict".split()
VERIFY = ("op entry pcide tce phase rule citation trials stale_control stale_after "
          "verdict cpu").split()


def as_json(run: Run) -> str:
    """The whole document; the same run gives the same characters."""
    judged = trust.judge(run)
    found = {
        "format": "tlbmark run", "version": VERSION, "schema": SCHEMA,
        "run": {name: run.fact(name) or None for name in FACTS} | {"tsc_hz": run.hz},
        "timing": {"valid": judged.timing, "reasons": list(judged.reasons)},
        "files": {"whole": run.is_whole,
                  "problems": [str(one) for one in run.problems if one.damage],
                  "notes": [str(one) for one in run.problems if not one.damage]},
        "rows": [typed(line, COLUMNS) for _, line in tidy.lines(run)],
        "selftests": [typed(row, SELFTEST) for row in run.rows("selftest.csv")],
        "verification": [typed(row, VERIFY) for row in run.rows("verify.csv")],
        "findings": [typed(line, derived.COLUMNS) for line in
                     csv.DictReader(io.StringIO(derived.derived(run)))],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def typed(line, columns: list) -> dict:
    """Column -> its value; null where the file has nothing."""
    return {column: value(column, line[column]) for column in columns}


def value(column: str, text: str):
    """A field as what it is.  What is no number where one should be stays text: the files are
    damaged then, and the document says so."""
    if text == "":
        return None
    try:
        if column in FLAGS | {"pcide", "tce"}:
            return {"0": False, "1": True}.get(text, text)
        if column in COUNTS | {"trials", "stale_control", "stale_after"}:
            return int(text)
        return float(text) if column in NUMBERS else text
    except ValueError:
        return text

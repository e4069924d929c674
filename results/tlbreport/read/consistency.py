"""Cross-checks: do the counts carry the verdicts, and the verdicts what is believed?"""

from collections import Counter

from . import variant
from .row_name import by_key, key
from .run import Problem, Row, Run
from .schema import VERDICTS, quote
from .variant import UnknownVariant, parse
from .verdicts import must_phases

STALE = {"fail": True, "kept": True, "refuted": True}
STALE |= {"pass": False, "dropped": False, "holds": False}
# Operation, scope or lock -> what it is with in a row of two.
PARTNERS = {("invpcid_address", "pti"): "invlpg", ("invpcid_context", "pti-space"): "cr3_pcid_flush",
            ("invlpg", "gen"): "cr3_reload"}
CONTROL_PERCENT = 95  # a control arm that is less stale decides nothing


def check(run: Run) -> list:
    """Everything in which the files contradict themselves or each other."""
    problems = []
    for row in run.rows("verify.csv"):
        for text in verdict_faults(row):
            problems.append(Problem("verify.csv", row.line, text))
    if run.rows("verify.csv") and not run.damaged("verify.csv") and not problems:
        problems += belief_faults(run)
    return [*problems, *count_faults(run), *twice(run), *unknown_variants(run)]


def unknown_variants(run: Run):
    """Variants that no benchmark has, each once: of a newer program perhaps, so no damage."""
    first = {}
    for row in run.rows("results.csv"):
        if row["variant"]:
            first.setdefault((row["bench"], row["variant"]), row.line)
    for name, line in first.items():
        try:
            parse(*name)
        except UnknownVariant as error:
            yield Problem("results.csv", line, f"variant: {error}: its rows are in the tables "
                          "alone", damage=False)


def twice(run: Run):
    """Rows that are there more than once: the first is drawn."""
    first = {}
    for row in run.rows("results.csv"):
        at = first.setdefault(key(row), row.line)
        if at != row.line:
            yield Problem("results.csv", row.line, f"the same row as in line {at}: that one is "
                          "drawn and compared", damage=False)


def verdict_faults(row: Row):
    """A verdict that its rule does not know, or that its own counts deny."""
    verdict, rule = row["verdict"], row["rule"]
    if rule in VERDICTS and verdict and verdict not in VERDICTS[rule]:
        yield f"verdict: {quote(verdict)} does not go with rule '{rule}'"
    if row["entry"].startswith("fault_") or verdict not in STALE:
        return
    trials, control = row.number("trials"), row.number("stale_control")
    after = row.number("stale_after")
    if None in (trials, control, after):
        return
    if (after > 0) != STALE[verdict]:
        yield f"verdict: '{verdict}' with stale_after = {row['stale_after']}"
    if control * 100 < trials * CONTROL_PERCENT:
        yield (f"verdict: '{verdict}' with a control that was stale in only "
               f"{row['stale_control']} of {row['trials']} trials")


def partner(row: Row) -> str:
    """The other operation of a row of two, which is believed if both are; empty of one."""
    said = variant.of(row)
    return PARTNERS.get((row["op"], said.scope or said.lock), "")


def belief_faults(run: Run):
    """Rows of results.csv that believe what verify.csv denied when they were delivered; what
    failed only behind the timing was not known then.  A row that calls other processors is of their
    types of core too, nobody says of which: it may be believed by any."""
    verdicts = must_phases(run)
    others = [must_phases(one) for one in run.others.values()]
    for row in run.rows("results.csv"):
        of_op = verdicts.get(row["op"], {})
        fault = ""
        if row["targets"] and any(one.get(row["op"]) != of_op for one in others):
            continue
        if row["believed"] == "1" and of_op.get("fail", set()) - {"after"}:
            fault = f"a required check of {row['op']} failed"
        elif row["believed"] == "1" and "pass" not in of_op:
            fault = f"no required check of {row['op']} passed"
        elif row["believed"] == "0" and not ({"fail"} & {*of_op, *verdicts.get(partner(row), {})}):
            fault = f"no required check of {row['op']} failed"
        if fault:
            text = f"believed: {row['believed']}, but {fault} in verify.csv"
            yield Problem("results.csv", row.line, text)


def count_faults(run: Run):
    """Rows that say they have more or fewer samples than another file holds; of one that is there
    more than once nobody knows whose they are, and twice() has said so."""
    alone = Counter(map(key, run.rows("results.csv")))
    counted = {}
    for row in run.rows("histogram.csv"):
        counted[key(row)] = counted.get(key(row), 0) + (row.number("count") or 0)
    held = {name: len(found.differences) for name, found in run.samples.items()}
    for file, found in (("histogram.csv", counted), ("samples.csv", held)):
        for name, row in by_key(run).items():
            n = row.number("n")
            if n and alone[name] == 1 and name in found and found[name] != n:
                text = (f"{found[name]:.0f} samples of {row['op']} {row['variant']}, "
                        f"results.csv:{row.line} says {row['n']}")
                yield Problem(file, 0, text)

"""Cross-checks: do the counts carry the verdicts, and the verdicts what is believed?"""

from collections import Counter

from .row_name import by_key, key
from .run import Problem, Row, Run
from .schema import VERDICTS, quote
from .variant import UnknownVariant, parse
from .verdicts import in_words, must_phases, operations, said_of, states, told_by

STALE = {"fail": True, "kept": True, "refuted": True}
STALE |= {"pass": False, "dropped": False, "holds": False}
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


def belief_faults(run: Run):
    """Rows of results.csv that believe what verify.csv denied when they were delivered; what
    failed only behind the timing was not known then.  A row that calls other processors is of their
    types of core too, nobody says of which: it may be believed by any."""
    found = must_phases(run)
    others = [must_phases(one) for one in run.others.values()]
    known, elsewhere = {}, Counter()
    for row in run.rows("results.csv"):
        op = row["op"]
        if others and row["targets"] and any(one.get(op) != found.get(op) for one in others):
            continue
        alike = row["believed"], told_by(row)
        if alike not in known:
            known[alike] = belief_fault(found, row)
        fault = known[alike]
        if not fault:
            continue
        if row["believed"] == "0" and failed(found.get(op, {}).values()):
            elsewhere[op] += 1
        else:
            yield Problem("results.csv", row.line,
                          f"believed: {row['believed']}, but {fault} in verify.csv")
    for op, count in elsewhere.items():
        text = (f"believed: 0 in {count} rows of {op}, which failed only in another state (CR4.PCIDE, "
                "EFER.TCE): an older program did not tell them apart")
        yield Problem("results.csv", 0, text, damage=False)


def belief_fault(found: dict, row: Row) -> str:
    """What verify.csv says against `believed` of a row; empty if nothing.  A row of two operations
    is believed if both are."""
    both = {op: said_of(found, op, row).values() for op in operations(row)}
    if row["believed"] == "0":
        return "" if any(map(failed, both.values())) else (
            f"no required check of {row['op']} failed{where(found, row['op'], row)}")
    for op, said in both.items() if row["believed"] == "1" else ():
        if said and all(verdicts.get("fail", set()) - {"after"} for verdicts in said):
            return f"a required check of {op} failed{where(found, op, row)}"
        if not any("pass" in verdicts for verdicts in said):
            return f"no required check of {op} passed{where(found, op, row)}"
    return ""


def failed(said) -> bool:
    """Whether a required check failed in one of these states."""
    return any("fail" in verdicts for verdicts in said)


def where(found: dict, op: str, row: Row) -> str:
    """The state that the row is of, where the operation has more than one."""
    of_op = found.get(op, {})
    mine = states(of_op, row)
    return in_words(of_op, mine[0]) if len(mine) == 1 else ""


def count_faults(run: Run):
    """Rows that say they have more or fewer samples than another file holds; of one that is there
    more than once nobody knows whose they are, and twice() has said so."""
    counted = {}
    for row in run.rows("histogram.csv"):
        name = key(row)
        counted[name] = counted.get(name, 0) + (row.number("count") or 0)
    held = {name: len(found.differences) for name, found in run.samples.items()}
    if not counted and not held:
        return
    rows, alone = by_key(run), Counter(map(key, run.rows("results.csv")))
    for file, found in (("histogram.csv", counted), ("samples.csv", held)):
        for name, row in rows.items():
            n = row.number("n")
            if n and alone[name] == 1 and name in found and found[name] != n:
                text = (f"{found[name]:.0f} samples of {row['op']} {row['variant']}, "
                        f"results.csv:{row.line} says {row['n']}")
                yield Problem(file, 0, text)

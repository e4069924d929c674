"""A whole run on hardware that was made up: every benchmark, on 8 processors, all believed."""

import math

from remote_rows import MACHINE
from remote_rows import everything as remote
from rundir import KEY, canary, checked, histogram, skipped, small_selftest
from synthetic import Machine, Rows, everything, machine_facts, planned

SETTLED = {**MACHINE, **machine_facts(Machine()), "tlb_source": "18H", "quantum_ticks": "2"}
SELFTESTS = [*small_selftest(),
             {"test": "a_a_limit", "value": "0.400", "unit": "percent", "verdict": "recorded"},
             {"test": "calls_answered", "value": "0", "limit": "0", "unit": "calls",
              "verdict": "pass"}]
OPS = ("invlpg", "invpcid_address", "invpcid_by_cr3_seed", *Machine().full)
BUCKETS = 24  # of a histogram


def alone(to: Rows) -> None:
    """single_op as the program plans it; an operation by itself, and its first misses."""
    machine = Machine()
    costs = {"none": 0.0, "invlpg": 200.0, "invpcid_address": 250.0, "cr3_pcid_noflush": 180.0,
             **machine.full}
    for row in planned("default"):
        if row["bench"] != "single_op":
            continue
        if row["op"] not in costs:
            to.rows.append(skipped(row["op"], row["variant"], "invlpgb"))
            continue
        swept = (row["param"], int(row["value"])) if row["param"] else None
        true = costs[row["op"]] * (0.9 if row["variant"].startswith("marginal") else 1.0)
        if "incl" in row["variant"] and swept:
            true += machine.refill * swept[1]
        to.add("single_op", row["op"], row["variant"], true, swept, row["unit"] or "ticks", 20 + true)


def lumps(row: dict) -> list:
    """A histogram of a row: a bell around its median."""
    middle, wide = float(row["p50"]), max(1.0, 0.02 * abs(float(row["p50"])))
    counts = [round(280 * math.exp(-((at - BUCKETS / 2) / 4) ** 2)) for at in range(BUCKETS)]
    counts[BUCKETS // 2] += int(row["n"]) - sum(counts)
    low = middle - wide * BUCKETS / 2
    return histogram(row, [(low + at * wide, low + (at + 1) * wide, count)
                           for at, count in enumerate(counts) if count])


def showcase(seed: int = 1) -> dict:
    """What write_run() takes."""
    to = Rows(seed)
    alone(to)
    rows = [*to.rows, *everything(Machine(), seed), *remote()]
    once = {tuple(row.get(column, "") for column in KEY): row for row in reversed(rows)}
    rows = list(reversed(once.values()))
    own = [row for row in once.values() if row["bench"] == "single_op" and row["status"] == "ok"]
    return {"machine": SETTLED, "results": rows, "selftest": SELFTESTS,
            "verify": [cell for op in (*OPS, "invlpgb_tlbsync") for cell in checked(op, "page_4k")],
            "histogram": [bucket for row in own for bucket in lumps(row)],
            "canary": canary([768] * 400)}

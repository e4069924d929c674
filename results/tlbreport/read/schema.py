"""What the files are made of: their columns, what a field may hold, names in order."""

import re

NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
COUNT = re.compile(r"\d+", re.ASCII)
QUOTED = 60  # characters of a malformed field that a message repeats

STATUSES = ("ok", "skipped", "failed", "timeout")
ESTIMATORS = ("median", "huber")
DISTANCES = ("core", "cluster", "cache", "package", "machine")
UNITS = ("ticks", "cycles", "pages", "pcids", "count")
PHASES = ("before", "after")
RULES = ("must", "may", "claimed")
VERDICTS = {
    "must": ("pass", "fail", "inconclusive", "skipped"),
    "may": ("kept", "dropped", "inconclusive", "skipped"),
    "claimed": ("refuted", "holds", "inconclusive", "skipped"),
}
LITMUS_VERDICTS = ("never", "seen", "inconclusive", "forbidden", "skipped")
SELFTEST_VERDICTS = ("pass", "fail", "recorded", "skipped")

OPS = (
    "none cr3_reload cr3_pcid_flush cr3_pcid_noflush invlpg invpcid_address "
    "invpcid_context invpcid_all_global invpcid_all_non_global invpcid_by_cr3 "
    "invpcid_by_cr3_seed cr4_pge_toggle cr4_smep_set cr0_pg_toggle invlpgb_tlbsync "
    "invlpgb_context invlpgb_all_global invlpgb_all_non_global cr3_pti_deferred tr7_probe "
    "guest_invlpg guest_cr3_reload guest_invlpga exit_invlpg exit_cr3_reload invlpga "
    "invlpga_other_asid host_invlpg host_cr4_pge_toggle vmrun_flush_nothing vmrun_flush_all "
    "vmrun_flush_asid vmrun_flush_non_global vmrun_new_asid"
).split()
ENTRIES = (
    "page_4k page_2m page_1g neighbour global_4k global_neighbour target_pcid "
    "other_pcid other_pcid_global pde psc psc_pdpte psc_pml4e psc_pml5e code_4k "
    "code_2m code_global code_target_pcid code_other_pcid guest_entry nested_entry"
).split()


def quote(text: str) -> str:
    """A field as a message shows it: short, and without control characters."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", text)
    return f"'{text}'" if len(text) <= QUOTED else f"'{text[:QUOTED]}...'"


def number_fault(text: str) -> str:
    """What is wrong with a signed decimal number, empty if nothing is."""
    return "" if NUMBER.fullmatch(text) else "is not a number"


def count_fault(text: str) -> str:
    """What is wrong with a count, empty if nothing is."""
    return "" if COUNT.fullmatch(text) else number_fault(text) or "is not a count"


def flag_fault(text: str) -> str:
    """What is wrong with a flag, empty if nothing is."""
    return "" if text in ("0", "1") else "is not 0 or 1"


def one_of(words: tuple):
    """A check that a field holds one of these words."""
    return lambda text: "" if text in words else "is not one of " + ", ".join(words)


def any_text(_text: str) -> str:
    """The check of a column that may hold anything."""
    return ""


def columns(names: str, check) -> dict:
    """Columns that hold the same kind of thing."""
    return dict.fromkeys(names.split(), check)


VERDICT_WORDS = tuple(dict.fromkeys(sum(VERDICTS.values(), ())))

# File -> column -> check of a field that is not empty; an empty one is "not applicable".
FILES = {
    "machine.csv": columns("key value", any_text),
    "results.csv": {
        **columns("bench op variant param value", any_text),
        **columns("targets", count_fault),
        **columns("status", one_of(STATUSES)),
        **columns("reason", any_text),
        **columns("unit", one_of(UNITS)),
        **columns("n discard_irq discard_smi discard_tsc far", count_fault),
        **columns("min p01 p05 p25 p50 p75 p95 p99 max mean mad", number_fault),
        **columns("ci95_lo ci95_hi ci99_lo ci99_hi", number_fault),
        **columns("a_min a_p50 b_min b_p50", number_fault),
        **columns("converged believed", flag_fault),
        **columns("quantum canary", number_fault),
        **columns("order", count_fault),
        **columns("cost cost_lo cost_hi", number_fault),
        **columns("estimator", one_of(ESTIMATORS)),
        **columns("spread", number_fault),
        **columns("outlier", flag_fault),
        **columns("farthest", one_of(DISTANCES)),
        **columns("farthest_package", count_fault),
        **columns("slowest_target fastest_target", number_fault),
        **columns("slept slept_deep", number_fault),
        **columns("farthest_node memory_node", count_fault),
        **columns("core_type", any_text),
    },
    "verify.csv": {
        **columns("op entry", any_text),
        **columns("pcide tce", flag_fault),
        **columns("phase", one_of(PHASES)),
        **columns("rule", one_of(RULES)),
        **columns("citation", any_text),
        **columns("trials stale_control stale_after", count_fault),
        **columns("verdict", one_of(VERDICT_WORDS)),
        **columns("core_type", any_text),
        **columns("cpu", count_fault),
    },
    "selftest.csv": {
        **columns("test value limit unit", any_text),
        **columns("verdict", one_of(SELFTEST_VERDICTS)),
        **columns("core_type", any_text),
    },
    "litmus.csv": {
        **columns("test distance variant", any_text),
        **columns("rounds", count_fault),
        **columns("outcome", any_text),
        **columns("count", count_fault),
        **columns("asked", flag_fault),
        **columns("verdict", one_of(LITMUS_VERDICTS)),
        **columns("bound", number_fault),
        **columns("reason", any_text),
    },
    "canary.csv": {
        **columns("order ticks", number_fault),
        **columns("core_type", any_text),
    },
    "histogram.csv": {
        **columns("bench op variant param value", any_text),
        **columns("targets", count_fault),
        **columns("lo hi", number_fault),
        **columns("count", count_fault),
        **columns("core_type", any_text),
    },
    "samples.csv": {  # many rows: samples.py reads it
        **columns("bench op variant param value", any_text),
        **columns("targets pair a b divisor", count_fault),
        **columns("core_type", any_text),
    },
}

# What there is to check in each, and nothing else: there are thousands of rows.
CHECKS = {name: [(column, check) for column, check in columns.items() if check is not any_text]
          for name, columns in FILES.items()}



def are_numbers(texts) -> bool:
    """Whether NUMBER fits each field of a column that is not empty; all are looked at at once, since
    there are thousands."""
    lines = in_lines(texts)
    return set(lines.translate(None, DIGITS).split(b"\n")) <= {b"", b".", b"-", b"-."} \
        and lines.count(b"-") == lines.count(b"\n-") and lines.count(b"\n") == len(texts) + 1 \
        and not any(cut in lines for cut in (b"\n.", b".\n", b"-.", b"-\n"))


def are_counts(texts) -> bool:
    """Whether COUNT fits each field of a column that is not empty."""
    lines = in_lines(texts)
    return lines.translate(None, DIGITS) == b"\n" * (len(texts) + 1)


def in_lines(texts) -> bytes:
    """A line for each field, behind an empty one."""
    return "\n".join(["", *texts, ""]).encode("utf-8", "surrogateescape")


DIGITS = b"0123456789"
# Of a check, whether it finds nothing in a whole column.
FITS = {number_fault: are_numbers, count_fault: are_counts}

# Columns that older programs did not write: all of a group are there, or none.
LATER = {"results.csv": (("cost", "cost_lo", "cost_hi", "estimator", "spread"), ("outlier",),
                         ("farthest", "farthest_package"),
                         ("slowest_target", "fastest_target"), ("slept", "slept_deep"),
                         ("farthest_node", "memory_node"), ("core_type",))}
LATER.update({name: (("core_type",),) for name in FILES
              if name not in ("machine.csv", "results.csv", "litmus.csv")})
LATER["verify.csv"] += (("cpu",),)

# A run without one of these was cut off; the others come only with some options.
REQUIRED = ("machine.csv", "results.csv", "verify.csv")


def in_order(names, known) -> list:
    """The names, known ones first and in the order of the contract, each once."""
    there = list(dict.fromkeys(names))
    return [n for n in known if n in there] + [n for n in there if n not in known]


def column_faults(name: str, names: list) -> list:
    """(line, text, whether it is damage) of columns that are missing, unknown, or twice."""
    known = FILES.get(name)
    if known is None:
        return [(0, "columns unknown: only counted", False)]
    older = {column for group in LATER.get(name, ()) if not set(group) & set(names)
             for column in group}
    faults = [(1, f"column '{column}' is missing", True) for column in known
              if column not in names and column not in older]
    for column in dict.fromkeys(names):
        if column not in known:
            faults.append((1, f"column {quote(column)} is unknown and not shown", False))
        if names.count(column) > 1:
            faults.append((1, f"column {quote(column)} comes twice", True))
    return faults

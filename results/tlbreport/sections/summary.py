"""The first screen of the page: what it says in short, and what its words mean."""

from ..find import doubtful, settings
from ..read import trust
from .head import known
from ..read.markup import Markup, join, paragraph, table, tag
from ..read.run import Run
from ..read.schema import ENTRIES
from ..read.verdicts import must_cells

NAMED = 8  # operations or tests in one sentence
WORDS = {
    "first-bare": "one operation after the TLB was primed, run from a global page, registers only",
    "first-fetch": "the same where global entries are dropped too: with its own next fetch",
    "first-incl": "the same with the first accesses behind it: code, stack or data",
    "marginal": "each further copy, back to back: the TLB is empty by then",
    "4k, 2m, 1g": "size of the pages aimed at",
    "global": "they are global; in switches, those of the kernel are",
    "absent": "they are not in the TLB",
    "pcide": "with CR4.PCIDE set; without that word it is clear",
    "otherpcid": "for another PCID than the current one",
    "tce": "with EFER.TCE set (AMD)",
    "storesN": "behind N stores that are still on their way",
    "cycles": "in cycles of the core, by a counter, in windows of their own",
    "wN, W": "pages of a working set that is fetched again",
    "chains8": "eight chains of accesses, which may overlap; else each waits for the last",
    "issue, tlbsync": "the parts of a broadcast: INVLPGB for all pages; TLBSYNC, which waits",
    "range, space, all": "page by page, one address space at once, everything at once",
    "pti": "page-table isolation: a PCID each for kernel and user",
    "warm, cold": "whether the caches hold the page tables",
    "dense, by2m, by1g, by512g": "one page in each 4 KiB, 2 MiB, 1 GiB, 512 GiB",
    "lruK, perprocess, nopcid": "K PCIDs for a processor, one for each process, none",
    "sN": "pages touched in each PCID that is visited",
}
MEANT = {
    "page_4k": "a page aimed at, of 4 KiB", "page_2m": "of 2 MiB", "page_1g": "of 1 GiB",
    "neighbour": "a page beside it, which may stay", "global_4k": "a global page aimed at",
    "global_neighbour": "a global page beside it", "target_pcid": "a page of the PCID aimed at",
    "other_pcid": "a page of a third PCID", "other_pcid_global": "a global page used there",
    "pde": "the page directory entry on the way", "psc": "an upper level of the way, cached",
    "code_4k": "a page that is executed",
}


def summary(run: Run) -> Markup:
    """Machine, timing, self-tests, rows, verification, recommendations."""
    lines = [machine(run), timing(run), selftests(run), doubtful.in_short(run), verification(run)]
    advice = settings.advice(run)
    parts = [tag("ul", *(tag("li", line) for line in lines if line))]
    if advice:
        body = [[tag("th", one.setting, class_="name", scope="row"), one.recommendation]
                for one in advice]
        parts.append(tag("details", tag("summary", f"{len(body)} recommendations for a kernel"),
                         table(["setting", "recommendation"], body),
                         paragraph(tag("a", "Evidence and intervals", href="#settings"))))
    else:
        parts.append(paragraph(tag("a", "Nothing is recommended for a kernel", href="#settings"),
                               "."))
    return join(parts)


def machine(run: Run) -> str:
    cpus = run.fact("cpus_started")
    many = f", {cpus} processor{'s' if cpus != '1' else ''}" if cpus else ""
    return f"Machine: {known(run, 'brand')}{many}, microcode {known(run, 'microcode')}."


def timing(run: Run) -> str:
    judged = trust.judge(run)
    if judged.timing:
        return "The timing is valid."
    return " ".join(["The timing is not valid:", *judged.reasons])


def selftests(run: Run) -> str:
    """Those that failed; that there are none must be known."""
    rows = run.rows("selftest.csv")
    if not rows:
        return "Self-tests: none, selftest.csv is missing or empty."
    failed = [row["test"] for row in rows if row["verdict"] == "fail"]
    passed = sum(row["verdict"] == "pass" for row in rows)
    return f"Self-tests: {passed} passed, {listed(failed) or 'none'} failed."


def verification(run: Run) -> str:
    """Operations by what their must cells say."""
    found = {op: of_op for op, of_op in must_cells(run).items() if of_op}
    failed = [op for op, of_op in found.items() if "fail" in of_op]
    passed = [op for op, of_op in found.items() if "pass" in of_op and "fail" not in of_op]
    rest = [op for op in found if op not in failed and op not in passed]
    if not found:
        return "Verification: nothing was verified."
    return (f"Verification: {len(passed)} of {len(found)} operations drop what they must"
            + (f"; failed: {listed(failed)}" if failed else "; none failed")
            + (f"; not shown: {listed(rest)}" if rest else "") + ".")


def listed(names: list) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def glossary(run: Run) -> Markup:
    """The words of variants and the entries of the matrix, and what is said instead of a
    verdict."""
    del run
    entries = [(name, MEANT.get(name, "")) for name in ENTRIES]
    doubts = paragraph(
        "no verdict: no must cell of the operation came out either way, as in emulators that drop "
        "more than they must and so have no stale control. a_a_limit: by how much one row differed "
        "when it was measured seven times; under an emulator that counts instructions it is 0, under "
        "one whose clock is the host's it says how busy the host was. Not converged: the interval is "
        "wider than 1 % of the cost (or the clock's step), the chunks that the row was measured in "
        "disagree, or the machine does not repeat itself within that much. Chunks differ by: the "
        "dearest chunk less the cheapest, which the interval does not know of. Against its sweep: "
        "the row is above both neighbours, or below both, by more than their intervals, the "
        "chunks and the neighbours' own difference explain: something else was measured there.",
        class_="note")
    tables = [table(["word", "in a variant"], list(WORDS.items())),
              table(["entry", "in the matrix"], entries)]
    return tag("details", tag("summary", "What the words mean"),
               tag("div", *tables, class_="panels"), doubts)

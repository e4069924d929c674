"""The first screen of the page: what it says in short, and what its words mean."""

from ..draw.markup import Markup, join, paragraph, table, tag
from ..find import doubtful, settings
from ..read import trust
from ..read.run import Run
from ..read.schema import ENTRIES
from ..read.verdicts import must_cells
from .head import known

NAMED = 8  # operations or tests in one sentence
WORDS = {
    "first-bare": "one operation after the TLB was filled; the code runs from a global page and "
                  "uses registers alone",
    "first-fetch": "the same for operations that drop global entries too: with the miss of the "
                   "code's own next instruction",
    "first-incl": "one operation with the first accesses to some pages after it: code, stack or "
                  "data",
    "marginal": "each further operation, back to back: the first one has emptied the TLB",
    "4k, 2m, 1g": "size of the page that the operation names",
    "global": "that page is global; in switches, the kernel's pages are",
    "absent": "that page is not in the TLB",
    "pcide": "with CR4.PCIDE set; without this word it is clear",
    "otherpcid": "the operation names another PCID than the current one",
    "tce": "with EFER.TCE set (AMD)",
    "storesN": "with N stores pending when the operation comes",
    "cycles": "in core cycles, by a performance counter, measured separately",
    "wN, W": "working set: so many pages are read again after the operation",
    "chains8": "they are read in eight chains whose accesses may overlap; without this word each "
               "access waits for the one before",
    "issue, tlbsync": "the parts of a broadcast: until the last INVLPGB is issued; the wait in "
                      "TLBSYNC",
    "range, space, all": "page by page; one address space at once; everything at once",
    "csd": "Linux's queues: a line for each target to add to its queue, and one request that all "
           "read",
    "each": "a shootdown of its own for every page, one behind the other",
    "irqson": "they wait with interrupts on",
    "tables": "page tables are freed: behind the broadcast an interrupt to all, which drops "
              "nothing",
    "rar": "Remote Action Request: the targets drop without running code; of any CR3 (any), where "
           "theirs matches (match), or as INVPCID does (invpcid); self: the own processor, too",
    "pti": "page-table isolation: kernel and user half of a process have a PCID each",
    "entryflush": "loads keep, but behind the one at the kernel's entry everything is dropped",
    "store, armed": "a store to the line that a sleeping processor monitors; one that comes between "
                    "its MONITOR and its MWAIT",
    "warm, cold": "the data caches hold the page tables, or do not",
    "dense, by2m, by1g, by512g": "pages side by side; or one in each 2 MiB, 1 GiB, 512 GiB",
    "contiguous": "pages side by side, and so are their frames",
    "lruK, perprocess, nopcid": "K PCIDs on each processor, of which the least recently used is "
                                "given again; one for each process; none",
    "rr6, gen": "6 PCIDs in turn, as in Linux; all 4095 in turn, as in FreeBSD",
    "stale5, stale20": "of 100 processes that come back, so many were changed elsewhere meanwhile",
    "kthread, initmm": "kernel threads run in between: lazy, or in page tables of their own",
    "mask, mask_init_mm, generation": "lazy TLB mode as in Linux up to 2002, up to 4.13, and today",
    "sN": "so many pages are touched in each PCID that is visited",
    "misses, stores": "the target's loads miss all caches; 64 of its stores are pending",
    "ring3, cli, sibling": "the target is in ring 3, and entry and exit switch CR3; it has interrupts "
                           "off for 20 us at a time; the other thread of its core is busy",
}
MEANT = {
    "page_4k": "the page that the operation names, of 4 KiB", "page_2m": "the same, of 2 MiB",
    "page_1g": "the same, of 1 GiB", "neighbour": "the page beside it",
    "global_4k": "the page that the operation names, global",
    "global_neighbour": "a global page beside it",
    "target_pcid": "a page of the PCID that the operation names",
    "other_pcid": "a page of a third PCID", "other_pcid_global": "a global page used in that PCID",
    "pde": "a cached page directory entry that leads to the page",
    "psc": "another cached page directory entry",
    "psc_pdpte": "a cached entry one level above it",
    "psc_pml4e": "a cached entry two levels above it",
    "psc_pml5e": "a cached entry three levels above it, with 5-level paging",
    "code_4k": "the page that the operation names, executed and not read",
    "code_2m": "the same, of 2 MiB", "code_global": "the same, global",
    "code_target_pcid": "executed in the PCID that the operation names",
    "code_other_pcid": "executed in a third PCID",
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
    if judged.guest:
        return f"The timing is valid for this guest alone: {' '.join(judged.reasons)}"
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
    """Operations by what their required checks say.  Exceptions and the second witness count only
    where they failed."""
    every = must_cells(run)
    asked = {op: seen for op, of_op in every.items() if (seen := dropped(of_op))}
    failed = [op for op, of_op in every.items() if "fail" in of_op]
    passed = [op for op, seen in asked.items() if "pass" in seen and op not in failed]
    rest = [op for op in asked if op not in failed and op not in passed]
    if not asked and not failed:
        return "Verification: nothing was verified."
    return (f"Verification: {len(passed)} of {len(asked)} operations were seen to drop what the "
            "manual requires"
            + (f"; failed: {listed(failed)}" if failed else "; none failed")
            + (f"; could not be tested: {listed(rest)}" if rest else "") + ".")


def dropped(of_op: dict) -> set:
    """What the checks say that are about an entry to drop."""
    return {verdict for verdict, cells in of_op.items()
            if any(not cell.is_fault and not cell.is_witness for cell in cells)}


def listed(names: list) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def glossary(run: Run) -> Markup:
    """The words of variants and the entries of the matrix, and what is said instead of a
    verdict."""
    del run
    entries = [(name, MEANT.get(name, "")) for name in ENTRIES]
    doubts = paragraph(
        "no verdict: none of the operation's required checks could be decided. So it is in "
        "emulators that drop more than they must: the entry is gone without the operation too. "
        "a_a_limit: by how much one row differed when it was measured seven times. In an emulator "
        "that counts instructions it is 0; in one whose clock is the host's it says how busy the "
        "host was. Not converged: the interval is wider than 1 % of the cost (or the clock's "
        "step), the chunks (groups of samples) of the row disagree, or the machine does not "
        "repeat itself within that much. Chunks differ by: the dearest chunk less the cheapest; "
        "the interval does not include this. Against its sweep: the row is above both neighbours, "
        "or below both, by more than intervals, chunks and the neighbours' own difference "
        "explain, so that something else was measured there.",
        class_="note")
    tables = [table(["word", "in a variant"], list(WORDS.items())),
              table(["entry", "in the matrix"], entries)]
    return tag("details", tag("summary", "What the words mean"),
               tag("div", *tables, class_="panels"), doubts)

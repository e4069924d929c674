"""Puts the page together: one file, nothing from elsewhere."""

from .document import document
from .draw.markup import Markup, join, paragraph, tag
from .find import bands
from .page_data import embedded
from .read import core_clock
from .read.run import Run
from .sections.core_types import core_types
from .sections.cost import cost
from .sections.distribution import distribution
from .sections.drift import drift
from .sections.erratum import erratum
from .sections.facts import files, machine
from .sections.first_screen import first_screen
from .sections.head import title
from .sections.nested import nested
from .sections.phases import phases
from .sections.policies import policies
from .sections.range_flush import range_flush
from .sections.refill import refill
from .sections.regrets import regrets
from .sections.remote.ipi import ipi
from .sections.remote.lazy import lazy
from .sections.remote.shootdown import shootdown
from .sections.remote.stolen import stolen
from .sections.settings import settings
from .sections.summary import glossary, summary
from .sections.switching import switching
from .sections.tce import tce
from .sections.tlb import tlb
from .sections.verification.litmus import litmus
from .sections.verification.matrix import matrix
from .sections.walks import walks
from .sections.why import why
from .sections.working_set import working_set

# A new part of the report is one function from a run to markup, and one line here.
SECTIONS = (
    ("summary", "In short", summary),
    ("words", "Words", glossary),
    ("regret", "What a setting costs where it is wrong", regrets),
    ("cost", "What each operation costs", cost),
    ("cores", "Cores of several types", core_types),
    ("why", "Why believe this", why),
    ("phases", "First against marginal", phases),
    ("refill", "Refill after an operation", refill),
    ("working-set", "Refill over the working set", working_set),
    ("walks", "What a page walk costs by what it meets", walks),
    ("range", "Page by page or everything at once", range_flush),
    ("switch", "What a switch costs", switching),
    ("policy", "How to hand out PCIDs", policies),
    ("tlb", "The structure of the TLB", tlb),
    ("ipi", "Calling other processors", ipi),
    ("shootdown", "TLB shootdown", shootdown),
    ("lazy", "Lazy TLB mode", lazy),
    ("stolen", "What a call takes from its target", stolen),
    ("nested", "What a guest with nested paging pays", nested),
    ("settings", "What this says about your kernel's settings", settings),
    ("distribution", "How the samples are distributed", distribution),
    ("drift", "Drift over the run", drift),
    ("verification", "What each operation drops", matrix),
    ("litmus", "What may be read while entries change", litmus),
    ("erratum", "INVLPG and global entries", erratum),
    ("tce", "EFER.TCE clear and set", tce),
    ("files", "Files", files),
    ("machine", "The machine", machine),
)
# Sections that are there only if one of these benchmarks measured a row.
RESTS_ON = {
    "phases": ("single_op",), "refill": ("single_op",),
    "working-set": ("refill",), "walks": ("walks",), "range": ("range",), "switch": ("switch",),
    "policy": ("policy",),
    "tlb": ("tlb_size", "pcid_capacity"), "ipi": ("ipi",), "shootdown": ("shootdown",),
    "lazy": ("lazy",), "stolen": ("stolen",), "nested": ("nested",),
}
# One that rests on a file of its own.
FILES = {"litmus": "litmus.csv"}
# Not opened for print, which lists them: somebody who wants one opens it first.
LONG = ("machine", "files", "words", "distribution", "cost", "refill", "working-set", "walks",
        "range", "policy", "ipi", "shootdown", "lazy", "stolen", "nested", "drift")
MOST_REASONS = 3
TICKS = (
    "Tables have four digits of a number, the files and the data of this page all. A cost is the "
    "time of a piece of code with the operation, less that of the same code without it: where the "
    "operation costs next to nothing it may come out below 0. A row is measured in several groups of samples (chunks) spread over "
    "the run. An interval holds within the chunks of its boot, if nothing else is said: how far "
    "other chunks and other boots differ is not in it."
)


def clock(*runs: Run) -> str:
    """How long a tick is, for each rate among the runs."""
    said = dict.fromkeys(tick(run.hz) for run in runs)
    return " ".join(said)


def tick(hz: int | None) -> str:
    if hz is None:
        return ("Ticks are those of the time-stamp counter (TSC), a reference clock, not core "
                "cycles; its rate is not known, so nothing is given in nanoseconds.")
    return (f"1 tick = {1e9 / hz:.2f} ns (TSC {hz / 1e9:.3f} GHz, a reference clock, not core "
            "cycles).")


def page(run: Run) -> str:
    """The report on a run; the same run gives the same characters."""
    sections = [folded(name, head, show(run)) for name, head, show in SECTIONS
                if is_measured(run, name)]
    top = [first_screen(run), paragraph(clock(run), class_="note"), tools(run), lacking(run)]
    return document(title(run), (run,), [*top, *sections, paragraph(TICKS, class_="note"),
                                         embedded(run)])


def folded(name: str, head: str, body) -> Markup:
    """A section behind its head, which a click opens."""
    return tag("section", tag("details", tag("summary", tag("h2", head)), body,
                              class_="long" if name in LONG else None), id=name)


def is_measured(run: Run, name: str) -> bool:
    """Whether a section has anything to show: what was not measured takes no space."""
    if name in FILES:
        return any(row["verdict"] != "skipped" for row in run.rows(FILES[name]))
    return name not in RESTS_ON or any(
        row["status"] not in ("skipped", "") and row["bench"] in RESTS_ON[name]
        for row in run.rows("results.csv"))


def lacking(run: Run) -> Markup:
    """The sections that are not there, in one line, each with why."""
    said = []
    for name, head, _ in SECTIONS:
        if is_measured(run, name):
            continue
        rows = run.rows(FILES[name]) if name in FILES else [
            row for row in run.rows("results.csv") if row["bench"] in RESTS_ON[name]]
        reasons = dict.fromkeys(row["reason"] for row in rows if row["reason"])
        said.append(f"{head} ({'; '.join(list(reasons)[:MOST_REASONS]) or 'was not run'})")
    return paragraph(f"Not measured: {', '.join(said)}.", class_="note") if said else Markup("")


def tools(run: Run) -> Markup:
    """What the script needs to be asked by; without it they stay hidden."""
    rates = [("ticks", 1.0), *([("ns", 1e9 / run.hz)] if run.hz else [])]
    cycles = bands.per_tick(run, core_clock.canary(run))
    rates += [("cycles", cycles)] if cycles else []
    units = [tag("label", tag("input", type="radio", name="unit", value=f"{times:.9g}",
                              data_unit=name, checked="checked" if name == "ticks" else None),
                 f" {name}") for name, times in rates]
    return tag("div", tag("label", "filter rows ", tag("input", type="search", id="filter")),
               tag("span", id="found"), *units,
               tag("label", tag("input", type="checkbox", id="dark"), " dark"), id="tools",
               hidden="hidden")

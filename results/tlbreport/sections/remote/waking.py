"""What it costs to wake a processor that idles, by how it waits and by what wakes it."""

from ...draw import tables
from ...draw.markup import Markup, join, paragraph, table, tag
from ...find import remote
from ...read import sweep, trust
from ...read.run import Run
from ...read.sweep import FILE, interval
from . import wording

NOTE = (
    "An idle processor sleeps in HLT, which an interrupt ends, or in MWAIT, which a store to the "
    "line that it monitors ends as well: Linux stores TIF_NEED_RESCHED there and sends no "
    "interrupt (TIF_POLLING_NRFLAG). saved: the round trip by interrupt, of the same state, less "
    "that by the store. of HLT: that from HLT less that by the store. Intervals are the "
    "differences of the ends of the two 95 % intervals. armed: the store comes between MONITOR and "
    "MWAIT, and MWAIT must not wait."
)
HEAD = ["where", "MWAIT hint", "by a store", "by an interrupt", "saved", "interval",
        "HLT, by an interrupt", "of HLT", "armed"]


def waking(run: Run, groups: dict) -> Markup:
    """A line for each place and hint that has a store and an interrupt; whether one was lost."""
    found = remote.wakes(groups)
    if not found:
        return Markup("")
    body = []
    for one in found:
        saved, low, high = remote.difference(one.interrupt, one.store)
        halted = one.halted.number("p50") if one.halted else None
        body.append([tag("th", place(*one.place), class_="name", scope="row"),
                     tag("td", sweep.doubted(one.hint, sweep.doubt(one.store, one.interrupt))),
                     *wording.numbers(one.store.number("p50"), one.interrupt.number("p50"), saved),
                     tag("td", interval(low, high), class_="number"),
                     *wording.numbers(halted, halted - one.store.number("p50")
                                      if halted is not None else None,
                                      one.armed.number("p50") if one.armed else None)])
    return join([tag("h3", "Waking an idle processor"), paragraph(NOTE, class_="note"), lost(run),
                 table(HEAD, body, "Round trips to a processor that sleeps, in TSC ticks",
                       trust.marked(run, FILE)),
                 tables.in_kernels([row for one in found for row in (
                     one.store, one.interrupt, one.halted, one.armed) if row])])


def place(apic: str, where: tuple) -> str:
    distance, core = where
    return ", ".join(filter(None, (apic, f"same {distance}" if distance != "machine"
                                   else "other package", core)))


def lost(run: Run) -> Markup:
    """How many stores woke nobody, and how many came where it matters most."""
    facts = {row["test"]: row["value"].removesuffix(".000") for row in run.rows("selftest.csv")}
    count, between = facts.get("store_wakes_lost", ""), facts.get("store_wakes_between", "")
    if not count:
        return Markup("")
    text = "Every store woke its processor." if count == "0" else \
        f"{count} stores woke nobody: an interrupt had to."
    if between:
        text += f" {between} % of those that were to come between MONITOR and MWAIT did."
    return paragraph(text, class_="note" if count == "0" else "lack")

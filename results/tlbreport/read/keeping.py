"""Operations that have nothing to drop: believed if they keep what they are there to keep.

A load of CR3 with bit 63 set may drop everything, and then PCIDs are worth nothing.  No must cell
can show it, so the program gives no verdict.  Two things together do: nearly every entry that was
tried stayed, and of a pair of rows the one behind the load that keeps is the cheaper, since its
working set is still there.
"""

from dataclasses import dataclass

from .run import Run
from .sweep import Point, curves

# What keeps -> what does the same, and drops.
KEEPERS = {"cr3_pcid_noflush": "cr3_pcid_flush"}
KEPT = ("page_4k", "target_pcid", "other_pcid")  # what they are there to keep
LEAST_PERCENT = 95  # of the trials in which an entry stayed: fewer is not kept
REFILL, SWITCH = "refill", ("switch", "pcide-different")  # where to find the pair


@dataclass(frozen=True)
class Kept:
    """Whether it keeps what it should, and what shows it, or what is amiss."""

    shown: bool
    words: str


def kept(run: Run, op: str) -> Kept:
    """What the cells and the rows of an operation say that has nothing to drop."""
    rates = [(row["entry"], row.number("stale_after"), row.number("trials"))
             for row in run.rows("verify.csv")
             if row["op"] == op and row["entry"].removesuffix("_accessed") in KEPT
             and row["verdict"] in ("kept", "dropped")]
    rates = [(entry, stayed, trials) for entry, stayed, trials in rates
             if trials and stayed is not None]
    if not rates:
        return Kept(False, "no cell shows that its entries stayed")
    entry, stayed, trials = min(rates, key=lambda one: one[1] / one[2])
    said = f"{entry} stayed in {stayed:.0f} of {trials:.0f} trials"
    if 100 * stayed < LEAST_PERCENT * trials:
        return Kept(False, f"{said}: fewer than {LEAST_PERCENT} %")
    found = pair(run, op)
    if not found:
        return Kept(False, f"{said}, at worst, but no pair of rows shows the working set alive")
    mine, other, what = found
    is_less = mine.high < other.low
    return Kept(is_less, f"{said}, at worst; {what} {mine.y:.1f} ticks, behind {KEEPERS[op]} "
                f"{other.y:.1f}" + ("" if is_less else ": no difference shown"))


def pair(run: Run, op: str):
    """The cost of the smallest working set behind what keeps and behind what drops, and what
    that is; None without such rows."""
    refills = {(one.op, one.variant): one for one in curves(run, REFILL, "pages")}
    for (name, variant), one in refills.items():
        other = refills.get((KEEPERS[op], variant))
        places = common(one, other) if name == op else []
        if places:
            return (one.at(places[0]), other.at(places[0]),
                    f"to fetch a page of {places[0]:.0f} again cost")
    bench, variant = SWITCH
    switches = {(one.op, one.variant): one for one in curves(run, bench, "pages")}
    one, other = (switches.get((name, variant)) for name in (op, KEEPERS[op]))
    places = common(one, other)
    if places and one.at(0) and other.at(0):
        return (grown(one, places[0]), grown(other, places[0]),
                f"{places[0]:.0f} pages made a switch dearer by")
    return None


def common(one, other) -> list:
    """Working sets, the smallest first, that both curves have."""
    if not one or not other:
        return []
    return sorted({p.x for p in one.points if p.x > 0} & {p.x for p in other.points})


def grown(one, x: float) -> Point:
    """By how much a place is above that without a working set."""
    first, here = one.at(0), one.at(x)
    return Point(x, here.y - first.y, here.low - first.high, here.high - first.low, here.row)


def believe(run: Run) -> None:
    """Believes the rows of an operation that has nothing to drop, and was shown to keep.  Where
    it is disbelieved already that stands: a fault that did not come is a reason."""
    for op in KEEPERS:
        if kept(run, op).shown:
            for row in run.rows("results.csv"):
                if row["op"] == op and row["status"] == "ok" and row["believed"] == "":
                    row["believed"] = "1"

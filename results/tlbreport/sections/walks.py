"""What a page walk costs by what it meets."""

from ..draw import plot_strips, tables
from ..draw.digits import interval, shown
from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..draw.multiples import of_op
from ..draw.plot_strips import strip
from ..find.walks import BENCH, NEAREST, counted, extras, ok
from ..read import trust, variant
from ..read.run import Run
from ..read.sweep import FILE, doubt, lacking, point, rows

NOTE = (
    "Accesses to 16 pages, one behind the other, less the same accesses to pages that the TLB has: "
    "what a walk takes longer than a hit. l1, l2, l3, memory: where the page's own entry lies; those "
    "above it are in the first cache. accessed, dirty, new: the walk has to set A, D, or both. "
    "clean: the TLB has the page, but not as dirty, and the store has to set D. cleared: D was "
    "cleared in memory and nothing was flushed. upgrade: the TLB has the page as read-only, and its "
    "entry allows stores by now. sibling: the core's other thread spins, or walks, meanwhile."
)
GROUPS = (
    ("Where the page's entry lies",
     lambda op, said: op != "none" and not said.meets and not said.beside),
    ("While the core's other thread works", lambda op, said: bool(said.beside)),
    ("What the walk has to set", lambda op, said: op != "none" and said.meets),
    ("Pages that the TLB has", lambda op, said: op == "none"),
)
NAMES = {
    "accessed": "set A",
    "dirty": "set D",
    "new": "set A and D, of an entry that is new",
}
PRESET = ("A kernel that sets A, and where a store comes D too, when it makes an entry (Linux: "
          "pte_mkyoung, pte_mkdirty) saves this")
BESIDE = {"sibling-spin": "spins", "sibling-walks": "walks without end"}
HELD = {
    "clean": ("A store to a page that the TLB has as clean", "to a dirty one"),
    "upgrade": ("The first store to a page that was made writable without a flush",
                "to one that the TLB has as writable"),
}


def walks(run: Run) -> Markup:
    """Where entries lie and what they lack, drawn, in sentences and as numbers."""
    found = ok(run)
    lack = lacking(run, BENCH, found)
    if lack:
        return join([paragraph(lack, class_="lack"), tables.details(run, rows(run, BENCH))])
    groups = [(title, [strip(row, f"{row['op']} {row['variant']}", of_op(row["op"]))
                       for row in found if fits(row["op"], variant.of(row))])
              for title, fits in GROUPS]
    alt = "What a page walk takes longer than a hit, by what it meets, in TSC ticks."
    figures = plot_strips.figures(run, BENCH, alt, [one for one in groups if one[1]],
                                  "TSC ticks per access", FILE)
    return join([paragraph(NOTE, class_="note"), *figures, *said(run), more(run),
                 tables.in_kernels(found), tables.details(run, rows(run, BENCH))])


def said(run: Run):
    """A sentence for each thing that a kernel can do about it; none where nothing may be
    recommended, nor of an operation that is not believed."""
    if trust.obstacle(run):
        return
    for one in extras(run):
        meets = variant.of(one.row).meets
        if meets in NAMES and variant.of(one.row).lies == NEAREST and not doubt(one.row, one.plain):
            yield paragraph(f"To {NAMES[meets]}, a {variant.of(one.row).access} takes "
                            f"{told(one.value, one.low, one.high, 'without')}."
                            + (f" {PRESET}." if meets == "new" and one.low > 0 else ""))
    for one in extras(run):
        what = BESIDE.get(variant.of(one.row).beside)
        if what and variant.of(one.row).lies == NEAREST and not doubt(one.row, one.plain):
            yield paragraph(f"While the core's other thread {what}, a walk takes "
                            f"{told(one.value, one.low, one.high, 'beside an idle one')}.")
    for row, lost in counted(run, "sibling-lost"):
        if doubt(row):
            continue
        yield paragraph(
            f"Of 1000 translations of the core's other thread {shown(lost)} are lost to "
            f"{row['op']} here"
            + ("." if lost else ": the two threads share none that it drops."))
    for row in ok(run):
        what, other = HELD.get(variant.of(row).meets, ("", ""))
        if what and variant.of(row).lies == NEAREST:
            cost = point(row)
            yield paragraph(f"{what} takes {told(cost.y, cost.low, cost.high, other)}.")
    for row, faults in counted(run, "faults"):
        yield paragraph(
            "None of these stores raised a page fault: this processor looks at the entry again "
            "before it does." if not faults else
            f"Of 1000 such stores {shown(faults)} raised a page fault that the entry in memory does "
            "not explain; the cost has the fault in it. The manual allows it (SDM 3A 5.10.4.3 "
            "\"Optional Invalidation\").")
    for _, unset in counted(run, "unset"):
        yield paragraph(
            f"Of 1000 stores behind a clearing of D that nothing was flushed for, {shown(unset)} "
            "left D clear" + (": without the flush, a page that is written counts as clean."
                              if unset else "."))


def told(value: float, low: float, high: float, other: str) -> str:
    """The difference to another access, or that there is none to be told."""
    if low <= 0 <= high:
        return f"no longer than {other}, as far as {interval(low, high)} ticks tell"
    longer = "longer" if value > 0 else "less"
    return f"{shown(abs(value))} ticks {longer} {interval(low, high)} than {other}"


def more(run: Run) -> Markup:
    """Every row less its plainer one, as a table; nothing without any."""
    body = [[tag("th", breakable(one.row["op"]), class_="name", scope="row"), one.row["variant"],
             one.plain["variant"], tag("td", shown(one.value), class_="number"),
             tag("td", interval(one.low, one.high), class_="number")] for one in extras(run)]
    if not body:
        return Markup("")
    return table(["operation", "walk", "less", "ticks", "interval"], body,
                 "By how much each walk takes longer than a plainer one")

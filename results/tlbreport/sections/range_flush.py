"""Page by page or everything at once: curves, break-even, and what the machine would want."""

from ..draw import plot_range
from ..read import sweep, trust
from . import cost
from ..find.breakeven import (BENCH, CEILINGS, OVERLAPPING, BreakEven, advised, by_sweep, cheapest,
                        flushes, omitted, overlapping, pairs, sweeps, with_pcids)
from ..draw.figure import picture
from ..read.markup import Markup, breakable, join, paragraph, table, tag
from ..read.run import Run
from ..read.sweep import BOOTS_PERCENT, FILE, OVERLAP, WITHIN, interval

NOTE = (
    "N times the operation and then the working set of W pages once more, against nothing and "
    "then the same accesses: what is shown is the operation with the refill it causes. A level "
    "line is one full flush with its refill. Where a curve meets it is the break-even N*: up to "
    "there pages one by one are cheaper, beyond it the full flush. The curve is made rising, then "
    "taken as straight between its medians; the interval of N* is where the 95 % intervals of the "
    "two curves cross. Where a row is above one with more pages by more than their intervals, one "
    "of the two is off: the interval holds N* by either, and where the curve so crosses more than "
    "once there is no N*. space: the entries of one address space; all: global entries too, but for "
    "invpcid_all_non_global, which drops every PCID and keeps global entries. With page-table "
    "isolation each page is dropped in two PCIDs, and so do two flushes drop both: where no row "
    "has the two of them, the sum of one with the working set and one without any. Where the "
    "working set is fetched again by accesses that wait for each other, each loss costs its whole "
    "latency, which is against the full flush; chains8: up to eight may overlap. Real work is "
    f"between, and so N* is a pair. Intervals hold {WITHIN}; those of the sentences allow for "
    f"costs that differ by {BOOTS_PERCENT:.0f} % (standard deviation) from boot to boot."
)
SENTENCE_OF = ("invlpg", "range", "4k")  # what kernels do page by page


def range_flush(run: Run) -> Markup:
    """Pictures, the sentence, the break-evens, and all rows."""
    rows = sweep.rows(run, BENCH)
    lack = sweep.lacking(run, BENCH, sweeps(run))
    if lack:
        return join([paragraph(lack, class_="lack"), cost.details(run, rows)])
    crossed = pairs(run)
    return join([paragraph(NOTE, class_="note"), *sentences(run, advised(run)),
                 *pictures(run, crossed), numbers(run, crossed), cost.details(run, rows)])


def sentences(run: Run, crossed: list):
    """One sentence for each mode of the processor, that in which Linux runs on it first; none
    where nothing may be recommended."""
    if trust.obstacle(run):
        return
    groups = {mode: group for (op, scope, size, mode), group in by_sweep(crossed).items()
              if (op, scope, size) == SENTENCE_OF and OVERLAP not in mode}
    others = overlapping(crossed)
    has_pcids = any("pcide" in row["variant"].split("-") and row["status"] == "ok"
                    for row in sweep.rows(run, BENCH))
    for mode in sorted(groups, key=lambda mode: "pcide" not in mode):
        best = [one for one in cheapest(groups[mode]) if one.believed]
        if cheapest(groups[mode]):
            yield paragraph(tag("strong", wanted(groups[mode], ("pcide" in mode) == has_pcids)
                                + paired(mode, best, others)))
    if groups and has_pcids and not any("pcide" in mode for mode in groups):
        yield paragraph("No row has invlpg with PCIDs, which is how Linux runs on this processor: "
                        "the ceiling above is that of another mode.", class_="lack")


def wanted(group: list, is_linux: bool) -> str:
    """What ceilings the machine would want, and how those of kernels stand to them."""
    best = [one for one in cheapest(group) if one.believed]
    swept = group[0].pages
    setting = swept.setting
    mode = with_pcids(setting.mode)
    begin = f"{mode[0].upper()}{mode[1:]}{', as Linux runs on this processor' if is_linux else ''}"
    name = f"{swept.name} ({setting.size})"
    if not best:
        return f"{begin}, {name}: no ceiling, since an operation did not pass its verification."
    flushes_of = list(dict.fromkeys(one.flush.name for one in best))
    places = ", ".join(f"{found(one)} at W = {one.w}" + (
        f" (against {one.flush.name})" if len(flushes_of) > 1 else "") for one in best)
    kernels = "; ".join(f"{kernel}'s {pages} is {stands(pages, best)}"
                        for kernel, pages in CEILINGS)
    other = f" against {flushes_of[0]}" if len(flushes_of) == 1 else ""
    left = omitted(group)
    return (f"{begin}, this machine would want a ceiling for {name}{other} that depends on the "
            f"working set, in pages: {places}. {kernels}."
            + (f" {left[0].upper()}{left[1:]}." if left else ""))


def paired(mode: tuple, best: list, others: dict) -> str:
    """The other of each pair, where accesses overlap; empty where none may be believed."""
    known = [(one.w, others.get((*SENTENCE_OF, mode, one.w))) for one in best]
    said = [f"{found(other)} at W = {w}" for w, other in known if other and other.believed]
    if not said:
        return ""
    return (" That is for accesses that wait for each other, which is the most that a full flush "
            f"costs; for {OVERLAPPING}, eight at once: {', '.join(said)}.")


def found(one: BreakEven) -> str:
    """N* with its interval, as far as there is one."""
    at = one.crossing
    if at.side in ("below", "beyond"):
        return at.words
    return f"{at.words} {interval(at.low, at.high)}"


def stands(pages: int, best: list) -> str:
    """A ceiling against the interval at each working set."""
    groups = {}
    for one in best:
        groups.setdefault(judged(pages, one), []).append(str(one.w))
    if len(groups) == 1 and len(best) > 1:
        return f"{next(iter(groups))} at each W"
    return ", ".join(f"{words} at W = {', '.join(sets)}" for words, sets in groups.items())


def judged(pages: int, one: BreakEven) -> str:
    """A ceiling against one interval."""
    if one.crossing.low is not None and pages < one.crossing.low:
        return "too low"
    if one.crossing.high is not None and pages > one.crossing.high:
        return "too high"
    return "not told from it"


def pictures(run: Run, crossed: list):
    """The curves of each page size and mode, and the break-evens over the working set."""
    curves, full = sweeps(run), flushes(run)
    modes = dict.fromkeys((one.setting.size, one.setting.mode) for one in curves)
    for number, (size, mode) in enumerate(modes):
        mine = [one for one in curves if (one.setting.size, one.setting.mode) == (size, mode)]
        words = mine[0].setting.words
        yield tag("h3", f"Curves: {words}")
        alt = (f"Cost of dropping N pages one by one, and of one full flush, with the refill of "
               f"the working set, in TSC ticks ({words}); the table has the crossings.")
        yield tag("figure", picture(run, f"range-{number}", alt, plot_range.curves(mine, full),
                                    FILE))
    groups = {key: best for key, best in ((key, cheapest(group)) for key, group in
                                          by_sweep(crossed).items()) if best}
    if groups:
        alt = "Break-even in pages over the working set, with the ceilings of kernels."
        yield tag("h3", "Break-even against the cheapest flush of what was to be dropped")
        yield tag("figure", picture(run, "break-even", alt, plot_range.break_evens(groups), FILE))


def numbers(run: Run, crossed: list) -> Markup:
    """N* of each pair with its interval."""
    if not crossed:
        return paragraph("No range has a full flush of the same mode and working set to be held "
                         "against.", class_="lack")
    head = ["one by one", "variant", "full flush", "drops", "W", "N* in pages", "interval"]
    body = []
    for one in crossed:
        at = one.crossing
        value = f"{at.value:.3f}" if at.value is not None else f"none: {at.words}"
        body.append([tag("th", breakable(sweep.doubted(one.pages.name, one.pages.doubt)),
                         class_="name", scope="row"), one.pages.curve.variant,
                     breakable(sweep.doubted(one.flush.name, one.flush.doubt)), one.flush.kind,
                     *(tag("td", text, class_="number")
                       for text in (one.w, value, interval(at.low, at.high, 3)))])
    return table(head, body, "Break-even: pages from which one full flush is cheaper",
                 trust.marked(run, FILE))

"""Page by page or everything at once: curves, break-even, and what the machine would want."""

from . import cost, plot_range, sweep, trust
from .breakeven import (BENCH, CEILINGS, BreakEven, by_sweep, cheapest, flushes, greatest, least,
                        pairs, place, sweeps)
from .figure import picture
from .markup import Markup, breakable, join, paragraph, table, tag
from .run import Run
from .sweep import FILE, interval

NOTE = (
    "N times the operation and then the working set of W pages once more, against nothing and "
    "then the same accesses: what is shown is the operation with the refill it causes. A level "
    "line is one full flush with its refill. Where a curve meets it is the break-even N*: up to "
    "there pages one by one are cheaper, beyond it the full flush. The curve is made rising, then "
    "taken as straight between its medians; the interval of N* is where the 95 % intervals of the "
    "two curves cross. space: the entries of one address space; all: global entries too. With "
    "page-table isolation each page is dropped in two PCIDs, the full flush drops one."
)
SENTENCE_OF = ("invlpg", "range", "4k")


def range_flush(run: Run) -> Markup:
    """Pictures, the sentence, the break-evens, and all rows."""
    rows = sweep.rows(run, BENCH)
    lack = sweep.lacking(run, BENCH, sweeps(run))
    if lack:
        return join([paragraph(lack, class_="lack"), cost.details(run, rows)])
    crossed = pairs(run)
    return join([paragraph(NOTE, class_="note"), *sentences(run, crossed),
                 *pictures(run, crossed), numbers(run, crossed), cost.details(run, rows)])


def sentences(run: Run, crossed: list):
    """One sentence for each mode of the processor; none where the timing is not valid."""
    if trust.watermark((run,), FILE):
        return
    for (op, scope, size, _), group in by_sweep(crossed).items():
        best = cheapest(group)
        if (op, scope, size) == SENTENCE_OF and best:
            yield paragraph(tag("strong", wanted(best)))


def wanted(best: list) -> str:
    """What ceiling the machine would want, and how those of kernels stand to it."""
    first, words = best[0], best[0].pages.setting.words
    name = f"{first.pages.name} against {first.flush.op} ({words})"
    if not all(one.believed for one in best):
        return f"{name}: no ceiling, since an operation did not pass its verification."
    low, high = least(best), greatest(best)
    if low is high:
        wants = f"a ceiling of {found(low)} pages (working set of {low.w} pages)"
    else:
        wants = (f"a ceiling between {found(low)} pages (working set of {low.w} pages) and "
                 f"{found(high)} (working set of {high.w})")
    kernels = ", ".join(f"{kernel}'s {pages} is {stands(pages, best)}"
                        for kernel, pages in CEILINGS)
    return f"With {name} this machine would want {wants}: {kernels}."


def found(one: BreakEven) -> str:
    """N* with its interval, as far as there is one."""
    at = one.crossing
    return place(one) if at.side else f"{place(one)} {interval(at.low, at.high)}"


def stands(pages: int, best: list) -> str:
    """A ceiling against the intervals of all working sets."""
    if all(one.crossing.low is not None and pages < one.crossing.low for one in best):
        return "too low for each"
    if all(one.crossing.high is not None and pages > one.crossing.high for one in best):
        return "too high for each"
    return "within that"


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
    groups = {key: cheapest(group) for key, group in by_sweep(crossed).items()}
    groups = {key: best for key, best in groups.items()
              if any(one.crossing.value is not None for one in best)}
    if groups:
        alt = "Break-even in pages over the working set, with the ceilings of kernels."
        yield tag("h3", "Break-even against the cheapest flush of the address space")
        yield tag("figure", picture(run, "break-even", alt, plot_range.break_evens(groups), FILE))


def numbers(run: Run, crossed: list) -> Markup:
    """N* of each pair with its interval."""
    if not crossed:
        return paragraph("No range has a full flush of the same mode and working set to be held "
                         "against.", class_="lack")
    head = ["one by one", "variant", "full flush", "scope", "W", "N* in pages", "interval"]
    body = []
    for one in crossed:
        at = one.crossing
        value = f"{at.value:.3f}" if at.value is not None else f"none: {place(one)}"
        body.append([tag("th", breakable(one.pages.op), class_="name", scope="row"),
                     one.pages.curve.variant, breakable(one.flush.op), one.flush.setting.scope,
                     *(tag("td", text, class_="number")
                       for text in (one.w, value, interval(at.low, at.high, 3)))])
    return table(head, body, "Break-even: pages from which one full flush is cheaper",
                 trust.marked(run, FILE))

"""Page by page or everything at once: curves, break-even, and what the machine would want."""

from ..draw import plot_range, tables
from ..draw.figure import picture
from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..find import as_linux
from ..find.breakeven import (BENCH, BROADCAST, CEILINGS, OVERLAPPING, BreakEven, Mode, advised, by_sweep,
                              cheapest, flushes, omitted, overlapping, pairs, reloads, sweeps)
from ..read import sweep, trust, variant
from ..read.run import Run
from ..read.sweep import BOOTS_PERCENT, FILE, WITHIN, interval

NOTE = (
    "N times the operation, and then accesses to the working set of W pages, less the same "
    "accesses alone: what is shown is the operation with the refill it causes. A level line is "
    "one full flush with its refill. Where a curve meets it is the break-even N*: with fewer "
    "pages one by one is cheaper, with more the full flush. The curve is made rising, then taken "
    "as straight between its medians; the interval of N* is where the 95 % intervals of the two "
    "curves cross. Where a row is above one with more pages by more than their intervals, one of "
    "the two is off: the interval holds N* by either, and where the curve so crosses more than "
    "once there is no N*. space: the flush of one address space; all: of global entries too, "
    "except for invpcid_all_non_global, which drops every PCID and keeps global entries. With "
    "page-table isolation each page is dropped in two PCIDs, and a full flush is one of each "
    "PCID: where no row has both, it is the sum of one with the working set and one without any. "
    "pti-deferred drops the kernel's half at once and the user's with the load that leaves the "
    "kernel, as kernels do; pti-space drops both at once. "
    "If the accesses to the working set wait for each other, each miss costs its whole latency, "
    "which makes the full flush look dear; with chains8, up to eight misses may overlap. Real "
    f"work is between the two, and so N* is a pair. Intervals hold {WITHIN}; those of the "
    f"sentences allow for costs that differ by {BOOTS_PERCENT:.0f} % (standard deviation) from "
    "boot to boot."
)
SENTENCE_OF = ("invlpg", "range", "4k")  # what kernels do page by page
OF_KERNEL = ("invlpg", "kernel", "4k")  # flush_tlb_kernel_range against flush_tlb_all
ISOLATED = ("invpcid_address", "pti", "4k")  # the same with page-table isolation


def range_flush(run: Run) -> Markup:
    """Pictures, the sentence, the break-evens, and all rows."""
    rows = sweep.rows(run, BENCH)
    lack = sweep.lacking(run, BENCH, sweeps(run))
    if lack:
        return join([paragraph(lack, class_="lack"), tables.details(run, rows)])
    crossed = pairs(run)
    return join([paragraph(NOTE, class_="note"), *sentences(run, advised(run)),
                 *pictures(run, crossed), numbers(run, crossed), tables.details(run, rows)])


def sentences(run: Run, crossed: list):
    """One sentence for each mode of the processor, that in which Linux runs on it first; none
    where nothing may be recommended."""
    if trust.obstacle(run):
        return
    groups = {mode: group for (op, scope, size, mode), group in by_sweep(crossed).items()
              if (op, scope, size) == SENTENCE_OF and not mode.chains}
    others = overlapping(crossed)
    has_pcids = not as_linux.avoids_pcids(run) and any(
        variant.of(row).pcide and row["status"] == "ok" for row in sweep.rows(run, BENCH))
    yield from isolated(run, crossed)
    yield from of_kernel_pages(crossed)
    yield from of_broadcasts(crossed)
    for mode in sorted(groups, key=lambda mode: not mode.pcide):
        best = [one for one in cheapest(groups[mode]) if one.believed]
        if cheapest(groups[mode]):
            yield paragraph(tag("strong", wanted(groups[mode], mode.pcide == has_pcids
                                       and not as_linux.isolates(run))
                                + paired(mode, best, others)))
    if groups and has_pcids and not any(mode.pcide for mode in groups):
        yield paragraph("No row has invlpg with PCIDs, which is how Linux runs on this processor: "
                        "the ceiling above is that of another mode.", class_="lack")


def isolated(run: Run, crossed: list):
    """The sentence for a processor on which Linux isolates page tables."""
    for (op, scope, size, mode), group in by_sweep(crossed).items():
        if as_linux.isolates(run) and (op, scope, size) == ISOLATED and not mode.chains \
                and cheapest(group):
            yield paragraph(tag("strong", wanted(group, mode.pcide)))


def of_kernel_pages(crossed: list):
    """The ceiling for a kernel's own ranges, which is not that for an address space."""
    for (op, scope, size, mode), group in by_sweep(crossed).items():
        best = [one for one in cheapest(group) if one.believed]
        if (op, scope, size) != OF_KERNEL or not best:
            continue
        places = ", ".join(f"{found(one)} at W = {one.w} (against {one.flush.name})"
                           for one in best)
        yield paragraph(tag("strong", f"For kernel ranges, {mode.words}, whose pages are global "
                            "(flush_tlb_kernel_range against flush_tlb_all), the ceiling would "
                            f"be: {places}. Linux's 33 is {stands(33, best)}. What flush_tlb_all "
                            "costs other processors is in TLB shootdown."))


def of_broadcasts(crossed: list):
    """The ceilings for INVLPGB: pages against the whole PCID, and kernel pages against
    everything, both by broadcast."""
    whose = {"range": "of a process (broadcast_tlb_flush)",
             "kernel": "of the kernel (invlpgb_kernel_range_flush)"}
    for (op, scope, size, mode), group in by_sweep(crossed).items():
        best = [one for one in cheapest(group) if one.believed]
        if op != BROADCAST or scope not in whose or not best:
            continue
        places = ", ".join(f"{found(one)} at W = {one.w}" for one in best)
        yield paragraph(tag("strong", f"For INVLPGB of pages {whose[scope]}, {mode.words}, the "
                            f"ceiling against {best[0].flush.name} would be: {places}. Linux's 33 "
                            f"is {stands(33, best)}."))


def wanted(group: list, is_linux: bool) -> str:
    """What ceilings the machine would want, and how those of kernels stand to them."""
    best = [one for one in cheapest(group) if one.believed]
    swept = group[0].pages
    setting = swept.setting
    mode = setting.mode.words
    begin = f"{mode[0].upper()}{mode[1:]}{', as Linux runs on this processor' if is_linux else ''}"
    name = f"{swept.name} ({setting.size})"
    if not best:
        return f"{begin}, {name}: no ceiling, since an operation did not pass its verification."
    flushes_of = list(dict.fromkeys(one.flush.name for one in best))
    places = ", ".join(f"{found(one)} at W = {one.w}" + (
        f" (against {one.flush.name})" if len(flushes_of) > 1 else "") for one in best)
    other = f" against {flushes_of[0]}" if len(flushes_of) == 1 else ""
    left = omitted(group)
    return (f"{begin}, this machine would want a ceiling for {name}{other} that depends on the "
            f"working set, in pages: {places}. {kernels(group)}"
            + (f" {left[0].upper()}{left[1:]}." if left else ""))


def kernels(group: list) -> str:
    """How the ceilings of kernels stand to what they flush by, which need not be the cheapest."""
    best = [one for one in reloads(group) if one.believed]
    if not best:
        return "What kernels flush by, MOV CR3 of the value read, has no believed row here."
    said = "; ".join(f"{kernel}'s {pages} is {stands(pages, best)}" for kernel, pages in CEILINGS)
    return f"Against {best[0].flush.name}, which is what kernels flush by: {said}."


def paired(mode: Mode, best: list, others: dict) -> str:
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
        yield tables.in_kernels([p.row for one in mine for p in one.curve.points]
                         + [one.point.row for one in full
                            if one.setting.mode == mode and one.setting.size in ("", size)])
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

"""How to hand out PCIDs: the cost of a step among P processes under each policy."""

from ..draw import multiples, tables
from ..draw.figure import picture
from ..draw.markup import Markup, join, paragraph, tag
from ..draw.multiples import Panel
from ..find.ranking import BENCH, PARAM, said, workload
from ..read.run import Run
from ..read.sweep import FILE, Curve, curves, lacking, rows

PICTURES = (  # what the variant ends with, unit, axis, what it is
    ("", "ticks", "TSC ticks per step", "Cost of a step with its accesses"),
    ("access", "ticks", "TSC ticks per access", "Cost of an access"),
    ("flushes", "count", "flushes per 1000 steps", "Flushes"),
)
NOTE = (
    "P processes run in random or in Zipf order (a few of them run most of the time). A step is "
    "the next process in that order and its accesses. If it is not the one that runs already, "
    "there is a switch. Rows in -flushes and -loads are counts per 1000 steps. nopcid: PCIDs are "
    "off, every switch flushes. perprocess: one PCID for each process; when all 4095 are in use "
    "one is flushed and given again. lruK: K PCIDs for each processor; the least recently used "
    "one is flushed and given again. rr6, as in Linux (choose_new_asid): 6 PCIDs in turn, which "
    "the load drops. gen, as in FreeBSD (pmap_pcid_alloc): 4095 in turn; then all processes "
    "lose theirs. There is a column for each way to flush a PCID; nopcid is shown in each of them."
)
WORKLOADS = (
    "In place of 8 pages and nothing else. stale5, stale20: of 100 processes that come back, so "
    "many find that their entries were changed by another processor (tlb_gen moved), and flush. "
    "kthread: a kernel thread runs before half of the steps, with the page tables that are loaded "
    "(enter_lazy_tlb). initmm: it loads those of init_mm. pti: page-table isolation, three loads "
    "for each switch. w64, w512: so many pages each."
)


def policies(run: Run) -> Markup:
    """Small multiples: order by row, flush by column, a line for each policy."""
    drawn = {unit: curves(run, BENCH, PARAM, unit) for unit in ("ticks", "count")}
    lack = lacking(run, BENCH, drawn["ticks"])
    if lack:
        return join([paragraph(lack, class_="lack"), tables.details(run, rows(run, BENCH))])
    parts = [paragraph(NOTE, class_="note")]
    for number, (what, unit, axis, name) in enumerate(PICTURES):
        mine = [one for one in drawn[unit]
                if said(one).figure == what and not said(one).workload]
        if mine:
            alt = f"{name}, in {axis}, over the number of processes; the tables have the numbers."
            parts += [tag("h3", name), tag("figure", picture(run, f"policy-{number}", alt,
                                                             draw(mine, axis), FILE)),
                      tables.in_kernels(rows_of(mine))]
    under = [one for one in drawn["ticks"] if said(one).figure == "" and said(one).workload]
    if under:
        alt = "Cost of a step by workload, over the number of processes; the tables have it."
        parts += [tag("h3", "Under other workloads"), paragraph(WORKLOADS, class_="note"),
                  tag("figure", picture(run, "policy-workloads", alt,
                                        draw_workloads(under, PICTURES[0][2]), FILE)),
                  tables.in_kernels(rows_of(under))]
    return join([*parts, tables.details(run, rows(run, BENCH))])


def rows_of(found: list) -> list:
    """The rows of curves."""
    return [p.row for one in found for p in one.points]


def draw(found: list, axis: str):
    """A panel for each order and flush."""
    ways = dict.fromkeys(said(one).order for one in found)
    ops = dict.fromkeys(one.op for one in found)
    flushing = dict.fromkeys(one.op for one in found if said(one).policy != "nopcid")
    found = sorted(found, key=rank)
    names = dict.fromkeys(said(one).policy for one in found)
    looks = {name: multiples.look(number) for number, name in enumerate(names)}
    panels = []
    for way in ways:
        for op in flushing or ops:
            mine = [one for one in found if said(one).order == way
                    and (one.op == op or said(one).policy == "nopcid")]
            panels.append(Panel(f"{way}, {op}", [
                multiples.of_curve(one, said(one).policy, looks[said(one).policy])
                for one in mine]))
    return multiples.draw(panels, "processes (P)", axis, columns=max(len(flushing), 1),
                          ordinal=True)


def draw_workloads(found: list, axis: str):
    """A panel for each workload: there is one way to flush."""
    found = sorted(found, key=rank)
    looks = {name: multiples.look(number)
             for number, name in enumerate(dict.fromkeys(said(one).policy for one in found))}
    panels = [Panel(runs, [multiples.of_curve(one, said(one).policy, looks[said(one).policy])
                           for one in found if workload(one) == runs])
              for runs in sorted({workload(one) for one in found})]
    return multiples.draw(panels, "processes (P)", axis, columns=3, ordinal=True)


def rank(one: Curve) -> tuple:
    """nopcid, perprocess, then by the number of slots."""
    slots = said(one).slots
    return slots is not None, slots or 0, said(one).policy != "nopcid"

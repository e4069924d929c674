"""What a switch of address spaces costs, by what is loaded and what the next one needs."""

from ..draw import multiples
from . import cost
from ..draw.figure import picture
from ..read.markup import Markup, join, paragraph, tag
from ..draw.multiples import Panel
from ..read.run import Run
from ..read.sweep import FILE, Curve, curves, lacking, rows
from ..find.switch_rows import BENCH, KINDS, PARAM, kind

NOTE = (
    "Two tasks in turn, each touching its W pages after the switch. shared: same page tables, "
    "nothing is loaded; kernel thread: it runs on the tables of the one before, nothing is loaded; "
    "different: CR3 is loaded. Without PCIDs every load flushes, with them only one with bit 63 "
    "clear does. global: kernel pages are global and stay. pti: one more load on each entry and "
    "exit, as page-table isolation needs it."
)


def switching(run: Run) -> Markup:
    """A panel for each mode of the processor, a line for each kind of switch."""
    drawn = [one for one in curves(run, BENCH, PARAM) if kind(one)]
    lack = lacking(run, BENCH, drawn)
    if lack:
        return join([paragraph(lack, class_="lack"), cost.details(run, rows(run, BENCH))])
    found = {}
    for one in drawn:
        found.setdefault(mode(one), []).append(one)
    lines = dict.fromkeys(name(one) for mine in found.values() for one in mine)
    looks = {line: multiples.look(number) for number, line in enumerate(lines)}
    panels = [Panel(title, [multiples.of_curve(one, name(one), looks[name(one)]) for one in mine])
              for title, mine in sorted(found.items())]
    figure = multiples.draw(panels, "working set of each task (W) in pages",
                            "TSC ticks per switch", ordinal=True)
    alt = "Cost of a switch over the working set of each task, in TSC ticks."
    return join([paragraph(NOTE, class_="note"),
                 tag("figure", picture(run, "switch", alt, figure, FILE)),
                 cost.details(run, rows(run, BENCH))])


def mode(one: Curve) -> str:
    """The mode of the processor in words: what is not the kind of switch."""
    rest = [part for part in one.parts if part not in KINDS]
    return ", ".join(["with PCIDs" if "pcide" in rest else "without PCIDs",
                      *(part for part in rest if part != "pcide")])


def name(one: Curve) -> str:
    """The kind of switch and what it loads."""
    loads = "nothing loaded" if one.op == "none" else one.op
    return f"{KINDS[kind(one)]}: {loads}"

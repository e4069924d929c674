"""What a switch of address spaces costs, by what is loaded and what the next one needs."""

from ..draw import multiples, tables
from ..draw.figure import picture
from ..draw.markup import Markup, join, paragraph, tag
from ..draw.multiples import Panel
from ..read.run import Run
from ..read.sweep import FILE, Curve, curves, lacking, rows
from ..read.variant import parse

BENCH, PARAM = "switch", "pages"
KINDS = {"shared": "shared", "kernelthread": "kernel thread", "different": "different"}
NOTE = (
    "Two tasks run in turn, and each touches its W pages after the switch. shared: both have the "
    "same page tables, and CR3 is not loaded; kernel thread: it uses the page tables of the task "
    "before, and CR3 is not loaded; different: CR3 is loaded. Without PCIDs every load flushes; "
    "with PCIDs only a load with bit 63 clear does. global: kernel pages are global and stay in "
    "the TLB. pti: one more load of CR3 on each entry to the kernel and exit from it, as "
    "page-table isolation needs it. deferred: the entry keeps, the kernel drops its own half by a "
    "load (of shared: a full flush of its own address space, as munmap may need), and the load at "
    "the exit drops the user's, as Linux and FreeBSD do. entryflush: all loads keep but that at "
    "the entry, behind which everything is dropped (INVPCID of type 2, CR4.PGE off and on), as "
    "proposed for Linux in place of interrupting a processor in user mode; of cr3_pcid_flush the "
    "load at the entry itself flushes."
)


def switching(run: Run) -> Markup:
    """A panel for each mode of the processor, a line for each kind of switch."""
    drawn = curves(run, BENCH, PARAM)
    lack = lacking(run, BENCH, drawn)
    if lack:
        return join([paragraph(lack, class_="lack"), tables.details(run, rows(run, BENCH))])
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
                 tables.in_kernels([p.row for one in drawn for p in one.points]),
                 tables.details(run, rows(run, BENCH))])


def mode(one: Curve) -> str:
    """The mode of the processor in words: what is not the kind of switch."""
    said = parse(BENCH, one.variant)
    return ", ".join(["with PCIDs" if said.pcide else "without PCIDs",
                      *said.words("pcide", "between")])


def name(one: Curve) -> str:
    """The kind of switch and what it loads."""
    loads = "nothing loaded" if one.op == "none" else one.op
    return f"{KINDS[parse(BENCH, one.variant).between]}: {loads}"

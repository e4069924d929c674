"""What a page costs to fetch again after each operation, over the working set."""

from ..draw import multiples, tables
from ..draw.figure import picture
from ..draw.markup import Markup, join, paragraph, tag
from ..draw.multiples import Panel
from ..find import bands
from ..read import sweep
from ..read.run import Run
from ..read.sweep import FILE, curves, lacking, rows
from ..read.variant import Variant, parse

BENCH, PARAM = "refill", "pages"
WARMTHS = ("warm", "cold")
DEPTHS = ("dense", "contiguous", "by2m", "by1g", "by512g")
NOTE = (
    "The operation and then accesses to W pages, less the same accesses without the operation, "
    "divided by W: by how much the operation makes each page dearer. warm and cold: whether the "
    "page tables are in the data caches. dense: pages side by side; contiguous: their frames, "
    "too, of which some TLBs make one entry; by2m, by1g, by512g: one page "
    "in each such span, so that a walk needs more levels of the page tables. Beyond the TLB's "
    "size every page misses with or without the operation, and the cost falls to 0. none: the "
    "same accesses through small pages, less those through a large page, which is what "
    "translation costs by itself. otherpcid: the operation names another PCID than the pages "
    "have; what it costs them is what it drops beyond that. Grey band: published figures, in core "
    "cycles, dense only: 5 to 60 with warm tables, up to 1200 with cold ones."
)


def working_set(run: Run) -> Markup:
    """A picture for each page size and order: warm above cold, a column for each depth."""
    drawn = curves(run, BENCH, PARAM)
    lack = lacking(run, BENCH, drawn)
    if lack:
        return join([paragraph(lack, class_="lack"), tables.details(run, rows(run, BENCH))])
    found = {}
    for one in drawn:
        found.setdefault(shared(one), []).append(one)
    parts = [paragraph(NOTE, class_="note")]
    for number, (name, mine) in enumerate(found.items()):
        alt = f"Refill of a page over the working set, {name}, in TSC ticks."
        parts.append(tag("h3", name))
        parts.append(tag("figure", picture(run, f"working-set-{number}", alt, draw(mine), FILE)))
    return join([*parts, tables.details(run, rows(run, BENCH))])


def shared(one: sweep.Curve) -> str:
    """Page size, order, and whatever else the panels do not say."""
    return ", ".join(said(one).words("tables", "depth", "is_large"))


def said(one: sweep.Curve) -> Variant:
    return parse(BENCH, one.variant)


def place(one: sweep.Curve) -> tuple:
    """Which panel: warmth, then depth."""
    return said(one).tables, said(one).depth


def draw(found: list):
    """Panels in the order of warmth and depth."""
    known = {place(one) for one in found}
    warmths, depths = (sorted({key[at] for key in known}, key=words.index)
                       for at, words in enumerate((WARMTHS, DEPTHS)))
    panels = []
    for warmth, depth in ((warmth, depth) for warmth in warmths for depth in depths):
        mine = [multiples.of_curve(one, label(one), multiples.of_op(one.op))
                for one in found if place(one) == (warmth, depth)]
        here = said(found[0]).changed(tables=warmth, depth=depth)
        panels.append(Panel(f"{warmth}, {depth}" + ("" if mine else ": not measured"), mine,
                            lambda axes, here=here: band(axes, here)))
    return multiples.draw(panels, "working set (W) in pages", "TSC ticks per page",
                          columns=len(depths))


def label(one: sweep.Curve) -> str:
    """The operation; without one it is translation alone."""
    return "none: translation alone" if said(one).is_large else one.op


def band(axes, here: Variant) -> None:
    """The published range of such a refill."""
    published = bands.of_refill(here)
    if published:
        axes.axhspan(published.low, published.high, color="#777777", alpha=0.13, linewidth=0,
                     zorder=0)

"""What a page costs to fetch again after each operation, over the working set."""

from ..draw import multiples
from ..find import bands
from ..read import sweep
from . import cost
from ..draw.figure import picture
from ..read.markup import Markup, join, paragraph, tag
from ..draw.multiples import Panel
from ..read.run import Run
from ..read.sweep import FILE, curves, lacking, rows

BENCH, PARAM = "refill", "pages"
ORDERS = ("random", "sequential", "strided")
WARMTHS = ("warm", "cold")
DEPTHS = ("dense", "by2m", "by1g", "by512g")
LARGE = "large"
NOTE = (
    "The operation and then W pages, against nothing and then the same pages, divided by W: what "
    "the operation makes a page cost. warm and cold: whether the lines of the page tables are in "
    "the caches. dense: pages side by side under one page directory entry; by2m, by1g, by512g: one "
    "page in each such span, so that the walk begins higher up. Beyond the TLB's size every page "
    "misses with or without the operation, and the cost falls to 0. none: the same lines through "
    "small pages against a large one, which is translation alone. otherpcid: the operation drops "
    "another PCID, and the pages are the current one's: what it loses of them by the way. Grey band: published figures, "
    "in cycles of the core, dense only: 5 to 60 with warm tables, up to 1200 with cold ones."
)


def working_set(run: Run) -> Markup:
    """A picture for each page size and order: warm above cold, a column for each depth."""
    drawn = curves(run, BENCH, PARAM)
    lack = lacking(run, BENCH, drawn)
    if lack:
        return join([paragraph(lack, class_="lack"), cost.details(run, rows(run, BENCH))])
    found = {}
    for one in drawn:
        found.setdefault(", ".join(shared(one.parts)), []).append(one)
    parts = [paragraph(NOTE, class_="note")]
    for number, (name, mine) in enumerate(found.items()):
        alt = f"Refill of a page over the working set, {name}, in TSC ticks."
        parts.append(tag("h3", name))
        parts.append(tag("figure", picture(run, f"working-set-{number}", alt, draw(mine), FILE)))
    return join([*parts, cost.details(run, rows(run, BENCH))])


def shared(parts: tuple) -> tuple:
    """Page size, order, and whatever else the panels do not say."""
    return tuple(part for part in parts if part not in (*WARMTHS, *DEPTHS, LARGE))


def place(parts: tuple) -> tuple:
    """Which panel: warmth, then depth."""
    return tuple(next((part for part in parts if part in known), "")
                 for known in (WARMTHS, DEPTHS))


def draw(found: list):
    """Panels in the order of warmth and depth."""
    order = {word: at for at, word in enumerate((*WARMTHS, *DEPTHS))}
    known = {place(one.parts) for one in found}
    warmths, depths = (sorted({key[at] for key in known}, key=lambda word: order.get(word, -1))
                       for at in (0, 1))
    places = [(warmth, depth) for warmth in warmths for depth in depths]
    others = shared(found[0].parts)
    panels = [Panel(", ".join(word for word in key if word)
                    + ("" if key in known else ": not measured"), [
        multiples.of_curve(one, label(one), multiples.of_op(one.op))
        for one in found if place(one.parts) == key], lambda axes, key=key: band(axes, (*key, *others)))
        for key in places]
    return multiples.draw(panels, "working set (W) in pages", "TSC ticks per page",
                          columns=len(depths))


def label(one: sweep.Curve) -> str:
    """The operation; without one it is translation alone."""
    return "none: translation alone" if LARGE in one.parts else one.op


def band(axes, parts: tuple) -> None:
    """The published range of such a refill."""
    published = bands.of_refill(parts)
    if published:
        axes.axhspan(published.low, published.high, color="#777777", alpha=0.13, linewidth=0,
                     zorder=0)

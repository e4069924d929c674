"""What a shootdown leaves a target to fetch again."""

from ...draw import tables
from ...draw.markup import Markup, breakable, join, paragraph, table, tag
from ...find import remote
from ...read import sweep, trust, variant
from ...read.run import Run
from ...read.sweep import FILE, interval
from . import wording

NOTE = (
    "Behind a shootdown of 33 pages the nearest target reads a working set of other pages, one "
    "behind the other, on its own clock; less the same behind no shootdown. Page by page, the "
    "working set is still in the TLB, and what is left is what INVLPG drops besides: "
    "paging-structure caches. Behind one full flush all of it is walked for. In all: per page, "
    "times the pages; that is to be added to what the flush itself costs where page by page is "
    "held against all at once."
)
HEAD = ["operation", "how", "pages read", "ticks a page", "interval", "ticks in all"]


def target_refill(run: Run) -> Markup:
    """A line for each operation and working set; empty without such rows."""
    found = [row for row in remote.ok(run, "shootdown")
             if variant.of(row).figure == "refill" and row.number("value")]
    if not found:
        return Markup("")
    body = []
    for row in sorted(found, key=lambda row: (row["op"], row["variant"], row.number("value"))):
        said, pages = variant.of(row), row.number("value")
        body.append([breakable(sweep.doubted(row["op"], sweep.doubt(row))),
                     " ".join(filter(None, (said.mode, said.state, "pcide" if said.pcide else ""))),
                     tag("td", f"{pages:.0f}", class_="number"),
                     *wording.numbers(row.number("p50")),
                     tag("td", interval(row.number("ci95_lo"), row.number("ci95_hi")),
                         class_="number"),
                     *wording.numbers(row.number("p50") * pages)])
    return join([tag("h3", "What the target then fetches again"), paragraph(NOTE, class_="note"),
                 table(HEAD, body, "Refill on the target, in TSC ticks", trust.marked(run, FILE)),
                 tables.in_kernels(found)])

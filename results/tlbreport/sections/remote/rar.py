"""Remote Action Request: what became of each request, beside interrupts."""

from ...draw import tables
from ...draw.markup import Markup, breakable, paragraph, table, tag
from ...find import remote, shots
from ...find.shots import BENCH, measured_shots
from ...read import sweep, trust, variant
from ...read.run import Row, Run
from ...read.sweep import FILE
from . import wording

NOTE = (
    "The targets drop translations without running any code (Intel, where IA32_CORE_CAPABILITIES says so). "
    "any: whatever their CR3; match: where it is the caller's; invpcid: as INVPCID does. The operation is "
    "what the caller does for itself, but with self, where it asks itself, too. Before a row is timed it is "
    "tried whether a target that says that it is done has dropped the old translation. The SDM does not "
    "describe this (Intel's white paper 341431 does), and nothing but the model has seen it: read what came "
    "of it before you quote a figure."
)
# What the caller does for itself -> what all do where they are interrupted.
ASKED = {"invpcid_all_non_global": "cr3_reload"}


def requests(run: Run):
    """Each row that was tried, done or not, and whose number of pages is known; nothing where the
    processor has none of it."""
    tried = [row for row in sweep.rows(run, BENCH) if variant.of(row).mode == "rar"
             and row["status"] != "skipped" and row.number("value") is not None]
    if not tried:
        return
    usual = shots.baselines(measured_shots(run))
    yield tag("h3", "Remote Action Request")
    yield paragraph(NOTE, class_="note")
    yield table(["operation", "request", "pages", "targets", "median", "interrupts", "what came of it"],
                [line(row, usual) for row in tried],
                "By Remote Action Request, in TSC ticks", trust.marked(run, FILE))
    yield tables.in_kernels(tried)


def line(row: Row, usual: dict) -> list:
    """Beside it as many pages and targets by interrupts, in the same mode of PCIDs."""
    said, pages, targets = variant.of(row), int(row.number("value")), remote.targets(row)
    op = ASKED.get(row["op"], row["op"])
    others = (row if row["status"] == "ok" else None,
              usual.get((op, ("pcide",) if said.pcide else (), pages, targets)))
    return [breakable(row["op"]), " ".join([said.request, *(["self"] if said.to_self else [])]),
            *(tag("td", str(number), class_="number") for number in (pages, targets)),
            *(number for one in others
              for number in (wording.numbers(one.number("p50")) if one else [""])),
            came_of(row)]


def came_of(row: Row) -> Markup:
    """The verdict of a row: what it was given up for, or whether a stale word would have been seen."""
    if row["status"] != "ok":
        return tag("td", f"{row['status']}: {row['reason']}", class_="reason")
    return tag("td", "done, and dropped" if row["believed"] == "1"
               else "done; nothing shows that it was dropped", class_="reason")

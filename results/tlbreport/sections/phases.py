"""First against marginal: what the first copy costs more than each further one."""

from ..draw.digits import cost_of
from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..read import trust, variant
from ..read.row_name import is_refill, measured, phase, sets_and_clears
from ..read.run import Run
from ..read.schema import OPS, in_order
from ..read.sweep import doubt, doubted

FILE = "results.csv"
NOTE = (
    "The first operation drops what was put into the TLB; each further one finds little left to "
    "drop, and fewer misses follow. The ratio of the two is what a test in a loop would "
    "hide. Both are medians with their 99 % intervals."
)


LEFT_OUT = (
    "cr4_smep_set is left out: its marginal rows are of setting and clearing, its first ones of "
    "setting alone."
)


def phases(run: Run) -> Markup:
    """One line for each operation and size that has both."""
    found = pairs(run)
    if not found:
        return paragraph("No operation has both a first and a marginal row.", class_="lack")
    left_out = any(map(sets_and_clears, run.rows(FILE)))
    parts = [paragraph(NOTE, " " + LEFT_OUT if left_out else "", class_="note")]
    body = [[tag("th", breakable(doubted(name, doubt(first, marginal))), scope="row"),
             *(tag("td", cost_of(row), class_="number") for row in (first, marginal)),
             tag("td", ratio(first, marginal), class_="number")]
            for name, first, marginal in found]
    mark = trust.warning((run,), FILE)
    parts.append(table(["operation", "first, ticks", "marginal, ticks", "ratio"], body,
                       tag("span", mark, class_="mark") if mark else "",
                       trust.marked(run, FILE)))
    return join(parts)


def pairs(run: Run) -> list:
    """(name, first, marginal) by operation; of the plain variants those of the same size."""
    rows = [r for r in run.rows(FILE) if phase(r) and measured(r) and not is_refill(r)
            and not sets_and_clears(r)]
    at = {}
    for row in rows:
        rest = variant.of(row).words("phase", "window")
        at.setdefault((row["op"], *rest, row["param"], row["value"]), {})[phase(row)] = row
    found = [(name[0], " ".join(name[:-2]), both["first"], both["marginal"])
             for name, both in at.items() if len(both) == 2]
    ops = in_order((op for op, *_ in found), OPS)
    return [part[1:] for part in sorted(found, key=lambda part: ops.index(part[0]))]


def ratio(first, marginal) -> str:
    """How many times the marginal cost the first is, where that says something."""
    below = marginal.number("p50")
    return f"{first.number('p50') / below:.2f}" if below > 0 else ""

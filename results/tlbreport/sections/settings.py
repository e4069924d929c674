"""What this says about a kernel's settings."""

from ..draw.markup import Markup, paragraph, table, tag
from ..find.settings import advice
from ..read import trust
from ..read.run import Run
from ..read.sweep import BOOTS_PERCENT

NOTE = (
    "Each line rests on rows of this run on this machine, with the working sets and orders of "
    "these benchmarks: your workload may differ. Another boot places pages differently, which no "
    "row of this boot shows. So each cost is taken to differ by "
    f"{BOOTS_PERCENT:.0f} % (standard deviation) from boot to boot, which is assumed: intervals "
    "of 95 % at least allow for it, and a difference that may be less is no recommendation. "
    "W: pages of the working set that are fetched again; P: processes."
)


def settings(run: Run) -> Markup:
    """The table; where nothing may be recommended, why."""
    obstacle = trust.obstacle(run)
    if obstacle:
        return paragraph("Nothing is recommended. ", tag("span", obstacle, class_="mark"))
    found = advice(run)
    if not found:
        return paragraph("Nothing is recommended: the benchmarks it would rest on (range, switch, "
                         "policy, pcid_capacity) left no believed rows to compare.", class_="lack")
    body = [[tag("th", one.setting, class_="name", scope="row"), one.recommendation,
             tag("td", one.evidence, class_="reason"), one.interval] for one in found]
    return Markup(paragraph(NOTE, class_="note")
                  + table(["setting", "recommendation", "evidence", "interval"], body))

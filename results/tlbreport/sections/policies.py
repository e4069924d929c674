"""How to hand out PCIDs: the cost of a step among P processes under each policy."""

import re

from ..draw import multiples
from . import cost
from ..draw.figure import picture
from ..read.markup import Markup, join, paragraph, tag
from ..draw.multiples import Panel
from ..find.policy_rows import BENCH, PARAM, ending, order, policy
from ..read.run import Run
from ..read.sweep import FILE, curves, lacking, rows

PICTURES = (  # what the variant ends with, unit, axis, what it is
    ("", "ticks", "TSC ticks per step", "Cost of a step with its accesses"),
    ("access", "ticks", "TSC ticks per access", "Cost of an access"),
    ("flushes", "count", "flushes per 1000 steps", "Flushes"),
)
NOTE = (
    "P processes run in random or in Zipf order (few of them most of the time). A step is the next "
    "process in that order and its accesses: a switch, unless it runs already: then nothing is "
    "loaded. Rows in -flushes and -loads are counts per 1000 steps. nopcid: PCIDs are off, every "
    "switch flushes. perprocess: one PCID for each process, given again after a flush when all are "
    "used. lru k: k PCIDs for each processor, the least recently used one is flushed and given "
    "again; Linux has 6. A column for each way to flush a PCID; nopcid stands in each."
)


def policies(run: Run) -> Markup:
    """Small multiples: order by row, flush by column, a line for each policy."""
    drawn = {unit: curves(run, BENCH, PARAM, unit) for unit in ("ticks", "count")}
    lack = lacking(run, BENCH, drawn["ticks"])
    if lack:
        return join([paragraph(lack, class_="lack"), cost.details(run, rows(run, BENCH))])
    parts = [paragraph(NOTE, class_="note")]
    for number, (what, unit, axis, name) in enumerate(PICTURES):
        mine = [one for one in drawn[unit] if ending(one) == what]
        if mine:
            alt = f"{name}, in {axis}, over the number of processes; the tables have the numbers."
            parts += [tag("h3", name), tag("figure", picture(run, f"policy-{number}", alt,
                                                             draw(mine, axis), FILE))]
    return join([*parts, cost.details(run, rows(run, BENCH))])


def draw(found: list, axis: str):
    """A panel for each order and flush."""
    flushing = dict.fromkeys(one.op for one in found if policy(one) != "nopcid")
    names = sorted({policy(one) for one in found}, key=rank)
    looks = {name: multiples.look(number) for number, name in enumerate(names)}
    panels = []
    for way in dict.fromkeys(map(order, found)):
        for op in flushing or dict.fromkeys(one.op for one in found):
            mine = [one for one in found if order(one) == way
                    and (one.op == op or policy(one) == "nopcid")]
            panels.append(Panel(f"{way}, {op}", [
                multiples.of_curve(one, policy(one), looks[policy(one)])
                for one in sorted(mine, key=lambda one: rank(policy(one)))]))
    return multiples.draw(panels, "processes (P)", axis, columns=max(len(flushing), 1),
                          ordinal=True)


def rank(name: str) -> tuple:
    """nopcid, perprocess, then by the number of slots."""
    slots = re.fullmatch(r"lru(\d+)", name)
    return (2, int(slots[1]), "") if slots else (name != "nopcid", 0, name)

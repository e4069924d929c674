"""Several boots of one machine: the median of their medians, and from where to where they reach.

Page placement changes with each boot, and no interval of one boot knows of it: the range does.
"""

from itertools import combinations
from statistics import median

from .document import document
from .draw.digits import interval, shown
from .draw.markup import Markup, breakable, join, paragraph, table, tag
from .find import settings
from .find.headline_rows import headlines
from .page import TICKS, clock
from .read import core_clock, sweep, trust
from .read.row_name import by_key
from .read.run import Run
from .read.schema import OPS, in_order
from .sections.facts import files
from .sections.head import box, known

NOTE = (
    "For each row that every boot has: the median of the boots' medians, the least and the "
    "greatest of them, and that range in percent. Quote a machine by three boots at least. The "
    "range is not a confidence interval: after three boots, the next one falls outside of it half "
    "of the time."
)
FILE = "results.csv"
# Keys that must agree, or the boots are not of one machine in one state.
SAME = ("brand", "family", "model", "stepping", "microcode", "env", "board", "firmware", "program",
        "commit", "profile", "timing_valid", "quantum_ticks", "hypervisor_name", "la57")
# Keys that differ in every run, or say so much of each file.
OWN = ("run_id", "date")


def pooled(*runs: Run) -> str:
    """The page of several boots."""
    name = f"TLB maintenance: {len(runs)} boots of {known(runs[0], 'brand')}"
    parts = [tag("h1", name), banner(runs), headline(runs),
             paragraph(clock(*runs), " ", TICKS, class_="note"),
             tag("h2", "What differs between the boots"), differences(runs),
             tag("h2", "What each boot says of a kernel's settings"), *advice(runs),
             tag("h2", "Row by row"), *rows(runs)]
    for number, run in enumerate(runs, 1):
        parts += [tag("h2", f"Files of boot {number}, {known(run, 'run_id')}"), files(run)]
    return document(name, runs, parts)


def headline(runs: tuple) -> Markup:
    """What people come for: median of the boots' medians, and their range."""
    found = [{one.name: one for one in headlines(run)} for run in runs]
    body = []
    for name, first in found[0].items():
        rows = [of[name].row for of in found if name in of]
        medians = [row.number("p50") for row in rows if row is not None]
        if len(medians) < len(runs) or len({(row["op"], row["variant"]) for row in rows}) > 1:
            continue
        middle, low, high = median(medians), min(medians), max(medians)
        hz = runs[0].hz if len({run.hz for run in runs}) == 1 else None
        ns = f"{shown(1e9 * middle / hz)}" if hz else ""
        percent = f"{100 * (high - low) / middle:.1f} %" if middle > 0 else ""
        doubt = next((of[name].doubt for of in found if of[name].doubt), "")
        body.append([tag("th", sweep.doubted(name, doubt), scope="row",
                         title=f"{first.row['op']} {first.row['variant']}"),
                     *(tag("td", text, class_="number") for text in (
                         shown(middle), ns, interval(low, high), percent))])
    mark = trust.warning(runs, FILE)
    return table(["operation", "ticks", "ns", "range over boots, ticks", "range"], body,
                 tag("span", mark, class_="mark") if mark else "",
                 "headline marked" if mark else "headline") if body else Markup("")


def differing(runs: tuple) -> list:
    """Keys of machine.csv that are not the same in all boots."""
    keys = dict.fromkeys(key for run in runs for key in run.machine)
    return [key for key in keys if key not in OWN and not key.startswith("file_")
            and len({run.fact(key) for run in runs}) > 1]


def banner(runs: tuple) -> Markup:
    """What stands against taking them together."""
    boxes = []
    for number, run in enumerate(runs, 1):
        judged = trust.judge(run)
        if judged.guest:
            boxes.append(box("doubt", "\u25a3", f"Boot {number} is valid for its guest alone.",
                             *judged.reasons))
        elif not judged.timing:
            boxes.append(box("bad", "\u2717", f"Boot {number} is no valid measurement of hardware.",
                             *judged.reasons))
        if not run.is_whole:
            boxes.append(box("bad", "\u2717", f"The files of boot {number} are damaged or cut."))
    if len({run.fact("run_id") for run in runs}) < len(runs):
        boxes.append(box("doubt", "=", "A run is given twice."))
    other = [key for key in differing(runs) if key in SAME]
    if other:
        boxes.append(box("bad", "\u2260", "These are not boots of one machine in one state.",
                         f"Different: {', '.join(other)}."))
    clock = core_clock.doubt(runs, [f"boot {number}" for number in range(1, len(runs) + 1)])
    if clock:
        boxes.append(box("bad", "\u2260", *clock))
    if not boxes:
        boxes.append(box("good", "\u2713", f"{len(runs)} boots of one machine in one state."))
    return tag("div", *boxes, class_="banner")


def differences(runs: tuple) -> Markup:
    """Keys of machine.csv that differ, with the value in each boot."""
    body = [[tag("th", key, class_="name", scope="row"),
             *(tag("td", known(run, key), class_="reason") for run in runs)]
            for key in differing(runs)]
    if not body:
        return paragraph("Nothing that machine.csv says, but for the run and its date.")
    return table(["", *(f"boot {number}" for number in range(1, len(runs) + 1))], body)


def advice(runs: tuple):
    """Every recommendation, as each boot has it: what one boot shows another may not."""
    said = [{one.setting: one for one in settings.advice(run)} for run in runs]
    names = list(dict.fromkeys(name for of in said for name in of))
    if not names:
        yield paragraph("No boot recommends anything.", class_="lack")
        return
    yield paragraph("The intervals that stand behind it allow for costs that differ by "
                    f"{sweep.BOOTS_PERCENT:.0f} % (standard deviation) from boot to boot. Where "
                    "the boots do not say the same, none of it is a recommendation; numbers are "
                    "the same where their intervals meet.", class_="note")
    body = []
    for name in names:
        each = [of.get(name) for of in said]
        same = None not in each and all(one.agrees(other) for one, other in combinations(each, 2))
        body.append([tag("th", name, class_="name", scope="row"),
                     *(one.recommendation if one else "nothing" for one in each),
                     "yes" if same else "no"])
    heads = [f"boot {number}" for number in range(1, len(runs) + 1)]
    yield table(["setting", *heads, "all the same"], body)


def rows(runs: tuple):
    """Every row that each boot has in the same unit, and what is left out."""
    found = [by_key(run) for run in runs]
    body, left = [], []
    keys = list(dict.fromkeys(key for of in found for key in of))
    order = in_order((key[1] for key in keys), OPS)
    for key in sorted(keys, key=lambda key: order.index(key[1])):
        mine = [of[key] for of in found if key in of]
        medians = [row.number("p50") for row in mine if row["status"] == "ok"]
        if len(medians) < len(runs) or None in medians or len({row["unit"] for row in mine}) > 1:
            left.append(key)
            continue
        body.append(line(key, mine, medians))
    mark = trust.warning(runs, FILE)
    yield paragraph(NOTE, class_="note")
    head = ["op", "bench", "variant", "param", "targets", "median of medians", "least", "greatest",
            "range in %", "unit"]
    caption = join([f"{len(body)} rows of every boot.",
                    tag("span", mark, class_="mark") if mark else ""], " ")
    yield table(head, body, caption, "cost marked" if mark else "cost")
    if left:
        yield paragraph(f"{len(left)} rows were not measured in every boot, and are left out.",
                        class_="lack")


def line(key: tuple, mine: list, medians: list) -> list:
    """One row of the table."""
    bench, op, variant, param, value, targets = key
    middle, low, high = median(medians), min(medians), max(medians)
    percent = f"{100 * (high - low) / abs(middle):.2f}" if middle else ""
    name = sweep.doubted(op, sweep.doubt(*mine))
    return [tag("th", breakable(name), class_="name", scope="row"), bench, variant,
            f"{param}={value}" if param else "", targets,
            *(tag("td", text, class_="number") for text in (
                f"{middle:.3f}", f"{low:.3f}", f"{high:.3f}", percent)), mine[0]["unit"]]

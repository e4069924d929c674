"""The page that holds two runs against each other."""

from .document import document
from .draw import plot_comparison
from .draw.figure import picture
from .draw.markup import Markup, badge, breakable, join, paragraph, table, tag
from .find.matching import (MEDIANS, SAMPLES, SUMMARY, Compared, Matching, means, same_twice,
                            unrepeated)
from .find.shift import BLOCK, LEAST_PERCENT, MOST_P
from .page import TICKS, clock
from .read import core_clock, sweep, trust
from .read.run import Run
from .read.samples import MILLI
from .read.schema import OPS, in_order
from .sections.facts import files
from .sections.head import box, known

MOST_LINES = 34  # of one plot
CHANCE = 2 * MOST_P  # that a row is called different, by its shift or by its mean
# What makes two runs comparable, each with what to think if it differs.
FACTS = (
    ("env", "they did not run on the same kind of machine: a shift says nothing about hardware"),
    ("brand", "they ran on different processors"),
    ("family", "they ran on different processors"),
    ("model", "they ran on different processors"),
    ("stepping", "they ran on different processors"),
    ("microcode", "the microcode differs"),
    ("hypervisor", "the hypervisor differs"),
    ("hypervisor_name", "the hypervisor differs"),
    ("la57", "page tables may have another number of levels: walks differ"),
    ("firmware", "the firmware differs"),
    ("tsc_hz", ""),
    ("quantum_ticks", "the steps of the clock differ: medians may be off by as much"),
    ("program", "different versions of the program measured them"),
    ("commit", "different versions of the program measured them"),
    ("profile", "they were measured for different lengths of time"),
    ("pages", "different numbers of pages were primed"),
    ("timing_valid", "the timing of one is not valid, or for its guest alone"),
    ("run_id", ""),
    ("date", ""),
)
NOTE = (
    f"Different: p < {MOST_P} and a shift that exceeds the limit, both; or the same of the mean, "
    "which moves where a slow path is taken more often and the median is not. The limit is "
    f"{LEAST_PERCENT:.0f} % of the larger median or the A/A limit of either run (the range of one "
    "row measured seven times), whichever is more; nor is anything called different that is less "
    "than the clock's step. A row is measured in chunks with other rows between, and chunks "
    "differ by more than the samples of one say: where a row has two chunks or more in both runs, "
    "p is the larger of that of the samples and that of the chunks. Where it has one, or nobody "
    "knows, the verdict holds within these chunks, and another chunk may turn it. So does every "
    "interval: at most seven chunks are too few to say of how many percent it is. Not different "
    "means: not shown to be; it is no proof that they are the same. Two boots place pages "
    "differently: compare several."
)
FROM_SAMPLES = (
    "Rows marked samples: samples.csv of both runs, pair by pair. The shift is the median of all "
    "differences B - A between single samples (Hodges-Lehmann). p is Mann-Whitney's, that of the "
    "mean Welch's, that of chunks Welch's of their medians and means. The interval is of the "
    f"difference of the medians, by bootstrap over blocks of {BLOCK} pairs in order, since pairs "
    "taken together may share a disturbance."
)
FROM_MEDIANS = (
    "Rows marked medians: no samples.csv in both runs, so the medians of results.csv and their "
    "99 % intervals were compared, which the program took of all samples. The shift is the "
    "difference of the medians, p says how far it is from 0 by those intervals, and how far by "
    "the spread of the row's chunks. Buckets of histogram.csv are up to 1/16 of a value wide: no "
    "shift is taken from them, but how far samples scatter about the mean."
)
FROM_SUMMARY = (
    "Rows marked summary: samples.csv and histogram.csv lack them in one of the runs, so nothing "
    "but the medians of results.csv with their 99 % intervals, and the spread of the chunks, was "
    "compared. Of means nothing is said: a slow path that is taken more often is not seen. "
    "profile = default and full write histogram.csv, raw = 1 writes samples.csv."
)
SOURCES = {SAMPLES: FROM_SAMPLES, MEDIANS: FROM_MEDIANS, SUMMARY: FROM_SUMMARY}


def comparison(first: Run, second: Run, found: Matching) -> str:
    """The whole page as HTML; the same files give the same characters."""
    runs = (first, second)
    parts = [tag("h1", "TLB maintenance: run A against run B"), banner(runs),
             tag("h2", "Row by row"), *rows(runs, found),
             tag("h2", "The two runs"), facts(runs),
             tag("h2", "Not compared"), closed("Rows that were not compared", left_out(found)),
             paragraph(clock(*runs), " ", TICKS, class_="note")]
    for name, run in zip("AB", runs):
        parts += [tag("h2", f"Files of {name}"), files(run)]
    return document("TLB maintenance: two runs compared", runs, parts)


def banner(runs: tuple) -> Markup:
    """What stands against the comparison."""
    boxes = []
    for name, run in zip("AB", runs):
        judged = trust.judge(run)
        if judged.guest:
            boxes.append(box("doubt", "▣", f"{name} is valid for its guest alone.",
                             *judged.reasons))
        elif not judged.timing:
            boxes.append(box("bad", "✗", f"{name} is no valid measurement of hardware.",
                             *judged.reasons))
        if not run.is_whole:
            boxes.append(box("bad", "✗", f"The files of {name} are damaged or cut."))
        if same_twice(run) is None:
            boxes.append(box("doubt", "?", f"The A/A limit of {name} is not known.",
                             "Its selftest.csv has no a_a_limit: the limit may be too low."))
        elif unrepeated(run, name):
            boxes.append(box("bad", "✗", "Nothing is compared.", f"{unrepeated(run, name)}."))
    if runs[0].fact("run_id") and not differs(runs, "run_id"):
        boxes.append(box("doubt", "=", "A and B are the same run."))
    clock = core_clock.doubt(runs, "AB")
    if clock:
        boxes.append(box("doubt", "≠", *clock))
    reasons = dict.fromkeys(why for key, why in FACTS if why and differs(runs, key))
    if reasons:
        boxes.append(box("doubt", "≠", "The runs differ in more than one thing.",
                         *(why[0].upper() + why[1:] + "." for why in reasons)))
    elif not boxes:
        boxes.append(box("good", "✓", "Same machine, same program, same settings."))
    return tag("div", *boxes, class_="banner")


def closed(words: str, content: Markup) -> Markup:
    """Something behind a line to click on."""
    return tag("details", tag("summary", words), content)


def differs(runs: tuple, key: str) -> bool:
    return runs[0].fact(key) != runs[1].fact(key)


def facts(runs: tuple) -> Markup:
    """Machine, program and settings of both."""
    body = []
    for key, _ in FACTS:
        sign = badge("differs", "≠", "doubt") if differs(runs, key) else ""
        body.append([tag("th", key, class_="name", scope="row"),
                     *(tag("td", known(run, key), class_="reason") for run in runs), sign])
    for name, found, digits in (("A/A limit in percent", same_twice, 3),
                                ("canary in ticks", core_clock.canary, 1)):
        body.append([tag("th", name, class_="name", scope="row"),
                     *("not recorded" if one is None else f"{one:.{digits}f}"
                       for one in map(found, runs)), ""])
    return table(["", "A", "B", ""], body)


def rows(runs: tuple, found: Matching) -> list:
    """Counts, plots, the table."""
    compared = [*found.changed, *(c for c in found.compared if not c.result.different)]
    if not compared:
        return [paragraph("No row could be compared.", class_="lack")]
    changed = found.changed
    alone = sum(c.source == SUMMARY for c in compared)
    parts = [paragraph(tag("strong", f"{len(changed)} of {len(compared)} rows differ. "),
                       f"{len(found.left_out)} rows could not be compared. ",
                       f"{alone} were compared by their medians alone. " if alone else "",
                       chance(compared)),
             by_operation(compared)]
    if changed:
        parts += [tag("h3", "Rows that differ, the largest change first"),
                  *pictures(runs, changed), numbers(runs, changed)]
    rest = compared[len(changed):]
    if rest:
        parts.append(closed(f"{len(rest)} rows that are not shown to differ",
                            join([*pictures(runs, rest), numbers(runs, rest)])))
    kinds = {c.source for c in compared}
    return [*parts, paragraph(NOTE, class_="note"),
            *(paragraph(text, class_="note") for kind, text in SOURCES.items() if kind in kinds)]


def by_operation(compared: list) -> Markup:
    """The geometric mean of B by A over the rows of each operation."""
    found = means(compared)
    body = [[tag("th", breakable(op), scope="row"),
             *(tag("td", text, class_="number") for text in (
                 f"{found[op][0]:.4g}", f"{100 * (found[op][0] - 1):+.2f} %", str(found[op][1]),
                 str(found[op][2])))] for op in in_order(found, OPS)]
    if not body:
        return Markup("")
    return table(["operation", "B by A, geometric mean", "change", "rows", "that differ"], body,
                 "Each operation over its rows whose medians are not near 0")


def pictures(runs: tuple, compared: list) -> list:
    """The shifts in percent, and the medians they are from."""
    drawn, made = [c for c in compared if c.percent is not None], []
    for start in range(0, len(drawn), MOST_LINES):
        part = drawn[start:start + MOST_LINES]
        figure = plot_comparison.draw(part, plot_comparison.shared(drawn))
        alt = f"Shift of {len(part)} rows from A to B in percent; the table has the numbers."
        made.append(tag("figure", picture(runs, f"shift-{start}", alt, figure, "results.csv",
                                          "samples.csv", "histogram.csv",
                                          with_key=start + MOST_LINES >= len(drawn))))
    return [tag("div", *made, class_="panels")] if made else []


def chance(compared: list) -> str:
    """How many rows chance alone would call different if no cost had changed."""
    one = [c for c in compared if c.result.chunks < 2]
    told = len(compared) - len(one)
    text = (f"If no cost had changed, chance alone would call about {CHANCE * told:.1f} of {told} "
            f"rows different, or fewer ({100 * CHANCE:.0f} %)."
            if told else "")
    lack = (f"Of {len(one)} rows a run has one chunk, or nobody knows: how often chance calls "
            "those different is not known." if one else "")
    return f"{text} {lack}".strip()


def numbers(runs: tuple, compared: list) -> Markup:
    """The table of all rows that were compared."""
    mark = trust.warning(runs, "results.csv")
    head = ["op", "variant", "param", "median A", "median B", "shift", "shift in %", "limit",
            "interval within these chunks", "p", "shift of mean", "p of mean", "from", "verdict"]
    caption = join([f"{len(compared)} rows; medians, shift, limit and interval in the row's unit, "
                    "TSC ticks if not said otherwise.",
                    tag("span", mark, class_="mark") if mark else ""], " ")
    return table(head, [line(one) for one in compared], caption, "cost marked" if mark else "cost")


def line(one: Compared) -> list:
    """One row of the table."""
    row, result = one.first, one.result
    swept = f"{row['param']}={row['value']}" if row["param"] else ""
    swept += f" targets={row['targets']}" if row["targets"] else ""
    unit = "" if row["unit"] == "ticks" else f" {row['unit']}"
    percent = "median near 0" if one.percent is None else f"{one.percent:+.2f}"
    ends = ", ".join(f"{end / MILLI:.3f}" for end in one.interval or ())
    words = "different" if result.moved else "different in the mean"
    words += "" if result.chunks > 1 else " within these chunks"
    verdict = badge(words, "≠", "kept") if result.different else badge(
        "not different", "=", "none")
    values = (row["p50"] + unit, one.second["p50"] + unit, f"{result.shift / MILLI:+.3f}", percent,
              f"{result.limit / MILLI:.3f}", f"[{ends}]" if ends else "", f"{result.p:.2g}",
              f"{result.mean / MILLI:+.3f}", f"{result.mean_p:.2g}")
    name = sweep.doubted(row["op"], sweep.doubt(row, one.second))
    return [tag("th", breakable(name), class_="name", scope="row"),
            tag("td", row["variant"], class_="name"), swept,
            *(tag("td", value, class_="number") for value in values),
            one.source, verdict]


def left_out(found: Matching) -> Markup:
    """Rows of only one run, and rows without numbers."""
    if not found.left_out:
        return paragraph("Every row of both runs was compared.")
    body = [[tag("th", breakable(row["op"]), class_="name", scope="row"), row["bench"],
             row["variant"], f"{row['param']}={row['value']}" if row["param"] else "",
             row["targets"], tag("td", why, class_="reason")] for row, why in found.left_out]
    return table(["op", "bench", "variant", "param", "targets", "why"], body,
                 f"{len(body)} rows were not compared")

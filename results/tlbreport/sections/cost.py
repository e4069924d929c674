"""The cost of each operation: the plot and the table."""

from ..draw import plot_cost
from ..find import bands, doubtful
from ..read import headline, trust
from ..draw.figure import picture
from ..read.markup import Markup, badge, breakable, join, paragraph, table, tag
from ..read.run import Row, Run
from ..read.schema import OPS, count_fault, in_order
from ..read.sweep import BENCHES
from ..read.variant import is_refill, named, phase

FILE = "results.csv"
PANELS = (
    ("first", "First: one operation after the TLB was primed"),
    ("marginal", "Marginal: each further copy, back to back"),
)
SHOWN = ("n", "p50", "ns", "interval", "min", "p95", "p99")
UNITS = {"ticks": "TSC ticks", "cycles": "core cycles", "": "not stated"}
CAUSES = ("discard_irq", "discard_smi", "discard_tsc")
HEADS = {"p50": "median", "ns": "median in ns", "interval": "99 % interval",
         "discarded": "discarded irq / smi / tsc", "published": "published range",
         "spread": "chunks differ by", "outlier": "against its sweep"}
BELIEVED = {
    "1": badge("yes", "✓", "good"),
    "0": badge("NO", "✗", "bad"),
    "": badge("no verdict", "–", "none"),
}


def cost(run: Run) -> Markup:
    """results.csv without what has a section of its own, drawn and as numbers."""
    rows = run.rows(FILE)
    if not rows:
        return paragraph("There is no row: results.csv is missing or empty.", class_="lack")
    rows = [r for r in rows if not is_refill(r) and r["bench"] not in BENCHES]
    return join([headline.note(run), plots(run, rows), *tables(run, rows), bands.published(run)])


def plots(run: Run, rows: list) -> Markup:
    """Both kinds side by side, or one above the other on a narrow screen."""
    rows = [r for r in rows if phase(r) and r["unit"] != "cycles"]
    if not rows:
        return paragraph("There is no row of single_op to draw.", class_="lack")
    common = plot_cost.shared(rows)
    parts = []
    for number, group in enumerate(plot_cost.groups(rows), 1):
        panels = (panel(run, group, which, title, common, number) for which, title in PANELS)
        parts.append(tag("div", *panels, class_="panels"))
    note = (
        "All panels have the same axis. first-bare runs from a global page with registers "
        "only. first-fetch is for an operation that drops global entries too: its own next "
        "fetch walks the page tables inside the window. Marginal copies flush a TLB that the "
        "first copy emptied. Rows in core cycles are in the table only."
    )
    return join([*parts, paragraph(note, class_="note")])


def panel(run: Run, rows: list, which: str, title: str, common: dict, number: int) -> Markup:
    """One picture, with a name of its own and words for those who cannot see it."""
    param = plot_cost.constant(rows)
    figure = plot_cost.draw(rows, which, title, common, param,
                            lambda row: bands.reference(run, row))
    alt = f"{title}. Median, interval and percentiles in TSC ticks; the table has the numbers."
    return tag("figure", picture(run, f"cost-{which}-{number}", alt, figure, FILE))


def tables(run: Run, rows: list):
    """A table for each benchmark, every row in it, whatever became of it."""
    mark, hz = trust.warning((run,), FILE), rate(run)
    for bench in dict.fromkeys(r["bench"] for r in rows):
        mine = [r for r in rows if r["bench"] == bench]
        ops = in_order((r["op"] for r in mine), OPS)
        mine.sort(key=lambda row: ops.index(row["op"]))
        flags = {row.line: bands.flag(run, row) for row in mine}
        shown = columns(mine, any(flags.values()), hz)
        yield table([HEADS.get(c, c) for c in shown],
                    [[cell(row, column, flags[row.line], hz) for column in shown] for row in mine],
                    caption(bench, mine, mark), "cost marked" if mark else "cost")


def rate(run: Run):
    """Ticks a second; None where that is not known."""
    text = run.fact("tsc_hz")
    return None if count_fault(text) or int(text) == 0 else int(text)


def details(run: Run, rows: list) -> Markup:
    """The tables of a sweep, many rows, behind one line to click on; nothing without rows."""
    if not rows:
        return Markup("")
    return tag("details", tag("summary", f"All {len(rows)} rows"), *tables(run, rows))


def columns(rows: list, flagged: bool, hz) -> list:
    """The columns that these rows need; the caption says what the others would."""
    swept = [] if plot_cost.constant(rows) else ["param", "value"]
    swept = [c for c in [*swept, "targets"] if any(r[c] for r in rows)]
    unit = ["unit"] if len({r["unit"] for r in rows}) > 1 else []
    shown = [c for c in SHOWN if c != "ns" or (hz and any(r["unit"] == "ticks" for r in rows))]
    chunks = ["spread"] if any(r["spread"] for r in rows) else []
    return ["op", "variant", *swept, *shown, *chunks, *unit, *(["published"] if flagged else []),
            *(["discarded"] if discarded(rows) else []), "converged",
            *(["outlier"] if any(map(doubtful.is_outlier, rows)) else []), "believed", "status"]


def discarded(rows: list) -> bool:
    """Whether any sample of these rows was discarded."""
    return any(r[cause] not in ("", "0") for r in rows for cause in CAUSES)


def caption(bench: str, rows: list, mark: str) -> Markup:
    """Benchmark, number of rows, unit, discards, watermark."""
    many = "s" if len(rows) > 1 else ""
    text = f"{bench or 'no benchmark named'}: {len(rows)} row{many}."
    if plot_cost.constant(rows):
        text += f" {plot_cost.constant(rows)} in all of them."
    units = list({r["unit"] for r in rows})
    if len(units) == 1:
        text += f" Unit: {UNITS.get(units[0], units[0])}."
    if not discarded(rows) and any(r[cause] for r in rows for cause in CAUSES):
        text += " No sample was discarded."
    return join([text, tag("span", mark, class_="mark") if mark else ""], " ")


def cell(row: Row, column: str, band, hz) -> Markup:
    """One field of the table; numbers are the characters of the file, but for nanoseconds."""
    if column == "ns":
        known = hz and row["status"] == "ok" and row["unit"] == "ticks"
        ticks = row.number("p50") if known else None
        return tag("td", "" if ticks is None else f"{1e9 * ticks / hz:z.1f}", class_="number")
    if column == "published":
        return tag("td", bands.mark(band) if band else "")
    if column in ("op", "variant"):
        text = named(row) if column == "variant" else row[column]
        return tag("th" if column == "op" else "td", breakable(text), class_="name",
                   scope="row" if column == "op" else None)
    if column == "interval":
        ends = (row["ci99_lo"], row["ci99_hi"])
        return tag("td", f"[{ends[0]}, {ends[1]}]" if any(ends) else "", class_="number")
    if column == "discarded":
        counts = [row[cause] for cause in CAUSES]
        text = " / ".join(c or "–" for c in counts) if any(counts) else ""
        return tag("td", text, class_="number")
    if column == "converged":
        words = {"1": "yes", "0": badge("no", "~", "doubt")}
        return tag("td", words.get(row[column], row[column]))
    if column == "outlier":
        return tag("td", badge("contradicts its neighbours", "✗", "doubt")
                   if doubtful.is_outlier(row) else "")
    if column == "believed":  # of what was not measured there is nothing to believe
        return tag("td", BELIEVED.get(row[column], row[column]) if row["status"] == "ok" else "")
    if column == "status":
        return status_cell(row)
    return tag("td", row[column], class_="number" if column not in ("unit", "param") else None)


def status_cell(row: Row) -> Markup:
    """The status, and the reason wherever there is one."""
    kinds = {"ok": ("✓", "good"), "skipped": ("–", "none")}
    word = badge(row["status"] or "no status", *kinds.get(row["status"], ("✗", "bad")))
    return tag("td", word, " " + row["reason"] if row["reason"] else "", class_="reason")

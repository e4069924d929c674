"""Rows of results.csv as tables: a line for each that was measured, one for each reason why others
were not."""

from ..find import bands, doubtful
from ..find.bands import Band
from ..find.kernel_paths import paths
from ..read import trust
from ..read.row_name import named
from ..read.run import Row, Run
from ..read.schema import OPS, in_order
from . import plot_cost
from .digits import interval, shown
from .markup import Markup, badge, breakable, escape, join, table, tag

SHOWN = ("p50", "interval", "p99")
UNITS = {"ticks": "TSC ticks", "cycles": "core cycles", "": "not stated"}
CAUSES = ("discard_irq", "discard_smi", "discard_tsc")
HEADS = {"p50": "median", "interval": "99 % interval", "discarded": "discarded irq / smi / tsc",
         "published": "published range", "spread": "chunks differ by", "believed": "verified",
         "outlier": "against its sweep", "at": "at", "status": ""}
BELIEVED = {
    "1": badge("yes", "✓", "good"),
    "0": badge("NO", "✗", "bad"),
    "": badge("no verdict", "–", "none"),
}
SIGNS = {"1": "✓", "0": BELIEVED["0"], "": "–"}  # short, since most rows have the same
KERNELS = ["rows", "Linux", "FreeBSD", "Xen"]
NUMBERS = (*SHOWN, "spread")  # in the row's unit, which a script may change
FILE = "results.csv"


def tables(run: Run, rows: list):
    """A table for each benchmark, then why the rest was not measured."""
    mark = trust.warning((run,), FILE)
    for bench in dict.fromkeys(r["bench"] for r in rows):
        every = [r for r in rows if r["bench"] == bench]
        ops = in_order((r["op"] for r in every), OPS)
        every.sort(key=lambda row: ops.index(row["op"]))
        mine = [r for r in every if r["status"] != "skipped"]
        if mine:
            flags = {row.line: bands.flag(run, row) for row in mine}
            shown_ones = columns(mine, any(flags.values()))
            params = {r["param"] for r in mine if r["param"]}
            where = params.pop() if len(params) == 1 else ""
            yield table([head(column, where) for column in shown_ones],
                        [[cell(row, column, flags[row.line], where) for column in shown_ones]
                         for row in mine],
                        caption(bench, mine, mark), "rows marked" if mark else "rows",
                        data_bench=bench)
        yield skipped(bench, every)


def skipped(bench: str, rows: list) -> Markup:
    """The rows that were skipped, one line for each reason."""
    found = {}
    for row in rows:
        if row["status"] == "skipped":
            found.setdefault(row["reason"] or "no reason given", []).append(row)
    lines = [tag("li", badge("skipped", "–", "none"), f" {reason}: {len(mine)} row"
                 f"{'s' if len(mine) > 1 else ''} of "
                 + ", ".join(in_order((r["op"] for r in mine), OPS)))
             for reason, mine in found.items()]
    return tag("ul", *lines, class_="problems", title=bench) if lines else Markup("")


def details(run: Run, rows: list) -> Markup:
    """The tables of a sweep, many rows, behind one line to click on; nothing without rows."""
    if not any(row["status"] != "skipped" for row in rows):
        return join(tables(run, rows)) if rows else Markup("")
    many = sum(row["status"] != "skipped" for row in rows)
    return tag("details", tag("summary", f"All {many} rows"), *tables(run, rows))


def columns(rows: list, flagged: bool) -> list:
    """The columns that these rows need; the caption says what the others would."""
    swept = ["at"] if not plot_cost.constant(rows) and any(r["param"] for r in rows) else []
    swept += ["targets"] if any(r["targets"] for r in rows) else []
    unit = ["unit"] if len({r["unit"] for r in rows}) > 1 else []
    chunks = ["spread"] if any(r["spread"] for r in rows) else []
    return ["op", "variant", *swept, *SHOWN, *chunks, *unit, *(["published"] if flagged else []),
            *(["discarded"] if discarded(rows) else []),
            *(["converged"] if any(r["converged"] != "1" for r in rows) else []),
            *(["outlier"] if any(map(doubtful.is_outlier, rows)) else []), "believed",
            *(["status"] if any(r["status"] != "ok" for r in rows) else [])]


def head(column: str, where: str) -> Markup:
    """The head of a column, of places that by which they were swept; one of numbers in the row's
    unit says so to the script."""
    is_place = column == "at" and where
    return tag("th", where if is_place else HEADS.get(column, column), scope="col",
               class_="u" if column in NUMBERS else None, data_at="1" if is_place else None)


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


def cell(row: Row, column: str, band, where: str) -> Markup:
    """One field of the table, in four digits; the file and the data of the page have all."""
    if column == "published":
        return tag("td", mark(band) if band else "")
    if column == "op":
        return tag("th", row["op"])
    if column == "variant":
        return tag("td", named(row))
    if column == "at":
        return tag("td", row["value"] if where or not row["param"]
                   else f"{row['param']} = {row['value']}")
    if column == "interval":
        return tag("td", interval(row.number("ci99_lo"), row.number("ci99_hi")))
    if column == "discarded":
        counts = [row[cause] for cause in CAUSES]
        return tag("td", " / ".join(c or "–" for c in counts) if any(counts) else "")
    if column == "converged":
        words = {"1": "", "0": badge("no", "~", "doubt")}
        return tag("td", words.get(row[column], row[column]))
    if column == "outlier":
        return tag("td", badge("contradicts its neighbours", "✗", "doubt")
                   if doubtful.is_outlier(row) else "")
    if column == "believed":  # of what was not measured there is nothing to believe
        return tag("td", SIGNS.get(row[column], row[column]) if row["status"] == "ok" else "")
    if column == "status":
        return status_cell(row) if row["status"] != "ok" else tag("td", "")
    number = row.number(column)
    return tag("td", escape(row[column]) if number is None or column in ("unit", "targets")
               else shown(number))


def status_cell(row: Row) -> Markup:
    """The status, and the reason wherever there is one."""
    kinds = {"ok": ("✓", "good"), "skipped": ("–", "none")}
    word = badge(row["status"] or "no status", *kinds.get(row["status"], ("✗", "bad")))
    return tag("td", word, " " + row["reason"] if row["reason"] else "", class_="reason")


def mark(band: Band) -> Markup:
    """The flag, as it stands beside a number."""
    return badge(f"outside {band.range}", "⚐", "doubt")


def in_kernels(rows: list[Row]) -> Markup:
    """The code of kernels that rows beside a figure stand for, by names people search for.

    A table behind one line to click on; nothing where no kernel is known to have these rows.
    """
    found = paths(rows)
    if not found:
        return Markup("")
    body = [[tag("th", one.rows, class_="name", scope="row"),
             *(breakable(text) for text in (one.linux, one.freebsd, one.xen))] for one in found]
    return tag("details", tag("summary", "The code of kernels that these rows stand for"),
               table(KERNELS, body))

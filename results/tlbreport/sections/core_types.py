"""The costs on each type of core beside the others'."""

from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..draw.tables import BELIEVED, status_cell
from ..read import cores, trust, variant
from ..read.row_name import by_key, named
from ..read.run import Row, Run
from ..read.schema import OPS, in_order

NOTE = (
    "The same rows on one core of each type, that of the boot processor first. Medians with their "
    "99 % intervals; ratios are to the boot processor's core. An operation is believed on a type "
    "of core if it passed its verification there. All other sections show the boot processor's "
    "type alone, but for calls to other processors; so do comparisons with other runs."
)


def core_types(run: Run) -> Markup:
    """What the types of core are, and the costs of each beside the others'."""
    said = cores.described(run)
    if not said:
        return paragraph("Not applicable on this machine: all cores are of one type, or the "
                         "processor does not tell them apart.",
                         class_="note")
    body = [[tag("th", kind, class_="name", scope="row"), tag("td", breakable(text), class_="reason"),
             verified(run if kind == cores.own(run) else run.others.get(kind))]
            for kind, text in said.items()]
    return join([table(["type of core", "what it is", "verification"], body), costs(run)])


def verified(run: Run | None) -> str:
    """How many required checks passed and failed on that type of core, and of what."""
    rows = [] if run is None else [r for r in run.rows("verify.csv") if r["rule"] == "must"]
    passed = sum(row["verdict"] == "pass" for row in rows)
    failed = [row for row in rows if row["verdict"] == "fail"]
    ops = ", ".join(in_order((row["op"] for row in failed), OPS))
    if not rows:
        return "nothing was verified"
    return f"{passed} required checks passed, {len(failed)} failed" + (f": {ops}" if ops else "")


def is_main(row: Row) -> bool:
    """A row of single_op without the first misses, or of a working set fetched again."""
    said = variant.of(row)
    if row["bench"] == "refill":
        return ((said.order, said.tables, said.depth) == ("random", "warm", "dense")
                and said.chains is None and not said.is_large)
    return said.phase != "" and said.window != "incl" and said.stores is None


def costs(run: Run) -> Markup:
    """The main rows that more than one type of core has."""
    mine = by_key(run)
    theirs = {kind: by_key(one) for kind, one in run.others.items()}
    keys = [key for key, row in mine.items() if is_main(row)
            and any(found.get(key, row)["status"] == "ok" for found in theirs.values())]
    keys.sort(key=lambda key: (key[0] != "single_op", in_order([key[1], *OPS], OPS).index(key[1])))
    if not theirs or not keys:
        return paragraph("No row was measured on another type of core.", class_="lack")
    body = [line(mine[key], [found.get(key) for found in theirs.values()]) for key in keys]
    heads = [f"{kind} {what}" for kind in theirs for what in ("cost", "ratio", "believed")]
    own = cores.own(run)
    mark = trust.warning((run, *run.others.values()), "results.csv")
    return join([paragraph(NOTE, class_="note"), table(
        ["op", "variant", "at", "unit", f"{own} cost", f"{own} believed", *heads], body,
        tag("span", mark, class_="mark") if mark else "", "marked" if mark else None)])


def line(row: Row, others: list) -> list:
    """One row of every type."""
    at = f"{row['param']}={row['value']}" if row["param"] else ""
    cells = [tag("th", breakable(row["op"]), class_="name", scope="row"),
             tag("td", breakable(named(row)), class_="name"), at, row["unit"],
             *shown(row)]
    for found in others:
        cost, believed = ("", "") if found is None else shown(found)
        cells += [cost, tag("td", ratio(row, found), class_="number"), believed]
    return cells


def shown(row: Row) -> list:
    """The cost with its interval, or why there is none; and whether it is believed."""
    if row["status"] != "ok":
        return [status_cell(row), ""]
    text = f"{row['p50']} [{row['ci99_lo']}, {row['ci99_hi']}]"
    return [tag("td", text, class_="number"), BELIEVED.get(row["believed"], row["believed"])]


def ratio(row: Row, found: Row | None) -> str:
    """The other's cost by this one's; empty where one of them is not above 0."""
    mine = row.number("p50") if row["status"] == "ok" else None
    theirs = found.number("p50") if found is not None and found["status"] == "ok" else None
    return f"{theirs / mine:.2f}" if mine and theirs and mine > 0 and theirs > 0 else ""

"""What is believed and why: each operation, and the cells that decide about it."""

from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..draw.tables import BELIEVED
from ..read import keeping, variant
from ..read.run import Run
from ..read.schema import OPS, in_order
from ..read.verdicts import Cell, must_cells, where

SAID = {
    "fail": "failed",
    "pass": "passed",
    "inconclusive": "inconclusive",
    "skipped": "not applicable on this machine",
    "": "without verdict",
}


def belief(run: Run) -> Markup:
    """One line for each operation that was timed or verified."""
    musts = must_cells(run)
    timed = (r["op"] for r in run.rows("results.csv") if r["op"])
    rule = (
        "A required check is something that the manual says must happen: that an entry of the TLB "
        "goes, or that an exception comes. An operation is believed if at least one of its "
        "required checks passed and none failed. It is not believed if one failed. If none could "
        "be decided, there is no verdict. An operation that is there to keep translations (MOV "
        "CR3 with bit 63 set) is believed if they stay, and if its rows show that the working set "
        "need not be fetched again."
    )
    rows = [
        [tag("th", breakable(op), class_="name", scope="row"), said_by_program(run, op),
         tag("td", why(op, musts, run), class_="reason")]
        for op in in_order([*timed, *musts], OPS)
    ]
    head = ["operation", "believed", "because"]
    lack = ""
    if run.damaged("verify.csv"):
        lack = paragraph("verify.csv is missing or damaged: the reasons are not complete.",
                         class_="lack")
    return join([paragraph(rule, class_="note"), unseen(run), lack, table(head, rows)])


def unseen(run: Run) -> Markup:
    """Which rows no emulator has ever run, so that only this machine speaks for them; nothing
    where there are none."""
    costs = [row for row in run.rows("results.csv") if row["status"] == "ok"]
    cells = [row for row in run.rows("verify.csv") if row["verdict"] != "skipped"]
    broadcast = any(row["op"] == "invlpgb_tlbsync" for row in [*costs, *cells])
    tce = any(variant.of(row).tce for row in costs) or any(
        row["tce"] == "1" for row in cells)
    names = [*(["of INVLPGB"] if broadcast else []), *(["with EFER.TCE set"] if tce else [])]
    if not names:
        return Markup("")
    return paragraph(
        f"Rows {' and '.join(names)} were tried on modelled machines only: no emulator of real "
        f"processors has {'either' if len(names) > 1 else 'that'}. Read the verification below "
        "before you quote one.", class_="note")


def said_by_program(run: Run, op: str) -> Markup:
    """The values of `believed` in results.csv; more than one is a contradiction."""
    rows = [r for r in run.rows("results.csv") if r["op"] == op and r["status"] == "ok"]
    if not rows:
        return Markup("not timed")
    values = dict.fromkeys(r["believed"] for r in rows)
    return join([BELIEVED.get(v, v) for v in values], " ")


def why(op: str, musts: dict, run: Run) -> Markup:
    """The required checks of an operation, by verdict, the decisive ones first."""
    if op not in musts:
        return Markup("It was not verified: verify.csv has no row of it.")
    of_op = musts[op]
    if op in keeping.KEEPERS:
        return join(["It has nothing to drop.", *decided(of_op),
                     f"What it keeps: {keeping.kept(run, op).words}."], " ")
    if not of_op:
        return Markup("The manual requires no check of it: there is nothing it must drop.")
    parts = decided(of_op)
    rows = [row for found in of_op.values() for cell in found for row in cell.rows]
    if not {row["verdict"] for row in rows} & {"pass", "fail"}:
        parts.append("So nothing is decided.")
    return join(parts, " ")


def decided(of_op: dict) -> list:
    """A sentence for each verdict."""
    parts = []
    for verdict in in_order(of_op, list(SAID)):
        names = ", ".join(named(cell) for cell in of_op[verdict])
        many = "s" if len(of_op[verdict]) > 1 else ""
        said = f"{len(of_op[verdict])} required check{many} {SAID.get(verdict, verdict)}: {names}."
        parts.append(tag("strong", said) if verdict == "fail" else said)
    return parts


def named(cell: Cell) -> str:
    """The cell; for a failed one also when and how often."""
    if cell.verdict != "fail":
        return cell.place
    failed = [r for r in cell.rows if r["verdict"] == "fail"]
    times = (f"{r['phase']} the timing{where(r)}, {r['stale_after']} of {r['trials']} still there"
             for r in failed)
    return f"{cell.place} ({'; '.join(times)})"

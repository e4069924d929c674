"""What is believed and why: each operation, and the cells that decide about it; by state of the
processor where it failed in one and not in another."""

from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..draw.tables import BELIEVED
from ..read import keeping, variant
from ..read.run import Row, Run
from ..read.schema import OPS, in_order
from ..read.verdicts import Cell, in_words, must_cells, must_phases, operations, state, states, where

SAID = {
    "fail": "failed",
    "pass": "passed",
    "inconclusive": "inconclusive",
    "skipped": "not applicable on this machine",
    "": "without verdict",
}


def belief(run: Run) -> Markup:
    """What decides, and a line for each operation that was timed or verified."""
    musts, found = must_cells(run), must_phases(run)
    timed = (operations(r)[0] for r in run.rows("results.csv") if r["op"])
    rule = (
        "A required check is something that the manual says must happen: that an entry of the TLB "
        "goes, or that an exception comes. A row is believed if at least one entry that its "
        "operation must drop was seen to go in the state that the row was measured in (CR4.PCIDE, "
        "EFER.TCE), and none stayed there. It is not believed if one stayed. If none could be "
        "decided, there is no verdict. An exception that does not come counts against the run, "
        "and against rows only of an operation that must drop nothing. An operation that is there "
        "to keep translations (MOV CR3 with bit 63 set) is believed if they stay, and if its rows "
        "show that the working set need not be fetched again."
    )
    rows = [one for op in in_order([*timed, *musts], OPS)
            for one in lines(run, op, musts, found.get(op, {}))]
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
    rar = any(row["bench"] == "shootdown" and variant.of(row).mode == "rar" for row in costs)
    names = [*(["of INVLPGB"] if broadcast else []), *(["of Remote Action Request"] if rar else []),
             *(["with EFER.TCE set"] if tce else [])]
    if not names:
        return Markup("")
    return paragraph(
        f"Rows {' and '.join(names)} were tried on modelled machines only: no emulator of real "
        f"processors has {'either' if len(names) > 1 else 'that'}. Read the verification below "
        "before you quote one.", class_="note")


def lines(run: Run, op: str, musts: dict, of_op: dict) -> list:
    """The line of an operation; one for each state where these are not believed alike."""
    rows = [r for r in run.rows("results.csv") if operations(r)[0] == op and r["status"] == "ok"]
    is_alike = (len({"fail" in verdicts for verdicts in of_op.values()}) < 2
                and len({r["believed"] for r in rows}) < 2)
    if is_alike or len(of_op) < 2:
        return [line(op, rows, why(op, musts, run))]
    return [line(op + in_words(of_op, one), [r for r in rows if one in states(of_op, r)],
                 why(op, {op: of_state(musts[op], one)}, run)) for one in of_op]


def line(name: str, rows: list, because: Markup) -> list:
    """What is believed, whether its rows are, and why."""
    return [tag("th", breakable(name), class_="name", scope="row"), said_by_program(rows),
            tag("td", because, class_="reason")]


def of_state(of_op: dict, one: tuple) -> dict:
    """The cells of that state, by verdict."""
    kept = {verdict: [cell for cell in cells if state(cell.rows[0]) == one]
            for verdict, cells in of_op.items()}
    return {verdict: cells for verdict, cells in kept.items() if cells}


def said_by_program(rows: list[Row]) -> Markup:
    """The values of `believed` in rows of results.csv; more than one is a contradiction."""
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
    """A sentence for each verdict; exceptions, which decide less, come last."""
    parts = []
    for what, is_fault in (("check", False), ("exception", True)):
        for verdict in in_order(of_op, list(SAID)):
            cells = [cell for cell in of_op[verdict] if cell.is_fault == is_fault]
            if cells:
                many = "s" if len(cells) > 1 else ""
                said = (f"{len(cells)} required {what}{many} {SAID.get(verdict, verdict)}: "
                        f"{', '.join(map(named, cells))}.")
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

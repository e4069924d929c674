"""The verification as a matrix of operation x entry."""

import math

from ...draw import plot_matrix
from ...draw.figure import picture
from ...draw.markup import Markup, badge, breakable, join, legend, paragraph, table, tag
from ...read.run import Run
from ...read.schema import ENTRIES, OPS, PHASES, in_order
from ...read.verdicts import ACCESSED, GUEST_ENTRIES, Cell, cells, common_bits, where
from .each_cpu import each_cpu

# verdict -> sign, colour class, what it means
LEGEND = {
    "pass": ("✓", "good", "the manual says that the entry goes, and in no trial was it still used"),
    "fail": ("✗", "bad", "the manual says that the entry goes, and in at least one trial it was "
             "still used"),
    "kept": ("◆", "kept", "the entry may go or stay; in at least one trial it stayed"),
    "dropped": ("◇", "none", "the entry may go or stay; it went in every trial"),
    "refuted": ("⚑", "kept", "a published claim says that it goes; it stayed"),
    "holds": ("○", "none", "a published claim says that it goes; it went"),
    "inconclusive": ("?", "doubt", "without any operation the entry was stale in less than "
                     "95 % of the trials, so that it may have gone by itself"),
    "skipped": ("–", "none", "not applicable on this machine: a feature or memory is missing"),
}


def matrix(run: Run) -> Markup:
    """The matrix as a picture and as a table, its legend, the faults and the citations."""
    found = cells(run)
    if not found:
        return paragraph("There is no row: verify.csv is missing or empty.", class_="lack")
    notes = Footnotes()
    faults = [c for c in found if c.is_fault]
    grid = [c for c in found if not c.is_fault and not c.is_witness]
    parts = [explanation(run)]
    if grid:
        parts += [drawn(run, grid), grid_table(grid, notes)]
    parts += [each_cpu(run), excluded(grid), witness(found)]
    if faults:
        parts.append(fault_table(faults, notes))
    return join([*parts, legend(LEGEND), notes.show()])


def explanation(run: Run) -> Markup:
    phases = {r["phase"] for r in run.rows("verify.csv")}
    lack = [p for p in PHASES if p not in phases]
    text = (
        "A cell is one kind of TLB entry behind one operation: is the entry still used? must: the "
        "manual says that it goes; may: it may go or stay; claimed: somebody has published that "
        "it goes. Each cell is tried before and after the timing of its operation, and the worse "
        "verdict stands. stale: trials, of both times, in which the entry was still used after "
        "the operation. control: the same without any operation. [1] leads to the citation."
    )
    if common_bits(run):
        text += f" All cells: {common_bits(run)}."
    if lack:
        text += f" In this run there is nothing from {' and '.join(lack)} the timing."
    return paragraph(text, class_="note")


def drawn(run: Run, grid: list) -> Markup:
    """The matrix as a picture."""
    alt = "What each operation drops, by entry; the table below says the same."
    figure = plot_matrix.draw(grid, common_bits(run))
    return tag("figure", picture(run, "matrix", alt, figure, "verify.csv"))


class Footnotes:
    """Citations, each numbered at its first use."""

    def __init__(self):
        self.texts = {}

    def number(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts) + 1)

    def show(self) -> Markup:
        if not self.texts:
            return Markup("")
        items = (tag("li", text, id=f"cite-{number}") for text, number in self.texts.items())
        return join([tag("h3", "Citations"), tag("ol", *items, class_="citations")])


def grid_table(found: list, notes: Footnotes) -> Markup:
    """Operation x entry.  Control bits are in the row's name where they tell rows apart."""
    entries = in_order((c.entry for c in found), ENTRIES)
    ops = in_order((c.op for c in found), OPS)
    rows = []
    for op in ops:
        mine = [c for c in found if c.op == op]
        for bits in dict.fromkeys(c.bits for c in mine):
            at = {c.entry: c for c in mine if c.bits == bits}
            name = [breakable(op), tag("small", f" {bits}") if bits else ""]
            line = [tag("th", *name, class_="name", scope="row")]
            rows.append(line + [show(at[e], notes) if e in at else untried() for e in entries])
    head = ["operation", *(breakable(e) for e in entries)]
    return table(head, rows, "What each operation leaves behind", "matrix")


def excluded(grid: list) -> Markup:
    """What a verdict excludes, by how often its cell was tried."""
    counts = {}
    for cell in grid:
        if cell.unseen is not None and cell.entry not in GUEST_ENTRIES:
            counts.setdefault(int(cell.total("trials")), []).append(cell)
    if not counts:
        return Markup("")
    said = [f"0 of {trials}: below {percent(counts[trials][0].unseen)} % "
            f"({len(counts[trials])} {'cell' if len(counts[trials]) == 1 else 'cells'})"
            for trials in sorted(counts)]
    text = (
        "Where no trial was stale, an entry stays behind less often than this, at 95 % confidence; "
        "what happens more rarely may be unseen: " + "; ".join(said) + ". Each trial was on another "
        "page, and they went through all sets of a TLB of up to 512 one after the other."
    )
    return paragraph(text, class_="note")


def percent(share: float) -> str:
    """Two significant digits, rounded up: '0.75', '0.0030'."""
    digits = 1 - math.floor(math.log10(share))
    return f"{math.ceil(share * 10 ** digits) / 10 ** digits:.{max(digits, 0)}f}"


def untried() -> Markup:
    return tag("td", "·", class_="untried", title="no such check")


def show(cell: Cell, notes: Footnotes) -> Markup:
    """Verdict, rule, counts, citation; both phases where they disagree."""
    sign, kind, _ = LEGEND.get(cell.verdict, ("!", "bad", ""))
    parts = [badge(cell.verdict or "no verdict", sign, kind),
             tag("small", join([cell.rule, *links(cell, notes)], " "))]
    for name, column in (("stale", "stale_after"), ("control", "stale_control")):
        if fraction(cell, column):
            parts.append(tag("small", f"{name} {fraction(cell, column)}"))
    if not cell.agreed:
        parts += [tag("small", f"{r['phase']}{where(r)}: {r['verdict']}", class_="disagree")
                  for r in cell.rows]
    return tag("td", join(parts, " "), class_=kind, title=tooltip(cell))


def links(cell: Cell, notes: Footnotes) -> list:
    """A link to each citation of the cell."""
    numbers = dict.fromkeys(notes.number(r["citation"]) for r in cell.rows if r["citation"])
    return [tag("a", f"[{number}]", href=f"#cite-{number}") for number in numbers]


def fraction(cell: Cell, column: str) -> str:
    """A count of all trials of the cell, empty if there is none."""
    count, trials = cell.total(column), cell.total("trials")
    return f"{count}/{trials}" if count and trials not in ("", "0") else ""


def tooltip(cell: Cell) -> str:
    """All of a cell in words."""
    lines = [f"{cell.op}, {cell.place}: {cell.rule}"]
    for row in cell.rows:
        after, control, trials = row["stale_after"], row["stale_control"], row["trials"]
        lines.append(f"{row['phase']}{where(row)}: {row['verdict']}, stale {after}/{trials}, "
                     f"control {control}/{trials}")
    if cell.unseen is not None:
        lines.append(f"below {percent(cell.unseen)} % at 95 %")
    lines += dict.fromkeys(r["citation"] for r in cell.rows if r["citation"])
    return "\n".join(lines)


def fault_table(found: list, notes: Footnotes) -> Markup:
    """Checks that an instruction faults, or does not, as the manual says."""
    rows = [[c.op, c.place, show(c, notes)] for c in found]
    title = "Faults that the manual asks for"
    return table(["operation", "fault", "verdict"], rows, title, "faults")


def witness(found: list) -> Markup:
    """One sentence where the two agree, and each cell in which they do not."""
    told = [cell for cell in found if cell.is_witness and not all(map(where, cell.rows))]
    if not told:
        return Markup("")
    by_frame = {(c.op, c.entry, c.bits): c for c in found}
    apart = []
    for cell in told:
        frame = by_frame.get((cell.op, cell.entry.removesuffix(ACCESSED), cell.bits))
        before = [r["verdict"] for r in frame.rows
                  if r["phase"] == "before" and not where(r)] if frame else []
        if before != [r["verdict"] for r in cell.rows if not where(r)]:
            apart.append((cell, before[0] if before else "not tried"))
    text = (
        "A second witness: most trials change the page frame of an entry and look which frame is "
        "read. Here its accessed bit is cleared, which only a page walk sets again. "
        f"{len(told)} entries were tried so, once before the timing; of {len(told) - len(apart)} "
        "of them both ways say the same."
    )
    return join([paragraph(text, class_="note"), disagreements(apart) if apart else ""])


def disagreements(apart: list) -> Markup:
    """Where one of the two must be wrong, or the CPU set the bit early."""
    rows = [[tag("th", breakable(cell.op), class_="name", scope="row"),
             f"{cell.entry.removesuffix(ACCESSED)}" + (f" ({cell.bits})" if cell.bits else ""),
             frame, badge(cell.verdict, "≠", "bad" if "fail" in (cell.verdict, frame) else "doubt")]
            for cell, frame in apart]
    return table(["operation", "entry", "by its frame", "by its accessed bit"], rows,
                 "Where the two witnesses differ")

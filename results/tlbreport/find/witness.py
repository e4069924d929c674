"""The second witness: what the accessed bit says of an entry, against what its frame says."""

from ..read.markup import Markup, badge, breakable, join, paragraph, table, tag
from ..read.verdicts import Cell

SUFFIX = "_accessed"


def is_witness(cell: Cell) -> bool:
    """Whether the cell was told by the accessed bit."""
    return cell.entry.endswith(SUFFIX)


def witness(found: list) -> Markup:
    """One sentence where the two agree, and each cell in which they do not."""
    told = [cell for cell in found if is_witness(cell)]
    if not told:
        return Markup("")
    by_frame = {(c.op, c.entry, c.bits): c for c in found}
    apart = []
    for cell in told:
        frame = by_frame.get((cell.op, cell.entry.removesuffix(SUFFIX), cell.bits))
        before = [r["verdict"] for r in frame.rows if r["phase"] == "before"] if frame else []
        if before != [cell.verdict]:
            apart.append((cell, before[0] if before else "not tried"))
    text = (
        f"The second witness: instead of another frame the entry has its accessed bit cleared, "
        f"and only a walk sets it again. It was asked of {len(told)} entries, once before the "
        f"timing, and says what the frame says of {len(told) - len(apart)} of them."
    )
    return join([paragraph(text, class_="note"), disagreements(apart) if apart else ""])


def disagreements(apart: list) -> Markup:
    """Where one of the two must be wrong, or the CPU set the bit early."""
    rows = [[tag("th", breakable(cell.op), class_="name", scope="row"),
             f"{cell.entry.removesuffix(SUFFIX)}" + (f" ({cell.bits})" if cell.bits else ""),
             frame, badge(cell.verdict, "≠", "bad" if "fail" in (cell.verdict, frame) else "doubt")]
            for cell, frame in apart]
    return table(["operation", "entry", "by its frame", "by its accessed bit"], rows,
                 "Where the two witnesses differ")

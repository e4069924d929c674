"""The verification as it is read: cells of operation x entry, and what follows from them.

What was shown of an operation holds in the state of the processor that it was shown in, as in the
program: a row is believed by the cells of its own CR4.PCIDE and EFER.TCE.
"""

from dataclasses import dataclass, field
from operator import itemgetter

from . import variant
from .run import Row, Run, once

BITS = ("pcide", "tce")  # CR4.PCIDE and EFER.TCE
ACCESSED = "_accessed"  # behind the entry that was told by its accessed bit
# Operation, scope or lock -> what it is with in a row of two.
PARTNERS = {("invpcid_address", "pti"): "invlpg", ("invpcid_context", "pti-space"): "cr3_pcid_flush",
            ("invlpg", "gen"): "cr3_reload"}

# Of nested, operation and who does it -> the operation of its cells.
GUEST = {
    ("none", "invlpga"): "invlpga", ("invlpg", "guest"): "guest_invlpg", ("invlpg", "exit"): "exit_invlpg",
    ("cr3_reload", "exit"): "exit_cr3_reload",
    **{("cr3_reload", one): "guest_cr3_reload" for one in ("guest", "nested1g", "nested2m", "nested4k")},
}
GUEST_ENTRIES = ("guest_entry", "nested_entry")

# Row -> all of it that its operations and the states it may be of follow from: a sweep has many
# rows that are alike in that.
told_by = itemgetter("bench", "op", "variant", "status")

NEVER_STALE = ("pass", "dropped", "holds")
# Of two verdicts on one cell the one that comes first here stands.
WORST_FIRST = "fail refuted inconclusive skipped kept dropped holds pass".split()


@dataclass
class Cell:
    """One check, with its rows before and after the timing."""

    op: str
    entry: str
    bits: str  # 'PCIDE=1, TCE=0': those that are not the same in the whole run
    rows: list = field(default_factory=list)

    @property
    def rule(self) -> str:
        return self.rows[0]["rule"]

    @property
    def verdict(self) -> str:
        """The worst verdict; one that nobody knows is worse than all."""
        return min((r["verdict"] for r in self.rows), key=badness)

    @property
    def is_fault(self) -> bool:
        """Whether it is about an exception, and not about an entry."""
        return is_fault(self.entry)

    @property
    def is_witness(self) -> bool:
        """Whether it was told by the entry's accessed bit: another cell has it by its frame."""
        return self.entry.endswith(ACCESSED)

    @property
    def agreed(self) -> bool:
        """Whether before and after say the same."""
        return len({r["verdict"] for r in self.rows}) == 1

    def total(self, column: str) -> str:
        """A count summed over the phases; empty if one of them has none."""
        counts = [r.number(column) for r in self.rows]
        return "" if None in counts else str(int(sum(counts)))

    @property
    def unseen(self) -> float | None:
        """Of a cell in which no trial was stale: the share of operations, in percent, that may
        leave the entry behind and would still go unseen in so many with a chance of 5 %."""
        trials, stale = self.total("trials"), self.total("stale_after")
        if stale != "0" or trials in ("", "0") or self.verdict not in NEVER_STALE:
            return None
        return 100 * (1 - 0.05 ** (1 / int(trials)))

    @property
    def place(self) -> str:
        """The entry, with the control bits if there are any: 'page_4k (PCIDE=1)'."""
        return self.entry + (f" ({self.bits})" if self.bits else "")


def where(row: Row) -> str:
    """' on processor 5': of one that is verified alone, and where nothing else is measured."""
    return f" on processor {row['cpu']}" if row["cpu"] else ""


def is_fault(entry: str) -> bool:
    """Whether the cell is about an exception: that one comes says nothing of any entry."""
    return entry.startswith(("fault_", "no_fault_"))


def badness(verdict: str) -> int:
    """The lower, the worse."""
    return WORST_FIRST.index(verdict) if verdict in WORST_FIRST else -1


def cells(run: Run) -> list:
    """The cells of verify.csv in the order in which they first appear."""
    rows, found = run.rows("verify.csv"), {}
    telling = [bit for bit in BITS if len({row[bit] for row in rows}) > 1]
    for row in rows:
        key = (row["op"], row["entry"], named_bits(row, telling))
        found.setdefault(key, Cell(*key)).rows.append(row)
    return list(found.values())


def common_bits(run: Run) -> str:
    """The control bits that are the same in the whole run, named."""
    rows = run.rows("verify.csv")
    return named_bits(rows[0], [b for b in BITS if len({row[b] for row in rows}) == 1])


def named_bits(row: Row, which: list) -> str:
    """'PCIDE=1, TCE=0' for these columns, as far as they are filled."""
    return ", ".join(f"{bit.upper()}={row[bit]}" for bit in which if row[bit])


def must_cells(run: Run) -> dict:
    """Operation -> verdict -> its must cells."""
    found = {}
    for cell in cells(run):
        of_op = found.setdefault(cell.op, {})
        if cell.rule == "must":
            of_op.setdefault(cell.verdict, []).append(cell)
    return found


@once
def must_phases(run: Run) -> dict:
    """Operation -> state in which it was tried -> verdict of a must cell -> the phases that say so.
    That it passes on a processor that nothing is measured on says nothing here.  Exceptions count
    only where the operation has nothing to drop: then there is no other required check."""
    found, faults = {}, {}
    for row in run.rows("verify.csv"):
        if is_fault(row["entry"]):
            verdicts = faults.setdefault(row["op"], {})
        else:
            verdicts = found.setdefault(row["op"], {}).setdefault(state(row), {})
        if row["rule"] == "must" and (not row["cpu"] or row["verdict"] == "fail"):
            verdicts.setdefault(row["verdict"], set()).add(row["phase"])
    for op, verdicts in faults.items():
        of_op = found.setdefault(op, {})
        if not any(of_op.values()):
            found[op] = dict.fromkeys(of_op, verdicts) or {("0", "0"): verdicts}
    return found


def state(row: Row) -> tuple:
    """CR4.PCIDE and EFER.TCE of a row of verify.csv; an empty field is a bit that is clear."""
    return tuple(row[bit] or "0" for bit in BITS)


def states(of_op: dict, row: Row) -> list:
    """Those states of an operation that a row of results.csv may be of: its own; each, if its
    variant is not known or nothing was measured; and the only one there is."""
    if len(of_op) == 1 or row["status"] != "ok" or not variant.is_known(row):
        return list(of_op)
    return [variant.of(row).control_bits]


def said_of(found: dict, op: str, row: Row) -> dict:
    """What must_phases() found of an operation, by the states that the row may be of."""
    of_op = found.get(op, {})
    return {one: of_op.get(one, {}) for one in states(of_op, row)}


def in_words(of_op: dict, one: tuple) -> str:
    """' with PCIDE=1': a state by the bits in which those of the operation differ."""
    telling = [f"{name.upper()}={bit}" for name, bit, *bits in zip(BITS, one, *of_op)
               if len(set(bits)) > 1]
    return " with " + ", ".join(telling) if telling else ""


def operations(row: Row) -> list:
    """The operation of a row, as its cells have it; and the other of a row of two, which is believed if
    both are."""
    said = variant.of(row)
    if said.guest:
        return [GUEST.get((row["op"], said.guest), row["op"])]
    partner = PARTNERS.get((row["op"], said.scope or said.lock))
    return [row["op"], partner] if partner else [row["op"]]

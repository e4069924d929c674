"""Which rows answer first: one for each question that brings somebody here.

An operation by itself, once, behind a TLB that was filled; in the mode of the processor in which
Linux runs on it, that is with PCIDs where there are any.
"""

from dataclasses import dataclass

from ..read import sweep, variant
from ..read.row_name import measured
from ..read.run import Row, Run
from ..read.sweep import NO_VERDICT, NOT_BELIEVED
from . import bands, remote, shots
from .bands import Band

REFILL_ROW = {"order": "random", "tables": "warm", "depth": "dense", "page_size": "4k"}
REFILL_OPS = ("cr3_pcid_flush", "cr3_reload")
STATES = ("pause", "spin", "hlt")  # of who is called: awake, if that was measured
BY_ITSELF = (
    ("INVLPG", ("invlpg",)),
    ("MOV CR3, flush", ("cr3_pcid_flush", "cr3_reload")),
    ("MOV CR3, no flush", ("cr3_pcid_noflush",)),
    ("INVPCID 0, an address", ("invpcid_address",)),
    ("INVPCID 1, a PCID", ("invpcid_context",)),
    ("INVPCID 2, everything", ("invpcid_all_global",)),
    ("INVPCID 3, all but global", ("invpcid_all_non_global",)),
    ("CR4.PGE off and on", ("cr4_pge_toggle",)),
)


@dataclass(frozen=True)
class Headline:
    """A question and the row that answers it; no row: why there is none."""

    name: str
    row: Row | None
    why: str
    band: Band | None = None

    def cycles(self, run: Run):
        """The cost in cycles of the core, where that is known."""
        return bands.cycles(run, self.row) if self.row else None

    @property
    def doubt(self) -> str:
        """Why it may not be believed.  What calls others has no operation to verify."""
        if self.row is None or self.row["op"] == "none":
            return ""
        return {"1": "", "0": NOT_BELIEVED}.get(self.row["believed"], NO_VERDICT)


def headlines(run: Run) -> list:
    """One for each question, in the same order for every run."""
    return [*(alone(run, name, ops) for name, ops in BY_ITSELF), refill(run),
            call(run), *shootdowns(run)]


def alone(run: Run, name: str, ops: tuple) -> Headline:
    """One operation by itself."""
    found = [row for op in ops for row in sweep.rows(run, "single_op")
             if row["op"] == op and is_first(row)]
    found.sort(key=lambda row: (not variant.of(row).pcide, variant.of(row).window != "bare"))
    band = next((one for one in bands.BANDS if set(one.ops) & set(ops)), None)
    return taken(name, found, band)


def is_first(row: Row) -> bool:
    """Whether it is the plain row: a page of 4 KiB that the TLB holds, nothing else pending."""
    said = variant.of(row)
    return (said.phase == "first" and bands.is_plain(said) and not said.is_global
            and said.page_size in ("", "4k"))


def refill(run: Run) -> Headline:
    """A page of the smallest working set that was measured."""
    found = [row for op in REFILL_OPS for row in sweep.rows(run, "refill")
             if row["op"] == op and is_usual_refill(row)]
    found.sort(key=lambda row: row.number("value") or 0)
    return taken("Refill of a page", found, bands.REFILLS["warm"])


def is_usual_refill(row: Row) -> bool:
    said = variant.of(row)
    return (all(getattr(said, key) == value for key, value in REFILL_ROW.items())
            and said.chains is None and not said.is_large and not said.target_pcid)


def call(run: Run) -> Headline:
    """The nearest processor called by an interrupt, there and back."""
    found = []
    for row in sweep.rows(run, "ipi"):
        one = remote.call(row)
        if one and one.mode == "unicast" and one.figure == "rtt" and not row["param"] \
                and one.state in STATES:
            found.append((STATES.index(one.state), remote.place_rank(remote.place(one)), row))
    found.sort(key=lambda one: one[:2])
    return taken("IPI there and back", [row for *_, row in found], bands.ROUND_TRIP)


def shootdowns(run: Run) -> list:
    """One page, from the fewest targets and from the most."""
    found = [(one, row) for row in sweep.rows(run, shots.BENCH)
             if (one := shots.shot(row)) and one.is_usual and one.op == "invlpg"
             and one.pages == 1 and not one.pcids]
    found.sort(key=lambda pair: pair[0].targets)
    known = [pair for pair in found if measured(pair[1])]
    rows = [row for _, row in known or found]
    most = known[-1][0].targets if known else 0
    return [taken("Shootdown of a page by one", [row for one, row in known or found
                                                 if one.targets <= 1]),
            taken(f"Shootdown by all {most}" if most > 1 else "Shootdown by all",
                  rows[-1:] if most != 1 else [])]


def taken(name: str, found: list, band: Band | None = None) -> Headline:
    """The first that was measured; of none the reason of the first."""
    row = next((row for row in found if measured(row)), None)
    why = ""
    if row is None:
        first = next(iter(found), None)
        why = "was not run" if first is None else f"{first['status']}: {first['reason']}"
    return Headline(name, row, why.rstrip(": "), band)

"""Published figures: outside of their range a number on hardware is flagged, never failed."""

from dataclasses import dataclass

from ..read import variant
from ..read.row_name import measured
from ..read.run import Row, Run
from ..read.variant import Variant
from . import remote


@dataclass(frozen=True)
class Band:
    """What others measured, in cycles."""

    what: str
    ops: tuple
    low: int
    high: int
    source: str

    @property
    def range(self) -> str:
        return f"{self.low} to {self.high}"


BANDS = (
    Band("MOV CR3 that flushes", ("cr3_reload", "cr3_pcid_flush"), 90, 700,
         "Westmere 108, Haswell 124, other Intel 96 to 366, older AMD 127 to 273"),
    Band("INVLPG", ("invlpg",), 80, 500,
         "Westmere 232 to 284, Haswell 216, Ivy Bridge 227, Skylake 198, AMD 93 to 512"),
    Band("INVPCID, one address", ("invpcid_address",), 150, 1000, "Skylake, about 350"),
    Band("INVPCID, everything", ("invpcid_all_global",), 200, 2000,
         "Skylake, 376 ns with a system call around it"),
    Band("CR4.PGE off and on", ("cr4_pge_toggle",), 400, 3000,
         "Westmere 828, Haswell 960, other Intel 746 to 1795, AMD 589 to 1501"),
)
REFILL = Band("refill of one page", (), 5, 1200,
              "warm tables 5 to 60 (Ivy Bridge 34 to 45, a Skylake guest about 20); cold "
              "tables up to 1200")
# The same by what the caches hold of the page tables: the rows of the benchmark `refill`.
REFILLS = {
    "warm": Band("refill of one page, warm tables", (), 5, 60,
                 "Ivy Bridge 34 to 45, a Skylake guest about 20"),
    "cold": Band("refill of one page, cold tables", (), 5, 1200, "1 to 4 pages, cold, after a "
                 "reload or INVLPG"),
}
ROUND_TRIP = Band("IPI and answer, one processor, one package", (), 1000, 10000,
                  "KVM guests: xAPIC 6059, x2APIC 4338, with IPI virtualisation 4713 and 3645; "
                  "1.79 us on a machine that is not stated")
ONE_WAY = Band("IPI, one way, one package", (), 300, 4000,
               "1.24 us on a machine that is not stated; between packages 2.7 us (2) to 6.6 us (8)")
CALLS = {"rtt": ROUND_TRIP, "oneway": ONE_WAY}
REFILL_OPS = ("cr3_reload", "cr3_pcid_flush", "cr4_pge_toggle", "invpcid_context",
              "invpcid_all_global")  # that drop the whole working set
REFILL_PAGES = 512  # more need not fit into the TLB, and what does not fit is not fetched again
# The canary is a chain of so many multiplications of so many cycles each, where the self-test
# found three times the time of additions.
CANARY_CYCLES, LATENCY, LATENCY_ERROR = 3 * 256, 3.0, 0.03


def applies(run: Run) -> bool:
    """Published figures are of hardware, and only hardware is compared with them."""
    return run.fact("env") == "hw"


def reference(run: Run, row: Row) -> tuple:
    """(from, to) in ticks that is published for a plain row of single_op; empty if there is none,
    or the ticks in a cycle are not known."""
    rate = per_tick(run, row.number("canary")) if applies(run) else None
    band = next((b for b in BANDS if row["op"] in b.ops), None)
    if not rate or not band or not is_plain(variant.of(row)):
        return ()
    return band.low / rate, band.high / rate


def flag(run: Run, row: Row):
    """The band that the median of a row is outside of; None if it is not, or has no band."""
    if not applies(run):
        return None
    if row["bench"] == "ipi":
        return flag_call(run, row)
    if row["bench"] == "refill":
        return flag_refill(run, row)
    known = measured(row) or row["unit"] == "cycles"
    if not known or not is_plain(variant.of(row)):
        return None
    bands = (b for b in BANDS if row["op"] in b.ops)
    return next((b for b in bands if outside(b, cycles(run, row))), None)


def is_plain(said: Variant) -> bool:
    """Whether others have published such a row of single_op: an operation by itself, that finds
    what it drops in the TLB, with nothing else that is pending or set."""
    return said.phase != "" and said.window != "incl" and not (
        said.is_absent or said.target_pcid or said.tce or said.stores is not None)


def of_refill(said: Variant) -> Band | None:
    """The published range of such a row of `refill`: of dense pages, each of which waits for the
    one before, and which the operation was to drop."""
    if said.depth != "dense" or said.chains is not None or said.target_pcid:
        return None
    return REFILLS[said.tables]


def flag_refill(run: Run, row: Row):
    """The same of the refill of a page of a dense working set that fits into the TLB."""
    pages = row.number("value")
    if row["op"] not in REFILL_OPS or not measured(row) or not pages or pages > REFILL_PAGES:
        return None
    band = of_refill(variant.of(row))
    return band if band and outside(band, cycles(run, row)) else None


def per_tick(run: Run, canary) -> float | None:
    """Cycles of the core in a tick while a canary took so many; None where the length of the
    canary's chain in cycles is not known."""
    ratio = next((row.number("value") for row in run.rows("selftest.csv")
                  if row["test"] == "imul_to_add" and row["verdict"] == "pass"), None)
    if not canary or ratio is None or abs(ratio / LATENCY - 1) > LATENCY_ERROR:
        return None
    return CANARY_CYCLES / canary


def cycles(run: Run, row: Row):
    """The median in cycles of the core; None where it is not known."""
    median = row.number("p50")
    if row["unit"] == "cycles" or median is None:
        return median
    rate = per_tick(run, row.number("canary"))
    return None if rate is None else median * rate


def flag_call(run: Run, row: Row):
    """The same of a call of one processor by an interrupt, inside one package."""
    one = remote.call(row)
    if not measured(row) or not one or one.mode in remote.NO_IPI \
            or one.distance == "machine" or one.sender is not None:
        return None
    band = CALLS.get(one.figure)
    alone = remote.targets(row) == 1
    return band if band and alone and outside(band, cycles(run, row)) else None


def outside(band: Band, value) -> bool:
    return value is not None and not band.low <= value <= band.high

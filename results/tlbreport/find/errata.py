"""Published errata of the processor that touch what is measured, by its signature and microcode."""

from dataclasses import dataclass

from ..read.run import Run
from .as_linux import lacks_repair, repair

INTEL, AMD = "GenuineIntel", "AuthenticAMD"


@dataclass(frozen=True)
class Erratum:
    """What its maker calls it, what happens, and what of this report it touches."""

    name: str
    text: str
    touches: str


# Vendor, family, models (none: all of the family), and what they have.
KNOWN = (
    (INTEL, "6", ("106", "108", "92", "189"), Erratum(
        "ICX143, ICXD80, APL30, LNL030", "a store may not wake who monitors its line",
        "calls by a store that wakes (store-mwait), store_wakes_lost")),
    (INTEL, "6", ("87",), Erratum(
        "Knights Landing, stray A and D bits", "a cleared entry may gain the accessed or dirty bit",
        "what the accessed bit says of an operation (ENTRY_accessed)")),
    (INTEL, "6", ("26",), Erratum(
        "AAJ087, AAJ130, AAJ144", "sleeping cores may miss calls to a cluster; large pages may "
        "survive INVLPG behind INVEPT; a page that has become valid may still fault",
        "calls to processors that sleep")),
    (INTEL, "6", ("42",), Erratum(
        "BJ065", "a page that has become valid may still fault", "none of the costs")),
    (INTEL, "6", ("61",), Erratum(
        "BDD064", "counters of page walks count too much",
        "self-tests that hold operations against counted walks (walks_...)")),
    (INTEL, "6", ("78", "94", "165", "166"), Erratum(
        "SKL148, CML081", "CPUID leaf 2 says wrong numbers of ways", "TLB sizes by CPUID, if "
        "tlb_source is 2; the measured ones are right")),
    (AMD, "16", (), Erratum(
        "298, 383", "two processors that set A or D at once may lose one; a page that changes its "
        "size may be in the TLB twice", "none of the costs: no page changes its size here")),
    (AMD, "17", (), Erratum("122", "the TLB's flush filter may keep old entries",
                            "whatever verification finds to have stayed")),
    (AMD, "20", (), Erratum("629", "an entry may be in the first level of the TLB twice",
                            "whatever verification finds to have stayed")),
    (AMD, "25", (), Erratum(
        "1295", "INVLPGB over a range that another thread monitors may let it sleep on",
        "rows of INVLPGB while others sleep in MWAIT")),
)


def applying(run: Run) -> list:
    """Those of the machine of a run; none of an emulator, whatever signature it shows."""
    if run.fact("env") != "hw":
        return []
    vendor, family, model = (run.fact(key) for key in ("vendor", "family", "model"))
    found = [one for maker, of, models, one in KNOWN
             if (maker, of) == (vendor, family) and (not models or model in models)]
    return found + keeps_globals(run)


def keeps_globals(run: Run) -> list:
    """ADL063 and RPL042, unless the microcode is known to have the repair."""
    if repair(run) is None or lacks_repair(run) is False:
        return []
    _, fixed = repair(run)
    since = (f"this microcode is older than {fixed:#x}, which has the repair" if lacks_repair(run)
             else f"microcode {fixed:#x} has the repair; this one's revision is not known")
    return [Erratum("ADL063, RPL042", f"INVLPG may keep global entries with CR4.PCIDE set; {since}",
                    "INVLPG x global_4k, and every cost of INVLPG with PCIDs")]

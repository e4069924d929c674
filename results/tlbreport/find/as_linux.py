"""How Linux would run the machine of a run, if nobody tells it otherwise."""

import re

from ..read.run import Run

# (family, model) -> the processor, and the microcode from which INVLPG drops global entries too
# while CR4.PCIDE is set.  With an older one Linux uses no PCIDs (invlpg_miss_ids).
REPAIRED = {
    ("6", "151"): ("Alder Lake", 0x2E),
    ("6", "154"): ("Alder Lake, mobile", 0x42C),
    ("6", "190"): ("Alder Lake-N", 0x11),
    ("6", "183"): ("Raptor Lake", 0x118),
    ("6", "186"): ("Raptor Lake, mobile", 0x4117),
    ("6", "191"): ("Raptor Lake-S", 0x2E),
}


def repair(run: Run) -> tuple | None:
    """The processor's name, and the microcode that repairs it; None of one that needs no repair."""
    if run.fact("vendor") != "GenuineIntel":
        return None
    return REPAIRED.get((run.fact("family"), run.fact("model")))


def lacks_repair(run: Run) -> bool | None:
    """Whether a processor that needs it has older microcode; None if its revision is not known."""
    revision = run.fact("microcode")
    if not re.fullmatch(r"0x[0-9a-fA-F]+", revision):
        return None
    return int(revision, 16) < repair(run)[1]


def avoids_pcids(run: Run) -> bool:
    """Whether the microcode lacks the repair of INVLPG; not where its revision is not known."""
    return repair(run) is not None and bool(lacks_repair(run))


def isolates(run: Run) -> bool:
    """Whether it has page-table isolation: on Intel's processors that do not say RDCL_NO.  Old
    Atoms do not say so either, and need none."""
    return run.fact("vendor") == "GenuineIntel" and run.fact("rdcl_no") in ("0", "no such MSR")


def broadcasts(run: Run) -> bool:
    """Whether it has INVLPGB, which Linux uses since 6.15."""
    return run.fact("invlpgb_pages") not in ("", "0")

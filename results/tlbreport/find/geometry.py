"""The sizes of the TLB: the knees of `tlb_size`, and where CPUID says something else."""

from dataclasses import replace

from ..read import sweep
from ..read.run import Run
from ..read.schema import count_fault
from ..read.variant import parse
from .knees import Knee, knees

OWN = 2  # entries that the code of the measurement may take
BELOW = 0.06  # of the entries: replacement that is not quite the oldest misses before they are full
BENCH, PARAM = "tlb_size", "pages"
WINDOW_PAGES = "window_code_pages"
LEVELS = ("l1", "l2")


def places(level: str, known: dict) -> tuple:
    """Where the knee of a level may be: at its entries, or, of the second, at those of both,
    where it does not repeat what the first holds."""
    first = known.get("l1", 0) if level == "l2" else 0
    return (known[level], known[level] + first) if first else (known[level],)


def fits(knee: Knee, entries: float) -> bool:
    """Whether a knee may be that of so many entries."""
    return knee.low <= entries <= max(knee.high + OWN, knee.high / (1 - BELOW))


def compared(found: list, known: dict, most: float) -> list:
    """Sentences on one curve: levels that have no knee, and knees that have no level."""
    said, matched = [], set()
    for level, entries in known.items():
        mine = [knee for knee in found if any(fits(knee, at) for at in places(level, known))]
        matched.update(map(id, mine))
        if mine:
            continue
        if entries >= most:
            said.append(f"{level} of {entries:.0f} is not reached: the curve ends at {most:.0f}")
        else:
            said.append(f"{level} of {entries:.0f} has no knee")
    said += [f"knee at {knee.words}, of which CPUID says nothing" for knee in found
             if id(knee) not in matched]
    return said


def knee_curves(run: Run) -> list:
    """(curve, its knees) of each kind and page size."""
    return [(one, [replace(knee, high=knee.high + window_pages(run, one.variant))
                   for knee in knees(one.points)])
            for one in sweep.curves(run, BENCH, PARAM)]


def window_pages(run: Run, variant: str) -> float:
    """Pages of code besides the chain's, which may take entries of the same level: so many fewer
    of the chain's are in it."""
    said = run.fact(WINDOW_PAGES)
    return float(said) if variant.startswith("code-") and not count_fault(said) else 0.0


def stated(run: Run, variant: str) -> dict:
    """Level -> entries that CPUID says hold translations of this kind and page size: those of
    its own and those that data and code share.  Of pages of which several may be one entry it says
    nothing."""
    said, found = parse(BENCH, variant), {}
    if said.depth:
        return found
    for level in LEVELS:
        facts = [run.fact(f"tlb_{level}_{side}_{said.page_size}_entries")
                 for side in (said.access, "unified")]
        found[level] = sum(float(text) for text in facts if text and not count_fault(text))
    return {level: entries for level, entries in found.items() if entries}

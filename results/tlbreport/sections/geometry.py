"""Where what CPUID says of the TLB and what `tlb_size` found differ."""

from ..read import trust
from ..find.knees import Knee
from ..read.markup import Markup, join, paragraph, table, tag
from ..read.run import Run

FILE = "results.csv"
OWN = 2  # entries that the code of the measurement may take
BELOW = 0.06  # of the entries: replacement that is not quite the oldest misses before they are full
LEAF_02 = (
    " Leaf 02H is a list of descriptors, which has named wrong ways on Skylake and Comet Lake "
    "(errata SKL148, CML081): a processor that has leaf 18H is asked by that one."
)


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


def differences(run: Run, curves: list, stated) -> Markup:
    """What CPUID says held against all curves and their knees; stated(run, variant) is what CPUID
    says.  Nothing where the timing shows nothing of a TLB."""
    if trust.watermark((run,), FILE):
        return Markup("")
    source = run.fact("tlb_source")
    silent = [one.variant for one, _ in curves if not stated(run, one.variant)]
    rows = [(one.variant, said) for one, found in curves if stated(run, one.variant)
            for said in compared(found, stated(run, one.variant), one.points[-1].x)]
    held = len(curves) - len(silent)
    if not held:
        return paragraph("CPUID says nothing of these TLBs: the knees stand alone.", class_="note")
    text = (f"What CPUID says (leaf {source or 'not recorded'}) is held against the knees of "
            f"{held} curve{'s' if held > 1 else ''}: ")
    text += "they differ, as listed." if rows else "every level has its knee, and no knee is left."
    if silent:
        text += f" It says nothing of {', '.join(silent)}."
    parts = [paragraph(text + (LEAF_02 if source == "02H" else ""), class_="note")]
    if rows:
        body = [[tag("th", variant, class_="name", scope="row"), said] for variant, said in rows]
        parts.append(table(["access", "CPUID against tlb_size"], body, "Where the two differ"))
    return join(parts)

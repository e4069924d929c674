"""What follows from the rows, in a few lines of a terminal: run.sh shows them beside the costs."""

import re
import textwrap

from .find import breakeven, capacity, geometry, sentences
from .find.breakeven import by_sweep, cheapest
from .read import trust
from .read.run import Run

COLUMNS, LABEL = 80, 12
INVLPG = ("invlpg", "range", "4k")
KIND, KEPT = "data-4k", "noflush-s0"


def lines(run: Run) -> str:
    """Break-even, ceiling, TLB and PCIDs, in as few lines of 80 columns as they take."""
    made = []
    for label, text in (("break-even", break_even(run)), ("ceiling", ceiling(run)),
                        ("TLB", sizes(run)), ("PCIDs", pcids(run))):
        made += wrapped(label, text)
    return "".join(f"{line}\n" for line in made)


def wrapped(label: str, text: str) -> list:
    """Under the first word of the text."""
    return textwrap.wrap(text, COLUMNS, initial_indent=label.ljust(LABEL),
                         subsequent_indent=" " * LABEL, break_on_hyphens=False)


def plain(found: list) -> list:
    """The break-evens of INVLPG against the cheapest flush of an address space, one for each
    working set, with PCIDs where there are any."""
    groups = {key[-1]: group for key, group in by_sweep(found).items()
              if key[:-1] == INVLPG and key[-1].chains is None}
    for mode in sorted(groups, key=lambda mode: not mode.pcide):
        best = [one for one in cheapest(groups[mode]) if one.believed]
        if best:
            return best
    return []


def break_even(run: Run) -> str:
    """Up to where INVLPG page by page is cheaper."""
    best = plain(breakeven.pairs(run))
    if not best:
        return "no believed rows of range say"
    return f"{each_w([(one.w, one.crossing.pages) for one in best])}: INVLPG against a flush"


def ceiling(run: Run) -> str:
    """What a kernel's ceiling should be, in the words of the first screen; or why nothing is
    recommended."""
    judged = trust.judge(run)
    if not judged.timing and not judged.guest:
        return "nothing is recommended: the timing is not valid"
    if trust.obstacle(run):
        return "nothing is recommended: not all files are whole"
    said = next(iter(sentences.ceiling(run)), None)
    return said or "nothing is recommended: no believed rows of range say"


def each_w(said) -> str:
    """What holds at each working set W, once if it is the same at all; and once what no number
    says."""
    if len(said) > 1 and len({text for _, text in said}) == 1:
        return f"{said[0][1]} at each working set"
    sets = {}
    for w, text in said:
        is_number = text.endswith(("page", "pages"))
        sets.setdefault((text, w if is_number else ""), []).append(str(w))
    ((text, _), mine), *rest = sets.items()
    return ", ".join([f"{text} (W = {', '.join(mine)})",
                      *(f"{re.sub(' pages?$', '', text)} ({', '.join(mine)})"
                        for (text, _), mine in rest)])


def sizes(run: Run) -> str:
    """The knees of data in pages of 4 KiB, and what CPUID says of them."""
    found = next(((one, knees) for one, knees in geometry.knee_curves(run)
                  if one.variant == KIND), None)
    known = [f"{number:.0f}" for number in geometry.stated(run, KIND).values()]
    if found is None:
        return "was not measured"
    knees = " and ".join(knee.words for knee in found[1])
    said = (f"data, 4 KiB: full at {knees}" if knees
            else f"data, 4 KiB: no knee up to {found[0].points[-1].x:.0f}")
    return f"{said}; CPUID: {' and '.join(known) or 'not stated'}"


def pcids(run: Run) -> str:
    """How many keep a translation."""
    found = capacity.capacities(run)
    one = next((one for one in found if one.curve.variant == KEPT), next(iter(found), None))
    if one is None:
        return "were not measured"
    return f"{one.words} keep{'s' if one.words == '1' else ''} a translation{one.remark}"

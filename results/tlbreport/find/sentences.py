"""What to set, in full sentences with both numbers: the five that matter most.

Each says no more than the finding it comes from, and is there only if that one tells a difference.
"""

import re

from ..read import trust
from ..read.run import Run
from ..read.sweep import Curve
from . import ranking, regret, settings
from .breakeven import flushes, over_boots

MOST = 5


def sentences(run: Run) -> list:
    """At most five; none where nothing may be recommended."""
    if trust.obstacle(run):
        return []
    found = [one for make in (ceiling, pcids, slots, broadcast, flush, global_pages)
             for one in make(run)]
    return found[:MOST]


def share(cell) -> str:
    """A regret as how many times the best choice; three digits are enough to choose by."""
    value = 1 + cell.value
    return f"{value:.2f} times" if value < 9.995 else f"{float(f'{value:.3g}'):.10g} times"


def both(run: Run, here: float, other: float) -> str:
    """Two costs in words, in nanoseconds where the rate of the clock is known; four digits are
    more than a boot repeats."""
    hz = run.hz
    numbers = [f"{float(f'{value * (1e9 / hz if hz else 1):.4g}'):.10g}"
               for value in (here, other)]
    unit = "ns" if hz else "ticks"
    return f"{numbers[0]} {unit} against {numbers[1]} {unit}"


def ceiling(run: Run):
    """The single-page ceiling: one number, and what it costs where it is wrong."""
    for found in regret.ceilings(run, "mm")[:1]:
        yield against(found, "a single-page ceiling of {} pages", "Linux", "Linux's 33")


def slots(run: Run):
    """How many PCIDs, against what Linux does."""
    for found in regret.slots(run):
        if found.best:  # or no case has every policy
            yield against(found, "the policy {} for PCIDs", "Linux", f"Linux's {ranking.LINUX}")


def broadcast(run: Run):
    """From how many targets on INVLPGB."""
    for found in regret.broadcasts(run):
        theirs = found.of("Linux")
        yield against(found, "INVLPGB from {} targets on", "Linux",
                      f"Linux's {theirs.name if theirs.name != 'never' else 'way, no INVLPGB here'}")


def against(found, what: str, who: str, whose: str) -> str:
    """The choice whose worst case is least, and whatever is not told from it, beside that of a
    kernel: another boot may find any of these the best."""
    alike, theirs = found.alike, found.of(who)
    if theirs in alike:
        others = [one for one in alike if one is not theirs]
        keep = f"{at_worst(found, [theirs])} the best choice at worst{found.over}"
        if not others:
            return f"Use {used(found, alike, what)}, as Linux does: {keep}."
        return (f"Keep {whose}: {keep}, and {used(found, others, what)}, "
                f"{at_worst(found, others)}, is not told from it.")
    said = (f"Use {used(found, alike, what)}{' (not told apart)' if len(alike) > 1 else ''}: "
            f"{at_worst(found, alike)} the best choice at worst{found.over}")
    return said + (f", against {at_worst(found, [theirs])} with {whose}." if theirs else ".")


def used(found, choices: list, what: str) -> str:
    """These choices in words, in the same order in every boot; not to use a thing comes last."""
    names = sorted([one.name for one in choices if one.name != "never"], key=by_number)
    most = ", ".join(names[:-1])
    said = [what.format(" or ".join(filter(None, [most, *names[-1:]])))] if names else []
    if len(names) < len(choices):
        said.append("no INVLPGB for shootdowns" if found.key == "broadcast"
                    else "no single-page ceiling")
    return " or ".join(said)


def by_number(name: str) -> list:
    """To sort lru16 behind lru4."""
    return [int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", name)]


def at_worst(found, choices: list) -> str:
    """What the dearest of these choices costs at worst."""
    return share(max((found.at_worst(one) for one in choices), key=lambda cell: cell.value))


def pcids(run: Run):
    """PCIDs with loads that do not flush, at the largest working set where they pay."""
    made = settings.switches(run)
    for (op, said), one in made.items():
        if op != "cr3_pcid_noflush" or not said.pcide or said.pti:
            continue
        plain = made.get(("cr3_reload", said.changed(pcide=False)))
        best = clearest(one, plain)
        if best:
            here, other = best
            yield (f"Use PCIDs with loads of CR3 that do not flush: "
                   f"{both(run, here.y, other.y)} a switch, {here.x:.0f} pages.")
            return


def clearest(one: Curve, other: Curve | None):
    """The two points where the first is below the second by the most, intervals apart."""
    pairs = [(here, there) for here in one.points
             if other and (there := other.at(here.x)) and here.high < there.low]
    return max(pairs, key=lambda pair: pair[1].y - pair[0].y, default=None)


def flush(run: Run):
    """The cheapest flush of an address space, where it is told from the next."""
    groups = {}
    for one in over_boots(flushes(run)):
        if not one.doubt and one.kind == "address space" and not one.setting.mode.chains:
            groups.setdefault((one.setting.mode.pcide, one.setting.w), []).append(one)
    for key in sorted(groups, key=lambda key: (not key[0], key[1] == 0, key[1])):
        ranked = sorted(groups[key], key=lambda one: one.point.y)
        if len(ranked) > 1 and ranked[0].point.high < ranked[1].point.low:
            first, second = ranked[:2]
            yield (f"Flush an address space by {first.op}: "
                   f"{both(run, first.point.y, second.point.y)} by {second.op}, the refill of "
                   f"{key[1]} pages included.")
            return


def global_pages(run: Run):
    """Global kernel pages, at the switch where they pay most."""
    made = settings.switches(run)
    for (op, said), one in made.items():
        if said.is_global and not said.pti:
            best = clearest(one, made.get((op, said.changed(is_global=False))))
            if best:
                here, other = best
                yield (f"Make kernel pages global: "
                       f"{both(run, here.y, other.y)} a switch by {op}, {here.x:.0f} pages.")
                return

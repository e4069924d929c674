"""What the run says about a kernel's settings: recommendation, evidence, interval.

A recommendation compares medians; its interval is the difference of the ends of their 95 %
intervals, or that of the break-even or capacity it rests on.  All of them allow for costs that
differ from boot to boot, or one boot would advise what the next one advises against.  Nothing is
recommended where the timing is not valid or a file it rests on is not whole, nor from an operation
that did not pass its verification, nor where the difference may be noise.
"""

import math
from dataclasses import dataclass, field

from ..read import trust
from ..read.run import Run, once
from ..read.sweep import Curve, curves, interval
from ..read.variant import parse
from . import breakeven, capacity, ranking
from .breakeven import advised, by_sweep, cheapest, flushes, over_boots

SAME = "no difference shown"
SWITCH = "switch"


@dataclass(frozen=True)
class Advice:
    """One setting: what to do, why, and how sure."""

    setting: str
    recommendation: str
    evidence: str
    interval: str
    ends: dict = field(default_factory=dict)  # W -> the interval of a number; empty: in words

    def agrees(self, other: "Advice") -> bool:
        """Whether both say the same: the same words, or numbers whose intervals meet."""
        if not self.ends or self.ends.keys() != other.ends.keys():
            return self.recommendation == other.recommendation
        return all(meet(self.ends[w], other.ends[w]) for w in self.ends)


def advice(run: Run) -> list:
    """All recommendations; none where nothing may be recommended."""
    if trust.obstacle(run):
        return []
    return [one for make in (ceilings, flush_of_all, keep_pcids, global_pages, slots, held)
            for one in make(run)]


def ceilings(run: Run):
    """How many pages to drop one by one, for each way to do it, at each working set."""
    for group in by_sweep(advised(run)).values():
        best = [one for one in cheapest(group) if one.believed]
        if not best:
            continue
        left = breakeven.omitted(group)
        first = best[0].pages
        yield Advice(f"range ceiling ({first.name}, {first.setting.words})",
                     each_w((one.w, one.crossing.pages) for one in best),
                     "break-even against the flush that is cheapest there: "
                     + each_w((one.w, one.flush.name) for one in best)
                     + (f"; {left}" if left else ""),
                     each_w((one.w, interval(one.crossing.low, one.crossing.high))
                            for one in best),
                     {one.w: (one.crossing.low, one.crossing.high) for one in best}
                     if all(one.crossing.is_told for one in best) else {})


def meet(one: tuple, other: tuple) -> bool:
    """Whether two intervals have a place in common; an end that is None is open."""
    low = max(-math.inf if ends[0] is None else ends[0] for ends in (one, other))
    high = min(math.inf if ends[1] is None else ends[1] for ends in (one, other))
    return low <= high


def each_w(said) -> str:
    """What holds at each working set, once if it is the same at all."""
    said = list(said)
    if len(said) > 1 and len({text for _, text in said}) == 1:
        return f"{said[0][1]} at each W ({', '.join(str(w) for w, _ in said)})"
    return "; ".join(f"W = {w}: {text}" for w, text in said)


def flush_of_all(run: Run):
    """With what to flush an address space, and everything, at each working set."""
    groups = {}
    for one in over_boots(flushes(run)):
        if not one.doubt and not one.is_broadcast \
                and one.setting.scope not in (
                    breakeven.BOTH, breakeven.DEFERRED, breakeven.KERNEL_ALL):
            at = one.setting
            groups.setdefault((one.kind, at.size, at.mode), {}).setdefault(at.w, []).append(one)
    for (kind, *_), sets in groups.items():
        ranked = {w: sorted(mine, key=lambda one: one.point.y) for w, mine in sorted(sets.items())
                  if len({one.op for one in mine}) > 1}
        if not ranked:
            continue
        words = next(iter(ranked.values()))[0].setting.words
        yield Advice(f"flush of {'an ' if kind == 'address space' else ''}{kind} ({words})",
                     each_w((w, best_of(mine)) for w, mine in ranked.items()),
                     "ticks with the refill of W: " + "; ".join(
                         f"W = {w}: " + ", ".join(f"{one.op} {one.point.y:.1f}" for one in mine)
                         for w, mine in ranked.items()),
                     each_w((w, f"{less(mine)} ticks less than the next")
                            for w, mine in ranked.items()))


def best_of(ranked: list) -> str:
    """The cheapest, and whatever it cannot be told from."""
    alike = [one.op for one in ranked if one.point.low <= ranked[0].point.high]
    return alike[0] if len(alike) == 1 else f"{' or '.join(alike)}: {SAME}"


def less(ranked: list) -> str:
    """By how much the cheapest is below the next."""
    first, second = (one.point for one in ranked[:2])
    return interval(second.low - first.high, second.high - first.low)


def keep_pcids(run: Run):
    """PCIDs with loads that do not flush, against none."""
    made = switches(run)
    with_pcids = {key: one for key, one in made.items()
                  if key[0] == "cr3_pcid_noflush" and key[1].pcide}
    for (_, said), one in with_pcids.items():
        plain = made.get(("cr3_reload", said.changed(pcide=False)))
        yield from held_against(f"PCIDs ({', '.join(said.words())})",
                                "use PCIDs, loads with bit 63 set", one, "do without PCIDs", plain, "cr3_reload without PCIDs")


def global_pages(run: Run):
    """Global kernel pages, against none, at the same switch.  With page-table isolation the
    question is not what they cost: kernel entries must not outlive the return to the user."""
    made = switches(run)
    for (op, said), one in made.items():
        if said.is_global and not said.pti:
            plain = made.get((op, said.changed(is_global=False)))
            yield from held_against(f"global kernel pages ({op}, {', '.join(said.words())})",
                                    "make kernel pages global", one,
                                    "global kernel pages gain nothing", plain,
                                    "pages that are not global")


@once
def switches(run: Run) -> dict:
    """(operation, variant) -> the curve of a switch to other tables that may be believed."""
    read = ((one, parse(SWITCH, one.variant)) for one in curves(run, SWITCH, "pages"))
    return {(one.op, said): one.over_boots for one, said in read
            if said.between == "different" and one.believed}


def held_against(setting: str, yes: str, one: Curve, no: str, plain: Curve | None, name: str):
    """Which of two curves is lower, at each working set that both have: what pays at a small one
    may not at one that no TLB holds."""
    there = {p.x: p for p in plain.points} if plain else {}
    both = [(f"{p.x:.0f}", p, there[p.x]) for p in one.points if p.x in there]
    if not both:
        return
    gains = {w: (other.low - here.high, other.high - here.low) for w, here, other in both}
    yield Advice(setting, each_w((w, yes if low > 0 else no if high < 0 else SAME)
                                 for w, (low, high) in gains.items()),
                 f"ticks per switch against {name}: "
                 + each_w((w, f"{here.y:.1f} against {other.y:.1f}") for w, here, other in both),
                 each_w((w, f"{interval(low, high)} ticks less")
                        for w, (low, high) in gains.items()))


def slots(run: Run):
    """The policy whose worst case over the numbers of processes is best, and how it flushes."""
    for order, one in ranking.ranked(run).items():
        setting = f"PCIDs for each processor ({order})"
        if one.found:
            yield best_policy(setting, one)
        elif any("not measured" in why for why in one.left_out):
            yield Advice(setting, "none: fewer than two policies were measured at every P",
                         one.omitted.removeprefix("; "), "")


def best_policy(setting: str, one: ranking.Ranking) -> Advice:
    """The best of a ranking against the next and against what Linux does."""
    first, alike = one.found[0], ranking.alike(one.found)
    rivals = [other for other in one.found[1:] if other.policy != first.policy]
    flushed = [other.op for other in alike if other.policy == first.policy]
    names = list(dict.fromkeys(other.policy for other in alike))
    if len(names) > 1:
        text = f"{' or '.join(names)}: {SAME}"
    else:
        text = f"{first.policy}, flushed by " + (
            first.op if len(flushed) == 1 else f"{' or '.join(flushed)}: {SAME}")
    others = f"; the next policy, {rivals[0].words}" if rivals else ""
    for name, policy in (("Linux's default", ranking.LINUX), ("without PCIDs", ranking.FLOOR)):
        known = next((other for other in one.found if other.policy == policy), None)
        others += f"; {name}, {known.words}" if known else ""
    return Advice(setting, text, f"above the cheapest policy by at most, over P = "
                  f"{', '.join(f'{x:.0f}' for x in first.places)}: {first.words}{others}"
                  f"{one.omitted}", f"{interval(100 * first.low, 100 * first.high)} %")


def held(run: Run):
    """Slots beyond what the TLB keeps keep nothing."""
    for one in capacity.advised(run):
        if one.high is not None and one.curve.believed and one.walk is not None:
            yield Advice(f"PCIDs that are worth keeping ({one.curve.variant})",
                         f"{one.words}: more keep their PCID, but not their translations",
                         f"a probe costs {one.kept:z.1f} ticks before and {one.lost:.1f} after; "
                         f"a walk, {one.walk.ticks:.1f}",
                         f"{interval(one.low, one.high, 0)} PCIDs", {0: (one.low, one.high)})

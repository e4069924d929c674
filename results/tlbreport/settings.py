"""What the run says about a kernel's settings: recommendation, evidence, interval.

A recommendation compares medians; its interval is the difference of the ends of their 95 %
intervals, or that of the break-even or capacity it rests on.  Nothing is recommended where the
timing is not valid, nor from an operation that did not pass its verification.
"""

from dataclasses import dataclass

from . import capacity, policies, switching, sweep, trust
from .breakeven import by_sweep, cheapest, flushes, greatest, least, pairs, place
from .markup import Markup, paragraph, table, tag
from .run import Run
from .sweep import FILE, Curve, Point, curves, interval

NOTE = (
    "Each line rests on rows of this run on this machine, with the working sets and orders of "
    "these benchmarks: a workload of its own may differ. Intervals are of 95 % at least."
)
LINUX_SLOTS = 6


@dataclass(frozen=True)
class Advice:
    """One setting: what to do, why, and how sure."""

    setting: str
    recommendation: str
    evidence: str
    interval: str


def settings(run: Run) -> Markup:
    """The table; where the timing is not valid, why there is none."""
    warning = trust.warning((run,), FILE)
    if warning:
        return paragraph("Nothing is recommended. ", tag("span", warning, class_="mark"))
    found = [one for make in (ceilings, flush_of_all, keep_pcids, global_pages, slots, held)
             for one in make(run)]
    if not found:
        return paragraph("Nothing is recommended: the benchmarks it would rest on (range, switch, "
                         "policy, pcid_capacity) left no believed rows to compare.", class_="lack")
    body = [[tag("th", one.setting, class_="name", scope="row"), one.recommendation,
             tag("td", one.evidence, class_="reason"), one.interval] for one in found]
    return Markup(paragraph(NOTE, class_="note")
                  + table(["setting", "recommendation", "evidence", "interval"], body))


def ceilings(run: Run):
    """How many pages to drop one by one, for each way to do it."""
    for group in by_sweep(pairs(run)).values():
        best = cheapest(group)
        if not best or not all(one.believed for one in best):
            continue
        first, low, high = best[0].pages, least(best), greatest(best)
        found = [low] if low is high else [low, high]
        text = " and ".join(f"{place(one)} (W = {one.w})" for one in found)
        yield Advice(f"range ceiling ({first.name}, {first.setting.words})",
                     f"{text} pages one by one" if len(found) == 1 else
                     f"between {text} pages one by one",
                     f"break-even against {best[0].flush.op} at W = "
                     f"{', '.join(str(one.w) for one in best)}; the least and the greatest",
                     " and ".join(interval(one.crossing.low, one.crossing.high)
                                  for one in found) + " pages")


def flush_of_all(run: Run):
    """With what to flush an address space, and everything."""
    groups = {}
    for one in flushes(run):
        if sweep.believed(one.point.row):
            at = one.setting
            groups.setdefault((at.scope, at.size, at.mode), {}).setdefault(at.w, []).append(one)
    for (scope, *_), sets in groups.items():
        w = max(sets, key=lambda w: (len(sets[w]), -w))
        ranked = sorted(sets[w], key=lambda one: one.point.y)
        if len(ranked) < 2:
            continue
        first, second = ranked[:2]
        what = "flush of an address space" if scope == "space" else "flush of everything"
        yield chosen(f"{what} ({first.setting.words})", first.op, first.point, second.op,
                     second.point, f"with the refill of W = {w}")


def chosen(setting: str, name: str, here: Point, other: str, there: Point, where: str) -> Advice:
    """The cheaper of two, if the difference is not noise."""
    low, high = there.low - here.high, there.high - here.low
    sure = low > 0
    text = name if sure else f"{name} or {other}: no difference shown"
    return Advice(setting, text, f"{name} {here.y:.1f} against {other} {there.y:.1f} ticks, "
                  f"{where}", f"{interval(low, high)} ticks less")


def keep_pcids(run: Run):
    """PCIDs with loads that do not flush, against none."""
    made = switches(run)
    with_pcids = {key: one for key, one in made.items()
                  if key[0] == "cr3_pcid_noflush" and "pcide" in key[1]}
    for (_, parts), one in with_pcids.items():
        plain = made.get(("cr3_reload", tuple(part for part in parts if part != "pcide")))
        yield from held_against(f"PCIDs ({', '.join(parts)})", "use PCIDs, loads with bit 63 set",
                                one, "do without PCIDs", plain, "cr3_reload without PCIDs")


def global_pages(run: Run):
    """Global kernel pages, against none, at the same switch.  With page-table isolation the
    question is not what they cost: kernel entries must not outlive the return to the user."""
    made = switches(run)
    for (op, parts), one in made.items():
        if "global" in parts and "pti" not in parts:
            plain = made.get((op, tuple(part for part in parts if part != "global")))
            yield from held_against(f"global kernel pages ({op}, {', '.join(parts)})",
                                    "make kernel pages global", one,
                                    "global kernel pages gain nothing", plain, "not global")


def switches(run: Run) -> dict:
    """(operation, parts) -> the curve of a switch to other tables that may be believed."""
    return {(one.op, one.parts): one for one in curves(run, switching.BENCH, switching.PARAM)
            if switching.kind(one) == "different" and one.believed}


def held_against(setting: str, yes: str, one: Curve, no: str, plain: Curve | None, name: str):
    """Which of two curves is lower, at the largest working set that both have."""
    common = {p.x for p in one.points} & {p.x for p in plain.points} if plain else set()
    if not common:
        return
    w = max(common)
    here, there = (next(p for p in of.points if p.x == w) for of in (one, plain))
    low, high = there.low - here.high, there.high - here.low
    text = yes if low > 0 else no if high < 0 else "no difference shown"
    yield Advice(setting, text, f"{here.y:.1f} against {there.y:.1f} ticks per switch ({name}), "
                 f"W = {w:.0f}", f"{interval(low, high)} ticks less")


def slots(run: Run):
    """The policy whose worst case over the numbers of processes is best."""
    found = {}
    for one in curves(run, policies.BENCH, policies.PARAM):
        if policies.ending(one) == "" and policies.policy(one) and one.believed:
            found.setdefault(policies.order(one), []).append(one)
    for order, group in found.items():
        xs = set.intersection(*({p.x for p in one.points} for one in group))
        if len(group) < 2 or not xs:
            continue
        best = min(group, key=lambda one: regret(one, group, xs)[1])
        low, middle, high = regret(best, group, xs)
        linux = [one for one in group if policies.policy(one) == f"lru{LINUX_SLOTS}"]
        rest = ""
        if linux and policies.policy(best) != f"lru{LINUX_SLOTS}":
            theirs = min(linux, key=lambda one: regret(one, group, xs)[1])
            rest = (f"; {LINUX_SLOTS} slots as in Linux ({theirs.op}): "
                    f"{100 * regret(theirs, group, xs)[1]:.1f} %")
        yield Advice(f"PCIDs for each processor ({order})",
                     f"{policies.policy(best)}, flushed by {best.op}",
                     f"at most {100 * middle:.1f} % above the cheapest policy at P = "
                     f"{', '.join(f'{x:.0f}' for x in sorted(xs))}{rest}",
                     f"{interval(100 * low, 100 * high)} %")


def regret(one: Curve, group: list, xs: set) -> tuple:
    """By what share a policy is above the cheapest at worst: low, median, high."""
    worst = (0.0, 0.0, 0.0)
    for x in xs:
        mine = at(one, x)
        best = min((at(other, x) for other in group), key=lambda p: p.y)
        if best.low > 0 and mine.y / best.y - 1 >= worst[1]:
            worst = (max(mine.low / best.high - 1, 0), mine.y / best.y - 1,
                     mine.high / best.low - 1)
    return worst


def at(one: Curve, x: float) -> Point:
    return next(p for p in one.points if p.x == x)


def held(run: Run):
    """Slots beyond what the TLB keeps keep nothing."""
    for one in capacity.capacities(run):
        if one.value is not None and one.curve.believed:
            yield Advice(f"PCIDs that are worth keeping ({one.curve.variant})",
                         f"{one.value}: more keep their PCID, but not their translations",
                         f"a probe costs {one.kept:z.1f} ticks before and {one.lost:.1f} after",
                         f"{interval(one.low, one.high, 0)} PCIDs")

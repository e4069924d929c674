"""What a setting costs where it is wrong: for each choice, the worst cost over the best one.

A kernel has one number for all working sets.  Its regret at a working set is by how much the
dearest case is above what the better choice would have cost there.  Between places that were
measured a curve is taken as straight; beyond them nothing is said.  Intervals are those that other
boots may have.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from ..read import variant
from ..read.run import Run
from ..read.sweep import Curve, Point, at, doubt, rows
from . import as_linux, ranking, remote, settings, shots, stolen
from .breakeven import BROADCAST, CEILINGS, OVERLAPPING, advised, by_sweep, cheapest

PAGES = (8, 16, 33, 64, 128, 512)  # ceilings that are tried
NEVER = float("inf")
BROADCAST_FROM = (1, 2, 3, 4, 8, 16, 32)  # targets from which INVLPGB is used
LINUX_BROADCAST = 3  # mm_active_cpus_exceeds(mm, 3), of which one is the own
# What kernels do page by page: key -> operation, scope, size.
SWEPT = {
    "mm": ("invlpg", "range", "4k"),
    "pti": ("invpcid_address", "pti", "4k"),
    "kernel": ("invlpg", "kernel", "4k"),
    "invlpgb": (BROADCAST, "range", "4k"),
    "kernel-invlpgb": (BROADCAST, "kernel", "4k"),
}
WORDS = {"mm": "", "pti": ", page-table isolation", "kernel": ", kernel ranges",
         "invlpgb": ", INVLPGB", "kernel-invlpgb": ", INVLPGB, kernel ranges"}
CHAINED = "one access after the other"


@dataclass(frozen=True)
class Cell:
    """A share above the best choice at worst, its interval, and where that is."""

    low: float
    value: float
    high: float
    at: float


@dataclass(frozen=True)
class Choice:
    """A setting and its regret in each case; None where that case says nothing of it."""

    name: str
    by: str  # whose it is; empty
    cells: tuple

    @property
    def worst(self) -> Cell:
        return max((cell for cell in self.cells if cell), key=lambda cell: cell.value)


@dataclass(frozen=True)
class Regrets:
    """Choices against cases.  A case is (group, name)."""

    what: str
    key: str
    cases: tuple
    choices: tuple
    reach: float  # the last place that was measured
    left_out: str = ""
    is_choice: bool = True  # whether the choice of least regret may be made

    @cached_property
    def shared(self) -> tuple:
        """The places of the cases that say something of every choice: judged over fewer, another
        might be the best."""
        return tuple(at for at in range(len(self.cases))
                     if all(one.cells[at] for one in self.choices))

    def at_worst(self, one: Choice) -> Cell:
        """Its worst over the cases that all choices share; there has to be one."""
        return max((one.cells[at] for at in self.shared), key=lambda cell: cell.value)

    @cached_property
    def best(self) -> Choice | None:
        """The choice of least regret; None where no case has all of them."""
        if not self.shared:
            return None
        return min(self.choices, key=lambda one: self.at_worst(one).value)

    @property
    def alike(self) -> list:
        """The best, and whatever it cannot be told from."""
        best = self.best
        return [one for one in self.choices if best and (
            one is best or self.at_worst(one).low <= self.at_worst(best).high)]

    @property
    def over(self) -> str:
        """Over which cases the choices are compared, in words; empty if over all."""
        many = len(self.shared)
        return "" if many == len(self.cases) else (
            f", over the {many} of {len(self.cases)} cases that have every choice")

    def of(self, who: str) -> Choice | None:
        """The choice of that kernel."""
        return next((one for one in self.choices if who in one.by), None)


def ceilings(run: Run, *keys: str) -> list:
    """The single-page ceiling, of each kind of range and for each mode of the processor that has
    rows, PCIDs first."""
    modes = {}
    for (*swept, mode), group in by_sweep(advised(run)).items():
        for key in keys or SWEPT:
            if tuple(swept) == SWEPT[key]:
                best = [one for one in cheapest(group) if one.believed]
                modes.setdefault((key, mode.pcide), []).extend((mode.chains, one) for one in best)
    return [of_pages(key, pcide, modes[key, pcide])
            for key in keys or SWEPT for pcide in (True, False) if modes.get((key, pcide))]


def of_pages(key: str, pcide: bool, found: list) -> Regrets:
    """Every ceiling at each working set, with each kind of refill."""
    found = sorted(found, key=lambda one: (one[0] is not None, one[1].w))
    cases = tuple((CHAINED if chains is None else OVERLAPPING, f"W = {one.w}")
                  for chains, one in found)
    reach = min(one.pages.curve.points[-1].x for _, one in found)
    known = [one for one in CEILINGS if SWEPT[key][0] != BROADCAST or one[0] == "Linux"]
    whose = {pages: kernel for kernel, pages in known}
    tried = [pages for pages in sorted({*PAGES, *(
        pages for kernel, pages in known if kernel == "FreeBSD")}) if pages < reach]
    by_ceiling = list(zip(*(of_ceilings(one.pages.curve, one.flush.point, [*tried, NEVER])
                            for _, one in found)))
    choices = [Choice(str(pages), whose.get(pages, ""), cells)
               for pages, cells in zip(tried, by_ceiling)]
    beyond = ", ".join(kernel for kernel, pages in known if pages >= reach)
    choices.append(Choice("never", beyond, by_ceiling[-1]))
    return Regrets(f"{'with' if pcide else 'without'} PCIDs{WORDS[key]}", key, cases,
                   tuple(choices), reach)


def of_ceilings(pages: Curve, flush: Point, ceilings: list) -> list:
    """For each, up to the ceiling page by page, beyond it the flush, against the better of the
    two."""
    places, last = {p.x for p in pages.points}, pages.points[-1].x
    beside = {x for ceiling in ceilings for x in (ceiling, ceiling + 1)
              if pages.points[0].x <= x <= last}
    found = {x: between(pages.points, x) for x in sorted(places | beside)}
    return [worst((x, here if x <= ceiling else flush, here if here.y <= flush.y else flush)
                  for x, here in found.items() if x in places or x in (ceiling, ceiling + 1))
            for ceiling in ceilings]


def between(points: tuple, x: float) -> Point:
    """The curve at a place, straight between those measured."""
    for one, other in zip(points, points[1:]):
        if one.x <= x <= other.x:
            share = (x - one.x) / (other.x - one.x)
            return Point(x, one.y + share * (other.y - one.y), one.low + share * (other.low - one.low),
                         one.high + share * (other.high - one.high), one.row)
    return next(p for p in points if p.x == x)


def worst(cases) -> Cell:
    """The dearest of (place, chosen, best) by its share above the best."""
    found = Cell(0.0, 0.0, 0.0, 0.0)
    for x, chosen, best in cases:
        if chosen is best or best.y <= 0:
            continue
        value = ranking.above(chosen.y, best.y)
        if value > found.value:
            found = Cell(max(ranking.above(chosen.low, best.high), 0.0), value,
                         ranking.above(chosen.high, best.low), x)
    return found


def slots(run: Run) -> list:
    """PCIDs handed out on a processor: every policy that was measured at each number of
    processes, in each order and workload."""
    planned, measured = ranking.plans(run), ranking.measurements(run)
    by_policy, cases, left = {}, [], []
    for order, ranked in ranking.ranked(run).items():
        mine = {(ranking.said(planned[key]).policy, key[0]): ranking.completed(planned[key],
                                                                              measured)
                for key in planned if ranking.workload(planned[key]) == order}
        taken = {}
        for one in ranked.found:
            taken.setdefault(one.policy, one)  # the best way to flush comes first
        left += ranked.left_out
        for x in ranked.found[0].places if ranked.found else ():
            cases.append((order, f"P = {x:.0f}"))
            here = {policy: point for policy, one in taken.items()
                    if (point := mine[policy, one.op].at(x))}
            least = min(here.values(), key=lambda p: p.y)
            for policy, point in here.items():
                by_policy.setdefault(policy, {})[cases[-1]] = worst([(x, point, least)])
    choices = tuple(Choice(policy, "Linux" if policy == ranking.LINUX else "",
                           tuple(cells.get(case) for case in cases))
                    for policy, cells in by_policy.items())
    return [Regrets("PCIDs for each processor", "slots", tuple(cases), choices, 0.0,
                    ", ".join(left))] if len(choices) > 1 else []


def broadcasts(run: Run) -> list:
    """From how many targets on INVLPGB, against one interrupt for each; the same pages."""
    usual = [one for one in shots.against(run) if one.shot.is_usual and not one.doubt]
    if not usual:
        return []
    reach = min(one.points[-1].x for one in usual)
    tried = [n for n in BROADCAST_FROM if n <= reach]
    cases = tuple(("", f"{one.pages} page{'s' if one.pages > 1 else ''}") for one in usual)
    choices = [Choice(str(n), "Linux" if n == LINUX_BROADCAST else "",
                      tuple(of_threshold(one, n) for one in usual)) for n in tried]
    choices.append(Choice("never", "" if LINUX_BROADCAST in tried else "Linux",
                          tuple(of_threshold(one, NEVER) for one in usual)))
    return [Regrets("targets from which INVLPGB is used", "broadcast", cases, tuple(choices),
                    reach)]


def of_threshold(one, threshold: float) -> Cell:
    """Fewer targets are asked, more are reached by the broadcast."""
    level = one.level.over_boots
    points = tuple(point.over_boots for point in one.points)
    xs = {p.x for p in points} | {x for x in (threshold - 1, threshold)
                                  if points[0].x <= x <= points[-1].x}
    return worst((x, here if x < threshold else level, min(here, level, key=lambda p: p.y))
                 for x in sorted(xs) for here in [between(points, x)])


def machine_broadcasts(run: Run) -> list:
    """The same by what a shootdown of one page costs all processors together; with as many targets
    as were measured by interrupts."""
    found = stolen.against(run)
    if found is None or found.doubt:
        return []
    reach = found.costs[-1].targets
    tried = [n for n in BROADCAST_FROM if n <= reach]
    choices = [Choice(str(n), "Linux" if n == LINUX_BROADCAST else "", (on_the_sum(found, n),))
               for n in tried]
    choices.append(Choice("never", "" if LINUX_BROADCAST in tried else "Linux",
                          (on_the_sum(found, NEVER),)))
    return [Regrets("the same, by what all processors lose", "broadcast_machine",
                    (("", "1 page"),), tuple(choices), reach)]


def on_the_sum(found: stolen.Against, threshold: float) -> Cell:
    """Both ways with each number of targets."""
    return worst((one.machine.x, asked if one.targets < threshold else level,
                  min(asked, level, key=lambda p: p.y))
                 for one in found.costs
                 for asked, level in [(one.machine.over_boots,
                                       found.level(one.targets).over_boots)])


def of_choices(what: str, key: str, by_choice: dict, linux: str) -> list:
    """One table of choices that are rows: choice -> {case: point}.  A case needs two of them."""
    cases = tuple(case for case in dict.fromkeys(c for points in by_choice.values()
                                                 for c in points)
                  if sum(case in points for points in by_choice.values()) > 1)
    choices = []
    for name, points in by_choice.items():
        cells = []
        for case in cases:
            least = min((other[case] for other in by_choice.values() if case in other),
                        key=lambda p: p.y)
            cells.append(worst([(points[case].x, points[case], least)])
                         if case in points else None)
        if any(cells):
            choices.append(Choice(name, "Linux" if name == linux else "", tuple(cells)))
    return [Regrets(what, key, cases, tuple(choices), 0.0)] if len(choices) > 1 else []


def switched(run: Run, op: str, words: str) -> dict:
    """W -> the cost of a switch between processes, as other boots may have it."""
    found = {" ".join(said.words("pcide")): curve for (of, said), curve
             in settings.switches(run).items() if of == op}
    curve = found.get(words)
    return {p.x: p for p in curve.points} if curve else {}


def pcids(run: Run) -> list:
    """PCIDs at boot: switches that keep, against none; kernel pages as Linux has them."""
    by_choice = {"PCIDs": {}, "nopcid": {}}
    for group, words in (("", "different global"), ("page-table isolation", "different pti")):
        for name, op in (("PCIDs", "cr3_pcid_noflush"), ("nopcid", "cr3_reload")):
            by_choice[name] |= {(group, f"W = {x:.0f}"): point
                                for x, point in switched(run, op, words).items()}
    return of_choices("PCIDs at boot", "pcids", by_choice,
                      "nopcid" if as_linux.avoids_pcids(run) else "PCIDs")


def isolation(run: Run) -> list:
    """Page-table isolation at boot: what a switch costs with it and without.  No choice: who needs
    it has to have it."""
    words = {"pti=on": "different pti", "pti=off": "different global"}
    by_choice = {name: {("", f"W = {x:.0f}"): point for x, point
                        in switched(run, "cr3_pcid_noflush", said).items()}
                 for name, said in words.items()}
    linux = "pti=on" if as_linux.isolates(run) else "pti=off"
    return [replace(one, is_choice=False) for one in of_choices(
        "Page-table isolation at boot", "pti_boot", by_choice, linux)]


def calls(run: Run) -> list:
    """How many processors are interrupted: by one send for each, for each cluster, for all; by
    the APIC that has clusters."""
    by_apic = {}
    for row in remote.ok(run, "ipi"):
        said = remote.call(row)
        if not said or said.figure != "rtt" or row["param"] != "targets" or said.distance \
                or said.mode not in ("unicast", "cluster", "shorthand") or said.state == "spin":
            continue
        n = remote.targets(row)
        by_apic.setdefault(said.apic, {})[said.mode, said.state, n] = at(row, float(n)).over_boots
    measured, most = max(by_apic.values(), default={}, key=lambda found: any(
        mode == "cluster" for mode, _, _ in found)), {}
    for _, state, n in measured:
        most[state] = max(n, most.get(state, 0))
    by_choice = {"one by one": {}, "one by one, all at once": {}, "clusters": {},
                 "clusters, all at once": {}}
    for (mode, state, n), point in measured.items():
        case = (f"targets in {state}", f"{n} target{'s' if n > 1 else ''}")
        for name in by_choice:
            begins = {"unicast": "one by one", "cluster": "clusters"}.get(mode)
            at_once = name.endswith("all at once") and n == most[state] \
                and ("shorthand", state, n) in measured
            if mode == "shorthand" and at_once or begins and name.startswith(begins) \
                    and not at_once:
                by_choice[name][case] = point
    has_clusters = bool(by_choice["clusters"])
    if not has_clusters:
        del by_choice["clusters"], by_choice["clusters, all at once"]
    return of_choices("Interrupting several processors", "calls", by_choice,
                      f"{'clusters' if has_clusters else 'one by one'}, all at once")


LAZY = {("first", ""): "asked", ("return", "left"): "coming back"}


def lazies(run: Run) -> list:
    """Lazy TLB mode by protocol: what the sender pays, and who comes back to be flushed."""
    by_choice = {}
    for row in rows(run, "lazy"):
        said = variant.of(row) if variant.is_known(row) else None
        name = said and LAZY.get((said.event, said.way))
        point = at(row, row.number("value") or 0.0)
        if not name or said.incl or not point or doubt(row):
            continue
        n = remote.targets(row)
        case = (name, f"{n} other{'s' if n > 1 else ''}, {point.x:.0f} lazy"
                if said.event == "first" else "one")
        by_choice.setdefault(said.protocol, {})[case] = point.over_boots
    return of_choices("Lazy TLB mode", "lazy", by_choice, "generation")


def unmaps(run: Run) -> list:
    """A shootdown for each page that is unmapped, or one full flush for all of them: by interrupts,
    or by INVLPGB of all processes, as Linux does where it has that."""
    by_choice = {"each": {}, "one for all": {}, "one broadcast for all": {}}
    for one in shots.batches(run):
        for name, row in zip(by_choice, (one.each, one.best, one.broadcast)):
            if row and not doubt(one.each, row):
                point = at(row, float(one.pages))
                by_choice[name]["", f"{one.pages} pages"] = point.over_boots
    linux = "one broadcast for all" if as_linux.broadcasts(run) else "one for all"
    return of_choices("Batched unmap", "unmap", by_choice, linux)


def freed_tables(run: Run) -> list:
    """INVLPGB where page tables are freed: all are interrupted behind it, so that the flush by
    interrupts may be the cheaper one."""
    by_choice = {"broadcast, then interrupts": {}, "interrupts alone": {}}
    for one in shots.freed(run):
        case = ("", f"{one.pages} page{'s' if one.pages > 1 else ''}")
        for name, row in zip(by_choice, (one.both, one.asked)):
            if row and not doubt(row):
                by_choice[name][case] = at(row, float(one.pages)).over_boots
    return of_choices("INVLPGB where tables are freed", "tables", by_choice,
                      "broadcast, then interrupts")

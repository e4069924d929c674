"""How many pages one by one cost as much as one full flush: the rows of `range`, paired."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from ..read import sweep, variant
from ..read.run import Row, Run, once
from ..read.sweep import Curve, Point
from .crossing import Crossing, crossing

BENCH, PARAM = "range", "pages"
KERNEL = "kernel"  # global pages, and so is the working set
KERNEL_ALL = "kernel-all"  # flush_tlb_all: global entries too, and global pages to fetch again
BY_PAGE = ("page", "range", "pti", KERNEL)  # scopes that grow with the pages
BOTH = "pti-space"  # one flush of each of the two PCIDs of page-table isolation
DEFERRED = "pti-deferred"  # the same, the user's with the load that leaves the kernel
FULL = ("space", BOTH, DEFERRED, "all", KERNEL_ALL)  # scopes of a full flush
# What the rows of `pti` do besides the operation that they are named after.
PARTNERS = {"invpcid_address": "invlpg", "invlpg": "invpcid_address"}
# Drops every PCID, and keeps global entries: neither an address space nor everything.
NON_GLOBAL = "invpcid_all_non_global"
OVERLAPPING = "accesses that overlap"  # chains, in words
# The most pages that these kernels drop one by one; FreeBSD flushes from 4096 on.
CEILINGS = (("Xen", 1), ("Asterinas", 32), ("Linux", 33), ("FreeBSD", 4095))
# INVLPGB drops on every processor: its pages stand against its own full flushes alone.
BROADCAST = "invlpgb_tlbsync"
BROADCAST_FLUSHES = ("invlpgb_context", "invlpgb_all_global")
# MOV CR3 of the value read: what they flush an address space by.
RELOADS = ("cr3_reload", "cr3_pcid_flush")


class Mode(NamedTuple):
    """What rows must have in common to be held against each other, but for the pages."""

    pcide: bool
    chains: int | None  # None: each access of the working set waits for the one before

    @property
    def words(self) -> str:
        return "with PCIDs" if self.pcide else "without PCIDs"


@dataclass(frozen=True)
class Setting:
    """What the variant of a row of `range` says."""

    scope: str
    size: str  # empty: of any page size
    mode: Mode
    w: int  # the working set that is fetched again, in pages

    @property
    def words(self) -> str:
        return ", ".join([*([self.size] if self.size else []), self.mode.words,
                          *([OVERLAPPING] if self.mode.chains else []),
                          *(["page-table isolation"] if self.scope in ("pti", BOTH, DEFERRED) else []),
                          *(["kernel pages"] if self.scope in (KERNEL, KERNEL_ALL) else [])])


@dataclass(frozen=True)
class Sweep:
    """N times an operation at one setting; with page-table isolation, two operations."""

    op: str
    setting: Setting
    curve: Curve
    partner_verified: bool = True

    @property
    def name(self) -> str:
        if self.setting.scope != "pti":
            return self.op
        return " + ".join(sorted((self.op, PARTNERS.get(self.op, "the other PCID's"))))

    @property
    def doubt(self) -> str:
        """Why it is no basis for anything; empty if it is one."""
        return self.curve.doubt or ("" if self.partner_verified else sweep.NO_VERDICT)


@dataclass(frozen=True)
class Flush:
    """A full flush at one setting; of both PCIDs by the sum of two rows where none has both."""

    op: str
    setting: Setting
    point: Point
    other: Point | None = None  # what was added

    @property
    def name(self) -> str:
        if self.setting.scope == BOTH:
            return f"two {self.op}"
        return self.op

    @property
    def is_broadcast(self) -> bool:
        """Whether it drops on every processor."""
        return self.op in BROADCAST_FLUSHES

    @property
    def kind(self) -> str:
        """What it drops, in words."""
        if self.setting.scope in (BOTH, DEFERRED):
            return "both PCIDs"
        if self.setting.scope == "space":
            return "address space"
        if self.setting.scope == KERNEL_ALL:
            return "everything, kernel pages behind it"
        return "every PCID, not global" if self.op == NON_GLOBAL else "everything"

    @property
    def doubt(self) -> str:
        return sweep.doubt(self.point.row)

    @property
    def source(self) -> str:
        """From which rows it comes."""
        if self.other is None:
            return f"{self.op} {self.point.row['variant']}"
        return (f"the sum of {self.op} {self.point.row['variant']} and "
                f"{self.other.row['variant']}, since no row has both flushes")


@dataclass(frozen=True)
class BreakEven:
    """Pages one by one against one full flush, with the same working set."""

    pages: Sweep
    flush: Flush

    @cached_property
    def crossing(self) -> Crossing:
        return crossing(self.pages.curve.points, self.flush.point)

    @property
    def w(self) -> int:
        return self.pages.setting.w

    @property
    def variant(self) -> str:
        return f"{self.pages.curve.variant}-against-{self.flush.name.replace(' ', '-')}"

    @property
    def doubt(self) -> str:
        return self.pages.doubt or self.flush.doubt

    @property
    def believed(self) -> bool:
        return not self.doubt


def setting(row: Row) -> Setting | None:
    """The setting that a row of `range` is of; None if its variant is not known."""
    said = variant.of(row)
    mode = Mode(said.pcide, said.chains)
    return Setting(said.scope, said.page_size, mode, said.working_set) if said.scope else None


def sweeps(run: Run) -> list:
    """N times each operation; the row of one page (scope `page`) is the point at N = 1."""
    alone, made = {}, []
    for row in sweep.rows(run, BENCH):
        at = setting(row)
        if at and at.scope == "page" and (point := sweep.point(row)):
            alone.setdefault((row["op"], at.size, at.mode, at.w), replace(point, x=1.0))
    for one in sweep.curves(run, BENCH, PARAM):
        at = setting(one.points[0].row)
        if at.scope not in BY_PAGE[1:]:
            continue
        single = alone.get((one.op, at.size, at.mode, at.w))
        if at.scope == "range" and single and one.points[0].x > single.x:
            one = Curve(one.op, one.variant, (single, *one.points))
        partner = PARTNERS.get(one.op, "") if at.scope == "pti" else None
        both = partner is None or sweep.verified(run, partner, one.points[0].row)
        made.append(Sweep(one.op, at, one, both))
    return made


def flushes(run: Run) -> list:
    """Every full flush that was measured, and those of two PCIDs that follow from them."""
    made = []
    for row in sweep.rows(run, BENCH):
        at = setting(row)
        if at and at.scope in FULL and (point := sweep.point(row)):
            made.append(Flush(row["op"], at, point))
    return made + summed(made)


def summed(made: list) -> list:
    """Two flushes as the sum of one with the working set and one without, where no row has
    both.  The working set is fetched again once."""
    measured = {(one.setting.mode, one.setting.w) for one in made
                if one.setting.scope in (BOTH, DEFERRED)}
    empty = {(one.op, one.setting.mode): one.point for one in made
             if one.setting.scope == "space" and one.setting.w == 0}
    found = []
    for one in made:
        at, other = one.setting, empty.get((one.op, one.setting.mode))
        if at.scope != "space" or not at.mode.pcide or other is None \
                or one.is_broadcast or (at.mode, at.w) in measured:
            continue
        y, low, high = (getattr(one.point, name) + getattr(other, name)
                        for name in ("y", "low", "high"))
        found.append(Flush(one.op, replace(at, scope=BOTH),
                           replace(one.point, y=y, low=low, high=high), other))
    return found


@once
def advised(run: Run) -> list:
    """The pairs as they may be in other boots: what a ceiling is taken from."""
    return paired([replace(one, curve=one.curve.over_boots) for one in sweeps(run)],
                  over_boots(flushes(run)))


def over_boots(full: list) -> list:
    """Full flushes with the intervals that other boots may have."""
    return [replace(one, point=one.point.over_boots) for one in full]


@once
def pairs(run: Run) -> list:
    """Each sweep against each full flush of the same mode and the same working set."""
    return paired(sweeps(run), flushes(run))


def paired(swept: list, full: list) -> list:
    alike = {}
    for flush in full:
        alike.setdefault(left_behind(flush.setting), []).append(flush)
    return [BreakEven(pages, flush) for pages in swept
            for flush in alike.get(left_behind(pages.setting), ())
            if comparable(pages.setting, flush.setting)
            and (pages.op == BROADCAST) == flush.is_broadcast]


def left_behind(at: Setting) -> tuple:
    """What two must have in common to be held against each other."""
    return at.w, at.mode


def comparable(pages: Setting, flush: Setting) -> bool:
    """Of two with the same mode and working set, whether both drop as many PCIDs, and leave the
    same pages to be fetched again."""
    wanted = {"pti": (BOTH, DEFERRED, "all"), KERNEL: (KERNEL_ALL,)}.get(pages.scope, ("space", "all"))
    return flush.scope in wanted and flush.size in ("", pages.size)


def by_sweep(found: list) -> dict:
    """(operation, scope, size, mode) -> its break-evens, by working set."""
    groups = {}
    for one in sorted(found, key=lambda one: one.w):
        at = one.pages.setting
        groups.setdefault((one.pages.op, at.scope, at.size, at.mode), []).append(one)
    return groups


def cheapest(group: list) -> list:
    """Of a group, one break-even for each working set: against the flush of the address space,
    or of both PCIDs, that costs least there; one that is not believed only if none is."""
    best = {}
    for one in group:
        if one.flush.setting.scope == "all":
            continue
        before = best.get(one.w)
        if before is None or price(one.flush) < price(before.flush):
            best[one.w] = one
    return [best[w] for w in sorted(best)]


def reloads(group: list) -> list:
    """Of a group, the break-evens against MOV CR3 of the value read; with page-table isolation
    against that which puts the user's half off, if there is one."""
    deferred = [one for one in group if one.flush.setting.scope == DEFERRED]
    return sorted(deferred or (one for one in group if one.flush.op in RELOADS
                               and one.flush.setting.scope != "all"), key=lambda one: one.w)


def price(flush: Flush) -> tuple:
    """What it is chosen by: belief first, then cost."""
    return flush.doubt != "", flush.point.y


def omitted(group: list) -> str:
    """The cheaper flushes that were not taken since they are not believed, and the working sets
    without one that is, in words; empty if there are none."""
    left, said = {}, []
    for taken in cheapest(group):
        if not taken.believed:
            said.append(f"nothing at W = {taken.w} ({taken.doubt})")
            continue
        for one in group:
            if (one.w == taken.w and one.flush.setting.scope != "all" and one.flush.doubt
                    and one.flush.point.y < taken.flush.point.y):
                left.setdefault((one.flush.name, one.flush.doubt), []).append(str(one.w))
    said = [f"{name}, cheaper at W = {', '.join(sets)} ({doubt})"
            for (name, doubt), sets in left.items()] + said
    return f"left out: {'; '.join(said)}" if said else ""


def overlapping(found: list) -> dict:
    """(operation, scope, size, mode without chains, W) -> the break-even in chains there, against
    the cheapest flush: the other of a pair."""
    made = {}
    for (op, scope, size, mode), group in by_sweep(found).items():
        if mode.chains:
            alone = mode._replace(chains=None)
            made |= {(op, scope, size, alone, one.w): one for one in cheapest(group)}
    return made

"""How many pages one by one cost as much as one full flush: the rows of `range`, paired."""

import re
from dataclasses import dataclass, replace

from . import sweep
from .crossing import Crossing, crossing
from .run import Run
from .sweep import SIZES, Curve, Point

BENCH, PARAM = "range", "pages"
BY_PAGE = ("page", "range", "pti")  # scopes that grow with the pages
FULL = ("space", "all")  # scopes of one flush: an address space, and global entries too
# Beyond this many pages these kernels flush everything.
CEILINGS = (("Asterinas", 32), ("Linux", 33), ("FreeBSD", 4096))


@dataclass(frozen=True)
class Setting:
    """What the variant of a row of `range` says."""

    scope: str
    size: str  # empty: of any page size
    mode: tuple  # the other parts: pcide, ...
    w: int  # the working set that is fetched again, in pages

    @property
    def words(self) -> str:
        return ", ".join([self.size, *(("pcide",) if "pcide" in self.mode else ("no PCIDs",)),
                          *(part for part in self.mode if part != "pcide")]).strip(", ")


@dataclass(frozen=True)
class Sweep:
    """N times an operation at one setting."""

    op: str
    setting: Setting
    curve: Curve

    @property
    def name(self) -> str:
        pair = " + invpcid_address" if self.op == "invlpg" else " + the other PCID's"
        return self.op + (pair if self.setting.scope == "pti" else "")


@dataclass(frozen=True)
class Flush:
    """One full flush at one setting."""

    op: str
    setting: Setting
    point: Point


@dataclass(frozen=True)
class BreakEven:
    """Pages one by one against one full flush, with the same working set."""

    pages: Sweep
    flush: Flush
    crossing: Crossing

    @property
    def w(self) -> int:
        return self.pages.setting.w

    @property
    def variant(self) -> str:
        return f"{self.pages.curve.variant}-against-{self.flush.op}"

    @property
    def believed(self) -> bool:
        return self.pages.curve.believed and sweep.believed(self.flush.point.row)


def setting(variant: str):
    """The setting a variant names; None if it is no variant of `range`."""
    parts = variant.split("-")
    sets = [part for part in parts if re.fullmatch(r"w\d+", part)]
    if parts[0] not in (*BY_PAGE, *FULL) or len(sets) != 1:
        return None
    size = next((part for part in parts if part in SIZES), "")
    rest = tuple(part for part in parts[1:] if part not in SIZES and part not in sets)
    return Setting(parts[0], size, rest, int(sets[0][1:]))


def sweeps(run: Run) -> list:
    """N times each operation; the row of one page (scope `page`) is the point at N = 1."""
    alone, made = {}, []
    for row in sweep.rows(run, BENCH):
        at, point = setting(row["variant"]), sweep.point(row)
        if at and point and at.scope == "page":
            alone.setdefault((row["op"], at.size, at.mode, at.w), replace(point, x=1.0))
    for one in sweep.curves(run, BENCH, PARAM):
        at = setting(one.variant)
        if not at or at.scope not in BY_PAGE[1:]:
            continue
        single = alone.get((one.op, at.size, at.mode, at.w))
        if at.scope == "range" and single and one.points[0].x > single.x:
            one = Curve(one.op, one.variant, (single, *one.points))
        made.append(Sweep(one.op, at, one))
    return made


def flushes(run: Run) -> list:
    """Every full flush that was measured."""
    made = []
    for row in sweep.rows(run, BENCH):
        at, point = setting(row["variant"]), sweep.point(row)
        if at and point and at.scope in FULL:
            made.append(Flush(row["op"], at, point))
    return made


def pairs(run: Run) -> list:
    """Each sweep against each full flush of the same mode and the same working set."""
    full = flushes(run)
    return [BreakEven(pages, flush, crossing(pages.curve.points, flush.point))
            for pages in sweeps(run) for flush in full if comparable(pages.setting, flush.setting)]


def comparable(pages: Setting, flush: Setting) -> bool:
    """Whether both leave the same working set to be fetched again in the same mode."""
    return (pages.w, pages.mode) == (flush.w, flush.mode) and flush.size in ("", pages.size)


def by_sweep(found: list) -> dict:
    """(operation, scope, size, mode) -> its break-evens, by working set."""
    groups = {}
    for one in sorted(found, key=lambda one: one.w):
        at = one.pages.setting
        groups.setdefault((one.pages.op, at.scope, at.size, at.mode), []).append(one)
    return groups


def cheapest(group: list) -> list:
    """Of a group, one break-even for each working set: against the flush of the address space
    that costs least over all of them."""
    mine = [one for one in group if one.flush.setting.scope == "space"]
    sets = {one.w for one in mine}
    costs = {}
    for one in mine:
        costs.setdefault(one.flush.op, {})[one.w] = one.flush.point.y
    whole = {op: sum(of.values()) for op, of in costs.items() if set(of) == sets}
    best = min(whole, key=whole.get, default=None)
    return [one for one in mine if one.flush.op == best]


def least(best: list) -> BreakEven:
    """The break-even of the fewest pages."""
    return min(best, key=rank)


def greatest(best: list) -> BreakEven:
    """The break-even of the most pages."""
    return max(best, key=rank)


def rank(one: BreakEven) -> tuple:
    """By N*; below what was measured comes first, beyond it last."""
    return (("below", "", "beyond").index(one.crossing.side), one.crossing.value or 0)


def place(one: BreakEven) -> str:
    """N* in words, without its interval."""
    pages = one.pages.curve.points
    if one.crossing.side == "below":
        return f"less than {pages[0].x:.0f}"
    if one.crossing.side == "beyond":
        return f"more than {pages[-1].x:.0f}"
    return f"{one.crossing.value:.1f}"

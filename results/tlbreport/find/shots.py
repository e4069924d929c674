"""Rows of shootdown: which is the baseline of which, and interrupts against one broadcast."""

from dataclasses import dataclass

from ..read import sweep, variant
from ..read.run import Row, Run, once
from ..read.sweep import Point
from . import remote
from .crossing import Crossing, crossing

BENCH = "shootdown"
USUAL = ("late", "alongside", "own")  # answer, own flush, line of the answer
BATCHED = ("cr3_reload", "cr3_pcid_flush")  # one full flush for all pages: arch_tlbbatch_flush
BROADCAST = "invlpgb_tlbsync"  # pages, in the mode of those who are asked
ALL_PROCESSES = "invlpgb_all_non_global"  # invlpgb_flush_all_nonglobals
FREED = "broadcast-tables"  # and an interrupt behind it, since page tables are freed
# What is broadcast there -> what is done where all are interrupted anyway, and in which mode.
INSTEAD = {BROADCAST: ("invlpg", ()), "invlpgb_context": ("cr3_pcid_flush", ("pcide",))}
DIMENSIONS = (("late", "early"), ("alongside", "before"), ("own", "shared"))
MODES_HOW = ("unicast", "cluster", "shorthand", "nmi", "poll")


@dataclass(frozen=True)
class Shot:
    """What a row of `shootdown` says."""

    op: str
    variant: str
    how: str  # the mode, or local, broadcast, broadcast-tables, each, together
    protocol: tuple  # answer, own flush, line; (lock, interrupts) for together; else empty
    state: str
    pcids: tuple  # pcide, otherpcid
    pages: int  # 0 for together
    initiators: int
    targets: int

    @property
    def is_asked(self) -> bool:
        """Whether one processor asks others, as the baseline does in all but the mode."""
        return (self.how in MODES_HOW and self.protocol == USUAL and not self.pcids
                and self.is_idle)

    @property
    def is_idle(self) -> bool:
        """Whether the targets do nothing else, as those of the baseline."""
        return self.state not in remote.WORKS

    @property
    def is_broadcast(self) -> bool:
        """Whether it is a broadcast of an mm or the kernel: a batched unmap stands by itself."""
        return self.how == "broadcast" and self.op != ALL_PROCESSES

    @property
    def is_usual(self) -> bool:
        """Whether the protocol is that of the baseline, by unicast."""
        return self.how == "unicast" and self.protocol == USUAL and self.is_idle


def shot(row: Row):
    """The shootdown a row is of; None if its variant names none, or a part of one."""
    said, value = variant.of(row), row.number("value")
    is_many = said.mode == "together"
    if not said.mode or said.figure or value is None \
            or row["param"] != ("initiators" if is_many else "pages"):
        return None
    protocol = (said.answer, said.own_flush, said.answer_line) if said.answer else ()
    pcids = (*(["pcide"] if said.pcide else []), *(["otherpcid"] if said.target_pcid else []))
    if is_many:
        protocol = (said.lock, "irqson" if said.irqson else "")
    how = "-".join(filter(None, (said.mode, said.way)))
    return Shot(row["op"], row["variant"], how, protocol, said.state, pcids,
                0 if is_many else int(value), int(value) if is_many else 1,
                remote.targets(row))


@once
def measured_shots(run: Run) -> list:
    """(shot, row) of each row that has a median and an interval."""
    found = [(shot(row), row) for row in remote.ok(run, BENCH)]
    return [(one, row) for one, row in found if one]


def baselines(found: list) -> dict:
    """(op, pcids, pages, targets) -> the row of the baseline protocol."""
    return {(one.op, one.pcids, one.pages, one.targets): row for one, row in found if one.is_usual}


def varied(found: list) -> list:
    """(what is varied, words, shot, row, row of the baseline), where there is one."""
    usual, made = baselines(found), []
    for one, row in found:
        what, words, base = dimension(one, usual)
        if what and base is not None:
            made.append((what, words, one, row, base))
    return made


def dimension(one: Shot, usual: dict) -> tuple:
    """What of the baseline a shot varies, in words, and that baseline's row."""
    mine = usual.get((one.op, one.pcids, one.pages, one.targets))
    invlpg = usual.get(("invlpg", (), one.pages, one.targets))
    if one.is_broadcast:
        return "without interrupts", " ".join([one.op, *one.pcids]), invlpg
    if one.is_usual and (one.op, one.pcids) != ("invlpg", ()):
        return "operation on the targets", " ".join([one.op, *one.pcids]), invlpg
    if one.how == "unicast" and not one.is_idle:
        return "what the target does", one.state, usual.get(("invlpg", (), one.pages, one.targets))
    if one.how in MODES_HOW and one.protocol == USUAL and one.how != "unicast":
        return "how they are asked", f"{one.how}, {one.state}", mine
    if one.how == "unicast" and one.protocol != USUAL:
        words = [new for new, (old, _) in zip(one.protocol, DIMENSIONS) if new != old]
        return "protocol", ", ".join(words), mine
    return "", "", None


@dataclass(frozen=True)
class Batch:
    """So many pages with a shootdown for each, and with one full flush for all."""

    pages: int
    each: Row
    full: tuple  # rows; all are interrupted
    broadcast: Row | None  # the same by INVLPGB

    @property
    def best(self) -> Row | None:
        return min(self.full, key=lambda row: row.number("p50"), default=None)

    @property
    def ways(self) -> list:
        """One flush for all: the best by interrupts, and the broadcast."""
        return [row for row in (self.best, self.broadcast) if row]


def batches(run: Run) -> list:
    """What a batched unmap saves, at each number of pages that was measured both ways."""
    found = measured_shots(run)
    each = {one.pages: (one, row) for one, row in found if one.how == "each"}
    made = []
    for pages, (one, row) in sorted(each.items()):
        here = [(shot, other) for shot, other in found
                if (shot.pages, shot.targets) == (pages, one.targets)]
        full = tuple(other for shot, other in here if shot.is_usual and shot.op in BATCHED
                     and "otherpcid" not in shot.pcids)
        broadcast = next((other for shot, other in here if shot.op == ALL_PROCESSES), None)
        made.append(Batch(pages, row, full, broadcast))
    return [one for one in made if one.ways]


@dataclass(frozen=True)
class Freed:
    """A broadcast where page tables are freed, of so many pages."""

    pages: int
    targets: int
    both: Row  # the broadcast, and the interrupt behind it
    alone: Row | None  # the broadcast
    asked: Row | None  # the flush by interrupts, which need no other


def freed(run: Run) -> list:
    """What it costs to free page tables where the flush is a broadcast."""
    found = measured_shots(run)
    usual = baselines(found)
    alone = {(one.op, one.pcids, one.pages, one.targets): row for one, row in found
             if one.how == "broadcast"}
    return [Freed(one.pages, one.targets, row,
                  alone.get((one.op, one.pcids, one.pages, one.targets)),
                  usual.get((*INSTEAD[one.op], one.pages, one.targets)))
            for one, row in found if one.how == FREED and one.op in INSTEAD]


@dataclass(frozen=True)
class Against:
    """One way to ask over the number of targets, against INVLPGB; the same pages each."""

    shot: Shot
    pages: int
    points: tuple
    level: Point
    crossing: Crossing

    @property
    def doubt(self) -> str:
        return sweep.doubt(*(point.row for point in (*self.points, self.level)))


def against(run: Run) -> list:
    """Each way to ask that was measured with two numbers of targets at least."""
    found = measured_shots(run)
    levels = {shot.pages: row for shot, row in found
              if shot.how == "broadcast" and (shot.op, shot.pcids) == (BROADCAST, ())}
    curves = {}
    for shot, row in found:
        if shot.is_asked and shot.pages in levels:
            places = curves.setdefault((shot.op, shot.variant, shot.pages), {})
            places.setdefault(shot.targets, (shot, row))
    made = []
    for (*_, pages), places in curves.items():
        if len(places) < 2:
            continue
        points = tuple(sweep.at(places[x][1], float(x)) for x in sorted(places))
        level = sweep.at(levels[pages], 0.0)
        made.append(Against(next(iter(places.values()))[0], pages, points, level,
                            crossing(points, level)))
    return made

"""Rows of stolen: what a call takes from its target, and what that makes a shootdown cost the
machine: the wait of who begins, and what all targets lose."""

from dataclasses import dataclass

from ..read import sweep, variant
from ..read.run import Row, Run
from ..read.sweep import Point
from . import remote, shots
from .crossing import Crossing, crossing

BENCH = "stolen"
SPINS = "spin"  # the target whose loss stands for all of them: it is busy, and waits for nothing
METHOD = ("the wait of who begins, and as often as there are targets what one that spins loses; "
          "interval: the ends of both, at least 95 % " + sweep.WITHIN)


def losses(run: Run) -> list:
    """The rows with a median and an interval, in the order of the file."""
    return [row for row in remote.ok(run, BENCH) if variant.is_known(row)]


def loss(run: Run, op: str, mode: str) -> Row | None:
    """What a target that spins loses, at the nearest distance that was measured."""
    found = [row for row in losses(run) if row["op"] == op and not variant.of(row).pcide
             and (variant.of(row).mode, variant.of(row).state) == (mode, SPINS)]
    return min(found, key=lambda row: remote.place_rank(remote.place(variant.of(row))),
               default=None)


@dataclass(frozen=True)
class Cost:
    """A shootdown of one page on so many targets."""

    targets: int
    wait: Row  # of shootdown: who begins
    lost: Row  # of stolen: one target
    machine: Point

    @property
    def doubt(self) -> str:
        return sweep.doubt(self.wait, self.lost)


def total(wait: Row, lost: Row, targets: int) -> Point:
    """The sum, where so many lose that."""
    one, other = sweep.point(wait), sweep.point(lost)
    return Point(float(targets), one.y + targets * other.y, one.low + targets * other.low,
                 one.high + targets * other.high, wait)


def cost(wait: Row, lost: Row) -> Cost:
    """With the targets of the wait."""
    targets = remote.targets(wait)
    return Cost(targets, wait, lost, total(wait, lost, targets))


def by_interrupts(run: Run) -> list:
    """By the number of targets, asked as Linux does."""
    lost = loss(run, "invlpg", "unicast")
    found = {one.targets: row for one, row in shots.measured_shots(run)
             if one.is_usual and (one.op, one.pcids, one.pages) == ("invlpg", (), 1)}
    return [cost(found[n], lost) for n in sorted(found)] if lost else []


def by_broadcast(run: Run) -> Cost | None:
    """By INVLPGB, with all targets."""
    lost = loss(run, shots.BROADCAST, "broadcast")
    waits = [row for one, row in shots.measured_shots(run) if one.how == "broadcast"
             and (one.op, one.pcids, one.pages) == (shots.BROADCAST, (), 1)]
    return cost(waits[0], lost) if lost and waits else None


@dataclass(frozen=True)
class Against:
    """Targets from which the broadcast costs the machine less."""

    costs: tuple
    broadcast: Cost
    crossing: Crossing

    @property
    def doubt(self) -> str:
        return sweep.doubt(*(row for one in (*self.costs, self.broadcast)
                             for row in (one.wait, one.lost)))

    def level(self, targets: int) -> Point:
        """What the broadcast costs with so many."""
        return total(self.broadcast.wait, self.broadcast.lost, targets)


def against(run: Run) -> Against | None:
    """Needs two numbers of targets.  A broadcast is waited for as long with few as with all; what
    its targets lose is taken from what those of interrupts do."""
    costs, broadcast = by_interrupts(run), by_broadcast(run)
    if len(costs) < 2 or broadcast is None:
        return None
    lost = sweep.point(broadcast.lost)
    points = tuple(Point(one.machine.x, one.machine.y - one.targets * lost.y,
                         one.machine.low - one.targets * lost.high,
                         one.machine.high - one.targets * lost.low, one.wait) for one in costs)
    return Against(tuple(costs), broadcast,
                   crossing(points, sweep.at(broadcast.wait, 0.0)))

"""Interrupts to other processors against one broadcast: from how many targets it is cheaper."""

from dataclasses import dataclass

from ..read import sweep
from ..find.crossing import Crossing, crossing
from ..read.run import Run
from ..find.shots import Shot, measured_shots
from ..read.sweep import Point


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
    levels = {shot.pages: row for shot, row in found if shot.how == "broadcast"}
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

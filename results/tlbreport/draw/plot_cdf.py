"""Distributions by their tail: which share of the samples took longer, down to one in 10000."""

from dataclasses import dataclass

from ..read.run import Row
from . import axis, multiples
from .figure import GREY, Facets
from .multiples import Panel, Series
from .shapes import Line2D

KNOWN = (("min", 0.0), ("p01", 0.01), ("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75),
         ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
# Logarithmic in what is left, so that p99 is as far from p90 as that from the start.
LEAST_LEFT = 1e-4
TICKS = {1: "0", 0.5: "p50", 0.1: "p90", 0.05: "p95", 0.01: "p99", 0.001: "p99.9", 1e-4: "p99.99"}


@dataclass(frozen=True)
class Steps:
    """(ticks, share) from 0 to 1; exact if every bucket of the samples is there."""

    points: list
    exact: bool
    count: float  # samples: no share above less than half of one is known


def of_row(row: Row, buckets: list) -> Steps:
    """From the histogram, its samples spread evenly over each bucket; without one, straight
    between the percentiles of the row."""
    if not buckets:
        return Steps([(row.number(column), share) for column, share in KNOWN
                      if row.number(column) is not None], False, row.number("n") or 1)
    total, passed, points = sum(count for *_, count in buckets), 0, []
    for lo, hi, count in sorted(buckets):
        points.append((lo, passed / total))
        passed += count
        points.append((hi, passed / total))
    return Steps(points, True, total)


def draw(found: list) -> Facets:
    """found: (title, [(label, look, Steps)]); one axis of ticks for all."""
    made = Facets([], multiples.legend_signs(
        [Panel(title, [Series(name, (look[0], "", look[2]), []) for name, look, _ in lines])
         for title, lines in found]))
    if any(not steps.exact for _, lines in found for *_, steps in lines):
        made.signs.append(Line2D([], [], color=GREY, marker=".", linestyle="",
                                 label="only these percentiles are known"))
    every = [steps.points for _, lines in found for *_, steps in lines]
    ends = axis.scale([x for points in every for x, _ in points],
                      [middle(points) for points in every], logarithmic=True)
    lowest = min(x for points in every for x, _ in points)
    beyond = " (logarithmic)" if lowest > 0 else (
        f" (logarithmic beyond {axis.short(ends.linear)})" if ends.linear else "")
    for title, lines in found:
        figure, axes = multiples.frame(title, "", "percentile (logarithmic in what is above)")
        stand(axes, ends, lowest)
        axes.set_xlabel(f"TSC ticks{beyond}")
        for _, (colour, _, dashes), steps in lines:
            axes.plot(*zip(*left(steps)), color=colour, linestyle=dashes, linewidth=1.2,
                      marker="" if steps.exact else ".", markersize=4, zorder=3)
        made.figures.append(figure)
    return made


def stand(axes, ends: axis.Scale, lowest: float) -> None:
    """Ticks across, percentiles up."""
    axis.dress(axes, ends, "TSC ticks")
    axes.spines = True
    if lowest > 0:
        axes.set_xscale("log")
        axes.set_xlim(lowest / 1.1, ends.high * 1.1)
    axes.set_yscale("log")
    axes.set_ylim(1.1, LEAST_LEFT)
    axes.set_yticks(list(TICKS), list(TICKS.values()))
    axes.grid(axis="y", color="#e0e0e0", linewidth=0.6)


def left(steps: Steps) -> list:
    """(ticks, share that took longer); of the longest one half a sample is left."""
    least = max(0.5 / steps.count, LEAST_LEFT)
    return [(x, max(1 - share, least)) for x, share in steps.points]


def middle(points: list) -> float:
    """Where half of the samples are passed."""
    return next(x for x, share in points if share >= 0.5)

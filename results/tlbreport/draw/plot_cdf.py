"""Distributions by their tail: which share of the samples took longer, down to one in 10000."""

from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from . import axis, multiples
from .multiples import Panel, Series
from ..read.run import Row

KNOWN = (("min", 0.0), ("p01", 0.01), ("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75),
         ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
LEGEND_COLUMNS = 5
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


def draw(found: list) -> Figure:
    """found: (title, [(label, look, Steps)]); one axis of ticks for all."""
    made = [Panel(title, [Series(name, (look[0], "", look[2]), []) for name, look, _ in lines])
            for title, lines in found]
    signs = multiples.legend_signs(made)
    if any(not steps.exact for _, lines in found for *_, steps in lines):
        signs.append(multiples.Line2D([], [], color=multiples.GREY, marker=".", linestyle="",
                                      label="only these percentiles are known"))
    every = [steps.points for _, lines in found for *_, steps in lines]
    ends = axis.scale([x for points in every for x, _ in points],
                      [middle(points) for points in every], logarithmic=True)
    lowest = min(x for points in every for x, _ in points)
    figure, places = multiples.frame(made, signs, 3, LEGEND_COLUMNS)
    for (axes, *_, is_first), (_, lines) in zip(places, found):
        axis.dress(axes, ends, "")
        axes.set_xlabel("")
        if lowest > 0:
            axes.set_xscale("log")
            axes.set_xlim(lowest / 1.1, ends.high * 1.1)
            axes.xaxis.set_major_formatter(lambda value, _: axis.short(value))
            axes.xaxis.set_minor_formatter(lambda *_: "")
        axes.set_yscale("log")
        axes.set_ylim(1.1, LEAST_LEFT)
        axes.yaxis.set_major_locator(FixedLocator(list(TICKS)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_yticklabels(TICKS.values())
        axes.tick_params(labelsize=8, labelleft=is_first)
        axes.grid(axis="y", color="#e0e0e0", linewidth=0.6, zorder=0)
        for _, (colour, _, dashes), steps in lines:
            axes.plot(*zip(*left(steps)), color=colour, linestyle=dashes, linewidth=1.2,
                      marker="" if steps.exact else ".", markersize=4, zorder=3)
    beyond = " (logarithmic)" if lowest > 0 else (
        f" (logarithmic beyond {axis.short(ends.linear)})" if ends.linear else "")
    multiples.name_axes(figure, len(signs), LEGEND_COLUMNS, f"TSC ticks{beyond}",
                        "percentile (logarithmic in what is above it)")
    return figure


def left(steps: Steps) -> list:
    """(ticks, share that took longer); of the longest one half a sample is left."""
    least = max(0.5 / steps.count, LEAST_LEFT)
    return [(x, max(1 - share, least)) for x, share in steps.points]


def middle(points: list) -> float:
    """Where half of the samples are passed."""
    return next(x for x, share in points if share >= 0.5)

"""The axis in ticks, and text and marks beside it, as every plot of costs has them."""

from dataclasses import dataclass

from .figure import plain

LINEAR_SPAN = 30  # a wider range of medians than this is drawn on a logarithmic axis
MOST_DECADES = 6


@dataclass(frozen=True)
class Scale:
    """The ends of an axis, and where it turns logarithmic (None: nowhere)."""

    low: float
    high: float
    linear: float | None


def scale(values, medians, logarithmic: bool = False) -> Scale:
    """An axis for these values on which the medians can be told apart."""
    low, high = min([0, *values]), max([1, *values])
    sizes = [abs(m) for m in medians if m] or [1]
    reach = max(high, -low)
    if not logarithmic and reach <= LINEAR_SPAN * min(sizes):
        return Scale(low, high, None)
    linear, least = 1, max(min(sizes), reach / 10 ** MOST_DECADES)
    while linear * 10 <= least:
        linear *= 10
    return Scale(low, high, linear)


def dress(axes, ends: Scale, label: str) -> None:
    """Axis, unit, grid; nothing up the side."""
    linear = ends.linear
    if linear:
        label += f" (logarithmic beyond {linear})"
        axes.set_xscale("symlog", linthresh=linear, linscale=0.5)
        axes.set_xlim(ends.low * 1.5 - linear / 4, ends.high * 1.5)
    else:
        margin = 0.04 * (ends.high - ends.low)
        axes.set_xlim(ends.low - margin, ends.high + margin)
    axes.set_yticks([])
    axes.spines = "below"
    axes.set_xlabel(label)
    axes.xaxis.is_ticks = "TSC ticks" in label
    axes.xaxis.set_major_formatter(lambda value, _: short(value))
    axes.grid(axis="x", color="#cccccc", linewidth=0.7)
    axes.axvline(0, color="#999999", linewidth=0.8, zorder=1)


def short(value: float) -> str:
    """A number as narrow as it can be: 2500, 100k, 10M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if letter == 'k' else size):.10g}{letter}"
    return f"{value:.10g}"


def write(axes, x: float, y: float, text: str, **more) -> None:
    """Text at a share of the width and at a line."""
    axes.text(x, y, plain(text), transform=axes.get_yaxis_transform(), va="center", zorder=5,
              **more)


def span(axes, y: float, low, high, **more) -> None:
    """A horizontal line, if both its ends are known."""
    if low is not None and high is not None:
        axes.plot([low, high], [y, y], zorder=3, **more)

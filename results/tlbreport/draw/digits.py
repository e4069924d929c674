"""Numbers as somebody reads them: four digits at most, and none finer than the clock tells."""

import math

MOST_DIGITS = 4


def shown(value, step: float = 0.0) -> str:
    """The number in four digits, no place of it below that of the step; empty for None."""
    if value is None:
        return ""
    if step <= 0 and 0.001 <= abs(value) < 9999.5:  # most numbers: the same, and sooner
        return f"{value:.4g}"
    if not value or not math.isfinite(value):
        return "0" if not value else str(value)
    place = math.floor(math.log10(abs(value))) - MOST_DIGITS + 1
    if step > 0:
        place = max(place, math.floor(math.log10(step)))
    place = min(place, 0) if abs(value) < 10 ** 7 and place < 4 else place
    text = f"{round(value, -place) + 0.0:.{max(-place, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text and step <= 0 else text


def interval(low, high, step: float = 0.0) -> str:
    """Both ends; an open one is dots, none at all is nothing."""
    if low is None and high is None:
        return ""
    return f"[{shown(low, step) or '…'}, {shown(high, step) or '…'}]"


def cost_of(row) -> str:
    """A row's median and its 99 % interval, no finer than they are told apart by the clock."""
    return (f"{shown(row.number('p50'))}  "
            f"{interval(row.number('ci99_lo'), row.number('ci99_hi'))}")


def hertz(rate) -> str:
    """A rate in the unit that fits it."""
    for size, unit in ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz")):
        if rate >= size:
            return f"{rate / size:.3f} {unit}"
    return f"{rate:.0f} Hz"


def times(share: float) -> str:
    """How many times, of a share above once; three digits are enough to choose by."""
    value = 1 + share
    return f"{value:.2f}" if value < 9.995 else f"{float(f'{value:.3g}'):.10g}"

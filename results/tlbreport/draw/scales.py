"""Axes of numbers: where a value stands between two ends, and which values are written there."""

import math
from dataclasses import dataclass

MOST_TICKS = 6


@dataclass
class Scale:
    """Linear, logarithmic, or both: linear within `linear` of 0, which takes `share` decades."""

    kind: str = "linear"
    base: float = 10
    linear: float = 1.0
    share: float = 1.0

    def forward(self, value: float) -> float:
        """A value on a ruler without units."""
        if self.kind == "linear":
            return value
        if self.kind == "log":
            return math.log(max(value, 1e-300), self.base)
        inside = abs(value) / self.linear
        grown = self.share * inside if inside <= 1 else self.share + math.log(inside, self.base)
        return math.copysign(grown, value)

    def backward(self, place: float) -> float:
        """The value at a place of that ruler."""
        if self.kind == "linear":
            return place
        if self.kind == "log":
            return self.base ** place
        size = abs(place)
        value = size / self.share if size <= self.share else self.base ** (size - self.share)
        return math.copysign(value * self.linear, place)

    def ticks(self, low: float, high: float) -> list:
        """Round values between two ends, few enough to be read."""
        low, high = min(low, high), max(low, high)
        if self.kind == "linear":
            return rounds(low, high)
        found = [sign * value for sign in (-1, 1)
                 for value in powers(self.base, *self.decades(low, high, sign))]
        if self.kind == "symlog":
            found.append(0.0)
        return sorted(value for value in found if low <= value <= high) or [high]

    def decades(self, low: float, high: float, sign: int) -> tuple:
        """From which size to which on one side of 0."""
        ends = sorted((sign * low, sign * high))
        least = self.linear if self.kind == "symlog" else max(ends[0], 1e-300)
        return max(least, ends[0]), ends[1]

    def times(self, factor: float) -> "Scale":
        """The same ruler for another unit."""
        return Scale(self.kind, self.base, self.linear * factor, self.share)


def powers(base: float, low: float, high: float) -> list:
    """Powers of the base, each, or each second one, third ..."""
    if high < low or high <= 0:
        return []
    first, last = math.ceil(math.log(low, base) - 1e-9), math.floor(math.log(high, base) + 1e-9)
    each = max(1, math.ceil((last - first + 1) / MOST_TICKS))
    return [float(base) ** n for n in range(first, last + 1) if n % each == 0 or last == first]


def rounds(low: float, high: float) -> list:
    """Multiples of 1, 2 or 5 times a power of ten."""
    if high <= low:
        return [low]
    rough = (high - low) / (MOST_TICKS - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * n for n in (1, 2, 5, 10) if unit * n >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]

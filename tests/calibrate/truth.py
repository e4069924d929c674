"""The truth of a machine, as build/host/silicon_truth prints it: in ticks, as ranges."""

import subprocess
from typing import NamedTuple


class Range(NamedTuple):
    """From low to high: they differ where clock or parameters leave it open."""

    low: float
    high: float

    def __add__(self, other):
        return Range(self.low + other.low, self.high + other.high)

    def __sub__(self, other):
        return Range(self.low - other.high, self.high - other.low)

    def times(self, factor: float):
        return Range(self.low * factor, self.high * factor)

    def over(self, other):
        return Range(self.low / other.high, self.high / other.low)


def exactly(value: float) -> Range:
    return Range(value, value)


NOTHING = exactly(0.0)
ALL = 0xffffffff  # of PCIDs: no limit


class Truth:
    """Answers of one machine; asks for chases by number of pages when it is made."""

    def __init__(self, program: str, machine: str, chases):
        text = subprocess.run([program, machine, *chases], check=True, capture_output=True,
                              text=True).stdout
        self.answers = {}
        for line in text.splitlines():
            what, name, low, high = line.split(",")
            self.answers[what, name] = (int(low), int(high))

    def count(self, what: str, name: str) -> int:
        """A number of entries, pages, PCIDs, or a fact; 0 where there is none."""
        return self.answers.get((what, name), (0, 0))[0]

    def fact(self, name: str) -> int:
        return self.count("fact", name)

    def ticks(self, what: str, name: str):
        """None where it is not known."""
        found = self.answers.get((what, name))
        return found and Range(found[0] / 1e6, found[1] / 1e6)

    def costs(self, *names: str) -> Range:
        """Of several things in turn."""
        return sum((self.ticks("cost", name) for name in names), NOTHING)

    def walks(self, count: int, reads: int, lines, memory: int = 0) -> Range:
        """Walks that read so many entries, all together, from among so many lines; None: some may
        have left the first cache for the second.  Of the entries as many as memory says
        were flushed from all caches."""
        start = self.ticks("cost", "walk_start").times(count)
        l1_lines = self.fact("l1_lines")
        near = self.ticks("cost", "walk_l1")
        if l1_lines == 0:
            return start + near.times(reads)
        far = self.ticks("cost", "walk_l2" if lines is None else
                         "walk_l1" if lines < l1_lines / 2 else "walk_l3")
        return (start + Range(near.low, far.high).times(reads - memory)
                + self.ticks("cost", "walk_memory").times(memory))

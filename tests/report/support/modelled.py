"""What translation adds to an access, by the TLB model of tests/silicon."""

import functools
import os
import sys
import tempfile

from rundir import TREE

sys.path.append(os.path.join(TREE, "tests", "calibrate"))
from truth import Truth  # noqa: E402

PROGRAM = os.path.join(TREE, "build", "host", "silicon_truth")
SIDES = ("data", "code")

# Clock and TSC are alike, so that a cycle is a tick.  The caches of upper levels hold more
# than any test uses: a walk reads one entry.
MACHINE = """\
tsc_khz = 1000000
core_khz = 1000000
core = made_up
psc = pde 64 pdpte 64 pml4e 64 lru
{tlb}
cost.l2_hit = {hit}
cost.walk_start = {walk}
cost.walk_l1 = 0
cores = made_up
"""


def machine_file(kind: str, levels: tuple) -> str:
    """A machine whose pages of that kind have these levels, of which the first costs what its
    misses cost more, and so on: behind the last is a walk."""
    side, size = kind.split("-")
    lines = [f"tlb = l{number} {side} {size} {level.sets}x{level.ways} lru"
             for number, level in enumerate(levels, 1)]
    # What a machine must have besides, and these pages do not use.
    lines += [f"tlb = l1 {other} 4k 1x1 lru" for other in SIDES if f"{other}-4k" != kind]
    return MACHINE.format(tlb="\n".join(lines), hit=levels[0].miss,
                          walk=sum(level.miss for level in levels))


@functools.lru_cache(maxsize=None)
def answers(kind: str, levels: tuple) -> dict:
    """Of a machine: number of pages -> ticks; filled by added()."""
    return {}


def added(kind: str, levels: tuple, counts) -> dict:
    """Number of pages -> ticks that translation adds to an access, mean over a cycle through so
    many neighbouring pages; each number is asked once."""
    if not os.path.exists(PROGRAM):
        raise FileNotFoundError(f"{PROGRAM}: make programs")
    known = answers(kind, levels)
    unknown = sorted(set(counts) - set(known))
    if unknown:
        with tempfile.NamedTemporaryFile("w", suffix=".machine") as file:
            file.write(machine_file(kind, levels))
            file.flush()
            truth = Truth(PROGRAM, file.name, [f"{kind}-{count}" for count in unknown])
        known.update((count, truth.ticks("chase", f"{kind}-{count}").low) for count in unknown)
    return known

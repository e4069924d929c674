"""What a run is a measurement of: in a word for the first column of each table, and its watermark."""

from ..read import trust
from ..read.run import Run

HARDWARE = "hardware"
MARKED = "not a measurement of hardware"


def environment(run: Run) -> str:
    """'hardware', or what it was instead: the watermark's first line in small letters."""
    lines = trust.watermark((run,), "results.csv", "machine.csv")
    if not lines:
        return HARDWARE
    first = lines[0].rstrip(":")
    if first.startswith("DAMAGED"):
        return "damaged"
    kind, _, env = first.partition(" (")
    return f"{kind.lower()} ({env}" if env else kind.lower()


def watermark(name: str) -> tuple:
    """The lines to print over what is of that environment; none of hardware."""
    if name == HARDWARE:
        return ()
    if name == "damaged":
        return ("DAMAGED OR CUT",)
    kind, _, env = name.partition(" (")
    if kind == "timing not valid":
        return ("TIMING NOT VALID:", "NOT A MEASUREMENT")
    return (f"{kind.upper()} ({env}:" if env else f"{kind.upper()}:", MARKED.upper())


def order(name: str) -> tuple:
    """Hardware first."""
    return (name != HARDWARE, name)

"""What a run is a measurement of: in a word for the first column of each table, and its watermark."""

from ..read import trust
from ..read.run import Run

HARDWARE, DAMAGED = "hardware", "damaged"
BASIS = ("results.csv", "machine.csv")
MARKED = "not a measurement of hardware"


def environment(run: Run) -> str:
    """'hardware', or what it was instead: 'damaged' if its costs or what says what it ran on are,
    else the watermark's first line in small letters."""
    if any(run.damaged(name) for name in BASIS):
        return DAMAGED
    lines = trust.judge(run).watermark
    if not lines:
        return HARDWARE
    kind, _, env = lines[0].rstrip(":").partition(" (")
    return f"{kind.lower()} ({env}" if env else kind.lower()


def watermark(name: str) -> tuple:
    """The lines to print over what is of that environment; none of hardware."""
    if name == HARDWARE:
        return ()
    if name == DAMAGED:
        return ("DAMAGED OR CUT",)
    kind, _, env = name.partition(" (")
    if kind.startswith("guest of "):
        return (f"{kind.upper()} ({env}:", trust.GUEST)
    if kind == "timing not valid":
        return ("TIMING NOT VALID:", "NOT A MEASUREMENT")
    return (f"{kind.upper()} ({env}:" if env else f"{kind.upper()}:", MARKED.upper())


def order(name: str) -> tuple:
    """Hardware first."""
    return (name != HARDWARE, name)

"""Did the cores of several runs go equally fast?  By the canary, a chain of known cycles.

Most costs are cycles of the core, and the unit is the tick of another clock: with turbo off in one
run every cost is larger there, and no operation differs.
"""

from statistics import median

from .run import Run

MOST_PERCENT = 1.0  # farther apart, shifts that are called different may be of the clock alone
FILE = "canary.csv"


def canary(run: Run) -> float | None:
    """The canary's length in ticks: the median over the run's chunks, or over its rows where that
    file did not come; None if neither says."""
    found = [row.number("ticks") for row in run.rows(FILE)] or [
        row.number("canary") for row in run.rows("results.csv") if row["status"] == "ok"]
    found = [ticks for ticks in found if ticks is not None and ticks > 0]
    return median(found) if found else None


def doubt(runs: tuple, names) -> list:
    """What speaks against one clock in all of them: a heading, then its reasons; empty if nothing
    does."""
    found = dict(zip(names, map(canary, runs)))
    unknown = [name for name, ticks in found.items() if ticks is None]
    if unknown:
        return [f"The core's clock of {', '.join(unknown)} is not known.",
                "No canary was recorded, so a shift may be the clock's."]
    percent = 100 * (max(found.values()) / min(found.values()) - 1)
    if percent <= MOST_PERCENT:
        return []
    each = ", ".join(f"{ticks:.10g} in {name}" for name, ticks in found.items())
    return [f"The core's clock differs by {percent:.1f} %.",
            f"The canary, a chain of the same number of core cycles, takes ticks: {each}. Costs "
            "that are cycles of the core shift by as much, and no operation need have changed."]

"""What a round trip is made of: send, delivery, fetch of the request, acknowledgement."""

import re
from dataclasses import dataclass

from ..find import remote
from ..read.run import Run
from ..read.variant import CORES
from . import axis
from .axis import write
from .canvas import Figure
from .figure import BLUE, GREEN, GREY, INK, ORANGE, SKY, plain
from .shapes import Patch

WIDTH_INCHES, LINE_INCHES = 4.6, 0.4
TOP_INCHES, BOTTOM_INCHES = 0.25, 0.45
MOST_LINES = 20
FETCH = "fetch of the request"  # the rows called handler
PARTS = (("send", BLUE), ("delivery", SKY), (FETCH, ORANGE), ("acknowledgement", GREEN))
REST, REST_COLOUR = "not told apart", "#d0d0d0"
LETTERS = 84


@dataclass(frozen=True)
class Trip:
    """A round trip and its parts in ticks; what no clock could tell apart is the rest."""

    name: str
    total: float
    parts: dict
    many: bool  # a row over the number of targets
    error: float | None  # of the end of the delivery: half the interval of the clocks' offset
    doubt: str


def trips(run: Run) -> list:
    """Each call of which the round trip and the send were measured, one target first."""
    found = {}
    for row in remote.ok(run, "ipi"):
        one = remote.call(row)
        if one and one.sender is None:
            key = (remote.targets(row), one.apic, remote.place(one), one.mode, one.state)
            found.setdefault((row["param"] == "targets", *key), {})[one.figure] = row
    order = sorted(found, key=lambda key: (
        key[0], remote.rank(key[2], remote.APICS), remote.place_rank(key[3]),
        remote.rank(key[4], remote.MODES), remote.state_rank(key[5]), key[1]))
    return [trip(run, key, found[key]) for key in order if {"rtt", "send"} <= set(found[key])]


def trip(run: Run, key: tuple, rows: dict) -> Trip:
    """The parts, with the stamps in all of them: a reading of another clock has none to take
    away.  A one-way time that is not inside the round trip tells nothing."""
    swept, targets, apic, place, mode, state = key
    time = {figure: row.number("b_p50") if row.number("b_p50") is not None
            else row.number("p50") for figure, row in rows.items()}
    many = f"{targets} target{'s' if targets > 1 else ''}" if swept else ""
    name = ", ".join(part for part in (mode, state, " ".join(filter(None, place)), many, apic)
                     if part)
    total, send = time["rtt"], min(time["send"], time["rtt"])
    if "oneway" not in time or "handler" not in time:
        known = {FETCH: time["handler"]} if "handler" in time else {}
        return Trip(name, total, leave(total, {"send": send, **known}), swept, None, "")
    begins, handler, error = time["oneway"], time["handler"], offset_error(run, *place)
    if not 0 <= begins <= total or begins + handler > total + (error or 0):
        return Trip(name, total, leave(total, {"send": send, FETCH: handler}), swept, error,
                    "the one-way time is not inside the round trip")
    doubt = ""
    if begins < send:
        doubt = f"the target began {send - begins:.1f} ticks before the send had ended"
        send = begins
    parts = {"send": send, "delivery": begins - send, FETCH: handler,
             "acknowledgement": max(total - begins - handler, 0)}
    return Trip(name, total, parts, swept, error, doubt)


def leave(total: float, known: dict) -> dict:
    """The known parts and the rest."""
    rest = total - sum(known.values())
    if rest < 0:  # medians of rows that were not taken together
        return {"send": known["send"], REST: total - known["send"]}
    return {**known, REST: rest}


def offset_error(run: Run, distance: str, core: str = ""):
    """Half the interval of the offset to the clock of the first processor at that distance, and
    of that type of core if one is named."""
    wanted = {f"distance={distance}", *([f"type={CORES[core]}"] if core else [])}
    for key, value in run.machine.items():
        if re.fullmatch(r"cpu_\d+", key) and wanted <= set(value.split()):
            ends = re.match(r"lo=(-?\d+) hi=(-?\d+)\b", run.fact(f"{key}_tsc_offset"))
            if ends:
                return (int(ends[2]) - int(ends[1])) / 2
    return None


def pages(found: list):
    """Parts that fit a page each."""
    for start in range(0, len(found), MOST_LINES):
        yield found[start:start + MOST_LINES]


def shares(found: list) -> bool:
    """Whether the lengths are so different that only shares of them can be seen; parts that are
    stacked have no place on a logarithmic axis."""
    totals = [one.total for one in found]
    return max(totals) > axis.LINEAR_SPAN * max(min(totals), 0)


def draw(found: list) -> Figure:
    """A bar for each trip."""
    height = TOP_INCHES + BOTTOM_INCHES + LINE_INCHES * len(found)
    figure = Figure(figsize=(WIDTH_INCHES, height))
    axes = figure.add_axes((0.03, BOTTOM_INCHES / height, 0.94,
                            LINE_INCHES * len(found) / height))
    by_share = shares(found)
    longest = 100 if by_share else max(1, *(one.total for one in found))
    axis.dress(axes, axis.Scale(0, longest, None), "percent of the round trip" if by_share
               else "TSC ticks since the first stamp")
    axes.set_ylim(len(found), 0)
    for line, one in enumerate(found):
        bar(axes, line, one, 100 / one.total if by_share and one.total > 0 else 1)
    used = {part for one in found for part in one.parts}
    signs = [Patch(color=colour, label=part) for part, colour in PARTS if part in used]
    if REST in used:
        signs.append(Patch(facecolor=REST_COLOUR, hatch="////", edgecolor=GREY, label=REST))
    figure.legend(handles=signs, loc="lower center", ncol=5, fontsize=8, frameon=False,
                  bbox_to_anchor=(0.5, 0.1 / height))
    return figure


def bar(axes, line: int, one: Trip, times: float) -> None:
    """Name and numbers above, the parts below, the doubt about the clocks as a whisker."""
    numbers = " + ".join(f"{value:.0f}" for value in one.parts.values())
    numbers += f" = {one.total:.0f}"
    write(axes, 0.005, line + 0.26, plain(one.name + one_way(one), LETTERS - len(numbers)),
          fontsize=6.5, fontweight="bold")
    write(axes, 0.995, line + 0.26, numbers, fontsize=6.5, ha="right", color=INK)
    left, y, begins = 0.0, line + 0.7, None
    colours = dict(PARTS)
    for part, value in one.parts.items():
        look = {"color": colours[part]} if part in colours else {
            "facecolor": REST_COLOUR, "hatch": "////", "edgecolor": GREY}
        axes.barh(y, value * times, left=left, height=0.36, linewidth=0, zorder=3, **look)
        left += value * times
        begins = left if part == "delivery" else begins
    if begins is not None and one.error is not None:
        ends = [begins - one.error * times, begins + one.error * times]
        axes.plot(ends, [y, y], "|", color=INK, markersize=5, zorder=5)
        axes.plot(ends, [y, y], color=INK, linewidth=0.9, zorder=5)


def one_way(one: Trip) -> str:
    """The one-way time with the doubt about the clocks; empty where it is not known."""
    if "delivery" not in one.parts or one.error is None:
        return ""
    return f"; one way {one.parts['send'] + one.parts['delivery']:.0f} ± {one.error:.0f}"

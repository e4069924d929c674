"""derived.csv: what follows from several rows together, with interval and evidence."""

import csv
import io

from .find import capacity, crossing, doubtful, geometry, knees, remote, shots, stolen, walks
from .find.breakeven import pairs
from .find.slope import series
from .read import sweep, trust
from .read.run import Run
from .sections.refill import FILE

NAME = "derived.csv"
COLUMNS = "what op variant value lo hi unit evidence".split()


def derived(run: Run) -> str:
    """The whole file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    doubt = trust.warning((run,), FILE)
    for make in (refill_slopes, walk_extras, break_evens, sizes, capacities, shares,
                 broadcasts, machine_costs, machine_crossings):
        for *fields, evidence in make(run):
            writer.writerow([*fields, evidence + (f"; {doubt}" if doubt else "")])
    return out.getvalue()


def decimals(*numbers) -> list:
    """Numbers with three decimals; empty where there is none."""
    return ["" if number is None else f"{round(number, 3) + 0.0:.3f}" for number in numbers]


def refill_slopes(run: Run):
    """Ticks per page, of each series that has a line."""
    for one in series(run):
        if one.line is None:
            continue
        line = one.line
        points = " ".join(f"{point.x:.0f}" for point in line.points)
        yield ["refill_slope", one.op, one.variant,
               *decimals(line.slope, line.low, line.high), "ticks per page",
               sweep.doubted(sweep.doubted(
                   f"Theil-Sen through the medians of {FILE} at touched = {points}; "
                   "95 % interval of this boot: the slopes that those of the points allow",
                   sweep.doubt(*one.rows)),
                   doubtful.outliers(*one.rows))]


def walk_extras(run: Run):
    """Ticks that a walk takes longer than a plainer one, by what it meets."""
    for one in walks.extras(run):
        yield ["walk_extra", one.row["op"], f"{one.row['variant']}-over-{one.plain['variant']}",
               *decimals(one.value, one.low, one.high), "ticks",
               sweep.doubted(
                   f"median of {FILE} {one.row['variant']} less that of {one.plain['variant']}; "
                   "interval: difference of the ends of their 95 % intervals, at least "
                   f"95 % {sweep.WITHIN}", sweep.doubt(one.row, one.plain))]


def break_evens(run: Run):
    """Pages from which a full flush is cheaper; without a value where they do not cross."""
    for one in pairs(run):
        at = one.crossing
        evidence = (f"{one.pages.name} {one.pages.curve.variant} of {FILE} at pages = "
                    f"{xs(one.pages.curve)} against {one.flush.source}; {crossing.METHOD}")
        if at.side:
            evidence += f"; {at.lack}: N* is {at.words}"
        evidence = sweep.doubted(sweep.doubted(evidence, one.doubt), against(one.pages.curve))
        yield ["break_even", one.pages.op, one.variant, *decimals(at.value, at.low, at.high),
               "pages", evidence]


def sizes(run: Run):
    """The knees of each kind and page size, from left to right."""
    for one, found in geometry.knee_curves(run):
        known = " ".join(f"{level}={number:.0f}"
                         for level, number in geometry.stated(run, one.variant).items())
        for number, knee in enumerate(found, 1):
            yield ["knee", one.op, f"{one.variant}-{number}",
                   *decimals(knee.value, knee.low, knee.high), "pages",
                   sweep.doubted(f"{knees.METHOD}{beside(run, one)}; {FILE} at pages = {xs(one)}; "
                                 f"CPUID: {known or 'not stated'}", against(one))]


def beside(run: Run, curve: sweep.Curve) -> str:
    """How much of the interval of a knee is for what may take entries besides the chain."""
    pages = geometry.window_pages(run, curve.variant)
    return f", and {pages:.0f} more for the window's own code" if pages else ""


def capacities(run: Run):
    """PCIDs that keep a translation; without a value where it is not one number."""
    for one in capacity.capacities(run):
        evidence = f"{one.method}; {FILE} at pcids = {xs(one.curve)}"
        yield ["pcid_capacity", one.curve.op, one.curve.variant,
               *decimals(one.value, one.low, one.high), "pcids",
               sweep.doubted(sweep.doubted(evidence, one.curve.doubt), against(one.curve))]


def shares(run: Run):
    """What of a round trip is the interrupt's: less the same by polling."""
    for row, control, value, low, high in remote.ipi_shares(run):
        yield ["ipi_share", row["op"], row["variant"], *decimals(value, low, high), "ticks",
               sweep.doubted(
                   f"median of {FILE} {row['variant']} less that of {control['variant']}, one "
                   "target; interval: difference of the ends of their 95 % intervals, at least "
                   f"95 % {sweep.WITHIN}", sweep.doubt(row, control))]


def broadcasts(run: Run):
    """Targets from which INVLPGB is cheaper than interrupts; no value where they do not cross."""
    for one in shots.against(run):
        at, level = one.crossing, one.level.row
        places = " ".join(f"{point.x:.0f}" for point in one.points)
        evidence = (f"{one.shot.variant} of {FILE} at pages = {one.pages}, targets = {places} "
                    f"against {level['op']} {level['variant']} at targets = {level['targets']}; "
                    f"{crossing.METHOD}")
        if at.side:
            evidence += f"; {at.lack}: it is {at.words}"
        evidence = sweep.doubted(evidence, one.doubt)
        yield ["broadcast_crossing", one.shot.op, f"{one.shot.variant}-against-{level['op']}",
               *decimals(at.value, at.low, at.high), "targets", evidence]


def machine_costs(run: Run):
    """What a shootdown of one page costs all processors together."""
    broadcast = stolen.by_broadcast(run)
    for one in (*stolen.by_interrupts(run), *([broadcast] if broadcast else [])):
        evidence = (f"{one.wait['variant']} of {FILE} at targets = {one.targets}, and "
                    f"{one.lost['variant']}; {stolen.METHOD}")
        yield ["machine_cost", one.wait["op"], f"{one.wait['variant']}-targets{one.targets}",
               *decimals(one.machine.y, one.machine.low, one.machine.high), "ticks",
               sweep.doubted(evidence, one.doubt)]


def machine_crossings(run: Run):
    """Targets from which INVLPGB costs all processors together less than interrupts."""
    found = stolen.against(run)
    if not found:
        return
    at = found.crossing
    places = " ".join(f"{one.targets}" for one in found.costs)
    evidence = (f"machine_cost at targets = {places} against "
                f"{found.broadcast.wait['variant']}; {crossing.METHOD}")
    if at.side:
        evidence += f"; {at.lack}: it is {at.words}"
    yield ["machine_crossing", found.costs[0].wait["op"], found.costs[0].wait["variant"],
           *decimals(at.value, at.low, at.high), "targets", sweep.doubted(evidence, found.doubt)]


def against(curve: sweep.Curve) -> str:
    """Which rows of a curve contradict their neighbours; empty without."""
    return doubtful.outliers(*(point.row for point in curve.points))


def xs(curve: sweep.Curve) -> str:
    """Where a curve was measured."""
    return " ".join(f"{point.x:.10g}" for point in curve.points)

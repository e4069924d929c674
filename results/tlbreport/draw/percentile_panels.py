"""Pictures of rows with several processors: a panel for each percentile."""

from ..read.run import Row
from ..read.sweep import doubt
from . import multiples
from .figure import BLUE, GREEN, GREY, INK, ORANGE, VERMILLION
from .multiples import DASHED, DOTTED, SOLID, Panel, Series

PERCENTILES = ("p50", "p95", "p99")
LOOKS = {
    "dry": (INK, ".", DOTTED),
    "self": (INK, "v", DASHED),
    "poll": (GREY, "s", DOTTED),
    "store": (GREEN, "X", DASHED),
    "armed": (GREY, "X", DOTTED),
    "unicast": (BLUE, "o", SOLID),
    "cluster": (GREEN, "^", SOLID),
    "shorthand": (ORANGE, "P", SOLID),
    "nmi": (VERMILLION, "D", DASHED),
}


def percentile(row: Row, which: str, x: float):
    """(x, y, low, high); only the median has an interval.  None without the number."""
    y = row.number(which)
    if y is None:
        return None
    ends = ("ci95_lo", "ci95_hi") if which == "p50" else (which, which)
    return (x, y, *(row.number(end) for end in ends))


def panels(title: str, lines: list, dress=None) -> list:
    """A panel for each percentile; a line is (label, look, [(x, row)])."""
    made = []
    for which in PERCENTILES:
        series = []
        for name, look, places in lines:
            found = [percentile(row, which, x) for x, row in sorted(places, key=lambda p: p[0])]
            if any(found):
                series.append(Series(name, look, [one for one in found if one],
                                     doubt(*(row for _, row in places))))
        made.append(Panel(f"{title}: {which}".lstrip(": "), series,
                          dress if which == "p50" else None, bool(dress)))
    return made


def drawn(made: list, x_label: str, **more):
    """Panels of percentiles, each kind in a row, every place measured at the same distance."""
    return multiples.draw([panel for panel in made if panel.series], x_label, "TSC ticks",
                          columns=len(PERCENTILES), ordinal=True, **more)

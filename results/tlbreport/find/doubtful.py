"""Rows to look at twice: those that contradict their sweep, and those that did not converge."""

from ..read.row_name import label
from ..read.run import Row, Run

FILE = "results.csv"
NAMED = 4  # in one sentence


def is_outlier(row: Row) -> bool:
    """Whether the program found that the row contradicts both neighbours of its sweep."""
    return row["status"] == "ok" and row["outlier"] == "1"


def outliers(*rows: Row) -> str:
    """What to say of those among the rows that something was worked out from; empty without."""
    places = [f"{row['param']} = {row['value']}" for row in rows if is_outlier(row)]
    return f"contradicts its neighbours: {', '.join(places)}" if places else ""


def in_short(run: Run) -> str:
    """How many rows converged, and which contradict their neighbours; empty without rows."""
    rows = [row for row in run.rows(FILE) if row["status"] == "ok"]
    if not rows:
        return ""
    loose = sum(row["converged"] == "0" for row in rows)
    text = f"Rows: {len(rows)} measured, {f'{loose} not' if loose else 'all'} converged"
    against = [row for row in rows if is_outlier(row)]
    if not against:
        return text + "."
    names = [f"{row['bench']} {row['op']} {label(row)}" for row in against[:NAMED]]
    more = len(against) - len(names)
    return (f"{text}; {len(against)} contradict{'s' if len(against) == 1 else ''} both neighbours "
            f"in the sweep: {', '.join(names)}" + (f" and {more} more" if more else "") + ".")

"""The costs of a run as one array, from which spreads are worked out: rows of the table `cost` one
by one would take a second for a hundred runs."""

import numpy as np

COST = np.dtype([("experiment", "<i4"), ("p50", "<f8"), ("step", "<f8"),
                 ("disbelieved", "?"), ("unconverged", "?")])


def pack(costs: list) -> bytes:
    """What was measured, of the columns of `cost` behind the run, by experiment; a step that is
    not known is NaN."""
    return np.array([(experiment, p50, step, believed == 0, converged == 0)
                     for experiment, status, _, p50, _, _, _, believed, converged, step in costs
                     if status == "ok" and p50 is not None], COST).tobytes()


def unpack(data: bytes) -> np.ndarray:
    """What pack() made."""
    return np.frombuffer(data, COST)

"""Rows of samples whose truth is known, and what the program takes of them.

A row has a cost, and normal noise of a given size.  Kinds of rows:

- plain: no more than that;
- chunks: each chunk is off by a fifth of what a sample is;
- boots: the row is off by 2 % of its cost, as in another boot;
- ties: the clock has whole ticks, and so have costs, so that many samples are equal;
- steps: the clock goes on by 16 ticks at a time, windows begin at any phase of it, and Huber's
  estimate with its 99 % interval stands for the median (lib/stats/estimate.c).
"""

import math

import numpy as np
from rundir import TREE  # which makes tlbreport known

from tlbreport.find import shift
from tlbreport.read.run import Row
from tlbreport.read.sweep import Point

assert TREE
KINDS = ("plain", "chunks", "boots", "ties", "steps")
N = 1023  # samples of a row
NOISE = 0.04  # of a sample, as a share of the cost
BOOTS = 0.02  # of a row, as a share of the cost, between boots
STEP = 16
BATCHES, STUDENT_99, UNSEEN = 24, 2.807, 5


def samples(random, true, kind: str, spread=None, divisor=1) -> np.ndarray:
    """Samples of rows of these costs, along the last axis, in ticks of a whole window; spread:
    what noise is a share of, where that is not the cost."""
    true = np.asarray(true, float) * np.asarray(divisor, float)
    size = np.abs(true) if spread is None else np.asarray(spread, float) * divisor
    if kind == "ties":
        true = np.rint(true)
    if kind == "boots":
        true = true + BOOTS * size * random.standard_normal(true.shape)
    noise = NOISE * size
    taken = true[..., None] + noise[..., None] * random.standard_normal((*true.shape, N))
    if kind == "chunks":
        parts = np.diff([0, *shift.chunk_ends(N)])
        off = random.standard_normal((*true.shape, len(parts)))
        taken += 0.2 * noise[..., None] * np.repeat(off, parts, axis=-1)
    if kind == "ties":
        return np.rint(taken)
    if kind == "steps":
        phase = random.uniform(0, STEP, taken.shape)
        return STEP * np.floor((phase + taken) / STEP)
    return taken


def headline(taken: np.ndarray, kind: str, divisor=1) -> dict:
    """Cost and intervals of each row, by rank as lib/stats/stats.c has them, or by Huber's estimate."""
    ordered, divisor = np.sort(taken, axis=-1), np.asarray(divisor, float)
    n = taken.shape[-1]
    found = {"p50": ordered[..., n // 2]}
    for name, z in (("95", 1.96), ("99", 2.58)):
        half = (n - 1 - math.ceil(math.sqrt(n) * z)) // 2
        found[f"ci{name}_lo"] = ordered[..., half]
        found[f"ci{name}_hi"] = ordered[..., n - 1 - half]
    if kind == "steps":
        place, error = huber(taken, found["p50"])
        found = {"p50": place, **{f"ci{name}_{end}": place + sign * error for name in ("95", "99")
                                  for end, sign in (("lo", -1), ("hi", 1))}}
    return {name: values / divisor for name, values in found.items()}


def huber(taken: np.ndarray, median: np.ndarray) -> tuple:
    """Where bounded distances add up to 0, and half of its 99 % interval."""
    away = np.abs(taken - median[..., None])
    bound = np.maximum(np.median(away, axis=-1), 2 * STEP)[..., None]
    low, high = median - bound[..., 0], median + bound[..., 0]
    for _ in range(24):
        middle = (low + high) / 2
        above = np.clip(taken - middle[..., None], -bound, bound).sum(axis=-1) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    off = taken - high[..., None]
    n = taken.shape[-1]
    size = n // BATCHES
    means = np.clip(off, -bound, bound)[..., :BATCHES * size].reshape(
        *median.shape, BATCHES, size).mean(axis=-1)
    error = STUDENT_99 * means.std(axis=-1, ddof=1) / math.sqrt(BATCHES)
    within = np.maximum((np.abs(off) < bound).sum(axis=-1), 1)
    return high, error * n / within + UNSEEN * STEP / n


def points(xs, found: dict) -> tuple:
    """The rows as points of a sweep, for those that take a single row each."""
    return tuple(Point(float(x), float(found["p50"][at]), float(found["ci95_lo"][at]),
                       float(found["ci95_hi"][at]), row(found, at)) for at, x in enumerate(xs))


def row(found: dict, at: int) -> Row:
    """A row as the report reads it."""
    return Row(0, {"op": "invlpg", "status": "ok", "unit": "ticks", "believed": "1", "param": "",
                   "quantum": "1", **{name: f"{float(of[at]):.6f}" for name, of in found.items()}})

"""What each experiment costs on a processor, over its machines and their boots."""

from statistics import median

import numpy as np

from . import standing
from .packed import unpack
from .store import Store, marks

EVERY = ""  # in the place of a microcode: of all of them together
RUNS = """
SELECT environment, microcode, machine, tsc_hz, costs FROM run JOIN packed USING (run)
WHERE processor = ? AND duplicate_of IS NULL ORDER BY run"""
# Of hardware only boots from which something may be recommended; of anything else, which says
# nothing of hardware, whatever is whole.
REGRETS = """
SELECT environment, decision, cases, choice, linux, is_choice, worst, right
FROM run CROSS JOIN regret USING (run)
WHERE processor = ? AND duplicate_of IS NULL AND lack = '' AND worst IS NOT NULL AND files_whole
  AND (obstacle = '' OR environment <> ?)
ORDER BY run, place"""


def renew(store: Store, processors) -> None:
    """Works out again what the runs of these processors say together."""
    units = dict(store.rows("SELECT experiment, unit FROM experiment"))
    for processor in sorted(filter(None, processors)):
        for table in ("spread", "setting"):
            store.base.execute(f"DELETE FROM {table} WHERE processor = ?", (processor,))
        made = [(experiment, environment, processor, microcode, unit, *numbers)
                for environment, runs in by_environment(store, processor).items()
                for microcode, experiment, unit, *numbers in spreads(runs, units)]
        store.base.executemany(f"INSERT INTO spread VALUES ({marks(14)})", made)
        found = store.rows(REGRETS, processor, standing.HARDWARE)
        store.base.executemany(f"INSERT INTO setting VALUES ({marks(10)})",
                               [(environment, processor, *names, *numbers) for
                                (environment, *names), numbers in settings(found).items()])


def settings(found: list) -> dict:
    """(environment, decision, cases, choice) -> whether Linux has it and whether it is a choice; in
    how many boots there is an answer and in how many it is right; the median at worst."""
    groups = {}
    for *names, linux, is_choice, worst, right in found:
        groups.setdefault(tuple(names), []).append((linux, is_choice, worst, right))
    return {names: (max(one[0] for one in of), max(one[1] for one in of), len(of),
                    sum(one[3] for one in of), median(one[2] for one in of))
            for names, of in groups.items()}


def by_environment(store: Store, processor: str) -> dict:
    """Environment -> (microcode, machine, rate of the TSC, what was measured) of each run."""
    found = {}
    for environment, microcode, machine, hz, costs in store.base.execute(RUNS, (processor,)):
        found.setdefault(environment, []).append((microcode, machine, hz, unpack(costs)))
    return found


def spreads(runs: list, units: dict):
    """(microcode, experiment, unit) and the numbers of each; of each microcode and of all."""
    revisions, machines, rates, measured = map(list, zip(*runs))
    revisions, machines = np.array(revisions), np.array(machines)
    experiments, in_ns, costs = table(rates, measured, units)
    of_revision = {name: numbers(costs, machines, revisions == name) for name in set(revisions)}
    of_all = numbers(costs, machines, revisions == revisions) if of_revision.keys() != {revisions[0]} \
        else of_revision[revisions[0]]
    for microcode, found in {**of_revision, EVERY: of_all}.items():
        for experiment, is_ns, *row in zip(experiments, in_ns, *found):
            if row[0]:
                yield (str(microcode), experiment, "ns" if is_ns else units[experiment], *row)


def table(rates: list, measured: list, units: dict) -> tuple:
    """(experiments, whether each is in ns, costs): costs has a line for each of them in that unit,
    and a column for each run; p50 is NaN where a run has none."""
    told = np.concatenate(measured)
    run = np.repeat(np.arange(len(rates)), [len(one) for one in measured])
    hz = np.array([hz or np.nan for hz in rates])[run]
    ticks = np.zeros(max(units, default=0) + 1, bool)
    ticks[[number for number, unit in units.items() if unit == "ticks"]] = True
    in_ns = ticks[told["experiment"]] & ~np.isnan(hz)
    line_of = 2 * told["experiment"] + in_ns
    is_there = np.bincount(line_of, minlength=1) > 0
    lines, line = np.flatnonzero(is_there), np.cumsum(is_there)[line_of] - 1
    costs = np.zeros((len(lines), len(rates)), told.dtype)
    costs["p50"] = costs["step"] = np.nan
    costs[line, run] = told
    for name in ("p50", "step"):
        costs[name][line, run] = np.where(in_ns, 1e9 * told[name] / hz, told[name])
    return (lines // 2).tolist(), (lines % 2).tolist(), costs


def numbers(costs: np.ndarray, machines: np.ndarray, those: np.ndarray) -> list:
    """Of those columns, a list each with a place for each line: runs, machines, least, middle,
    greatest, the widest range of one machine's boots in percent (None: one boot of each), runs in
    which it was not believed, believed runs in which it did not converge, the coarsest step of their
    clocks.

    The middle is the median of the machines' medians: many boots of one do not outweigh another.
    """
    costs, machines = costs[:, those], machines[those]
    believed = ~costs["disbelieved"]
    p50 = np.where(believed, costs["p50"], np.nan)
    of_machine = [spread(p50[:, machines == name]) for name in np.unique(machines)]
    boots, least, middles, greatest = (np.array(one).T for one in zip(*of_machine))
    scale = np.where((boots > 1) & (middles != 0), abs(middles), np.nan)
    over_boots = np.fmax.reduce(100 * (greatest - least) / scale, axis=1)
    many, _, middle, _ = spread(middles)
    made = (boots.sum(axis=1), many, np.fmin.reduce(least, axis=1), middle,
            np.fmax.reduce(greatest, axis=1), over_boots,
            costs["disbelieved"].sum(axis=1), (believed & costs["unconverged"]).sum(axis=1),
            np.fmax.reduce(np.where(believed, costs["step"], np.nan), axis=1, initial=0.0))
    found = [one.tolist() for one in made]
    found[5] = [None if share != share else share for share in found[5]]
    return found


def spread(p50: np.ndarray) -> tuple:
    """Of each line how many there are, the least, the median and the greatest; NaN without one."""
    ordered = np.sort(p50, axis=1)  # what is not there comes last
    many = np.count_nonzero(~np.isnan(p50), axis=1)
    at = np.arange(len(p50))
    last = np.maximum(many, 1) - 1
    return many, ordered[:, 0], (ordered[at, last // 2] + ordered[at, (last + 1) // 2]) / 2, \
        ordered[at, last]

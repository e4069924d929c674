"""What each experiment costs on a processor, over its machines and their boots."""

from itertools import chain, groupby
from statistics import median

from . import standing
from .store import Store, marks

EVERY = ""  # in the place of a microcode: of all of them together
COSTS = """
SELECT experiment, environment, CASE WHEN unit = 'ticks' AND tsc_hz THEN 'ns' ELSE unit END,
  microcode, machine, CASE WHEN unit = 'ticks' AND tsc_hz THEN 1e9 * p50 / tsc_hz ELSE p50 END,
  believed, converged, CASE WHEN unit = 'ticks' AND tsc_hz THEN 1e9 * step / tsc_hz ELSE step END
FROM experiment CROSS JOIN run CROSS JOIN cost USING (experiment, run)
WHERE processor = ? AND duplicate_of IS NULL AND status = 'ok' AND p50 IS NOT NULL
ORDER BY experiment"""  # CROSS: its few runs are looked up, and not all costs are looked through

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
    for processor in sorted(filter(None, processors)):
        for table in ("spread", "setting"):
            store.base.execute(f"DELETE FROM {table} WHERE processor = ?", (processor,))
        found = store.base.execute(COSTS, (processor,))
        made = [(experiment, environment, processor, microcode, unit, *numbers)
                for experiment, rows in groupby(found, key=lambda row: row[0])
                for (environment, microcode, unit), numbers in spreads(rows)]
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


def spreads(rows):
    """(environment, microcode, unit) and the numbers of each; of each microcode and of all."""
    groups = {}
    for row in rows:
        groups.setdefault(row[1:3], {}).setdefault(row[3], []).append(row[4:])
    for (environment, unit), by_revision in groups.items():
        made = {microcode: spread(found) for microcode, found in by_revision.items()}
        if len(by_revision) > 1:
            made[EVERY] = spread(list(chain.from_iterable(by_revision.values())))
        else:
            made[EVERY] = next(iter(made.values()))
        for microcode, numbers in made.items():
            if numbers:
                yield (environment, microcode, unit), numbers


def spread(found: list) -> tuple | None:
    """(runs, machines, least, middle, greatest, the widest range of one machine's boots in percent,
    runs in which it was not believed, believed runs in which it did not converge, the coarsest step
    of their clocks); None if it was believed in none.

    The middle is the median of the machines' medians: many boots of one do not outweigh another.
    """
    machines, disbelieved, unconverged, coarsest = {}, 0, 0, 0.0
    for machine, p50, believed, converged, step in found:
        if believed == 0:
            disbelieved += 1
        else:
            machines.setdefault(machine, []).append(p50)
            unconverged += converged == 0
            coarsest = max(coarsest, step or 0.0)
    if not machines:
        return None
    every = [p50 for boots in machines.values() for p50 in boots]
    over_boots = [100 * (max(boots) - min(boots)) / abs(median(boots))
                  for boots in machines.values() if len(boots) > 1 and median(boots)]
    return (len(every), len(machines), min(every), median(map(median, machines.values())),
            max(every), max(over_boots, default=None), disbelieved, unconverged, coarsest)

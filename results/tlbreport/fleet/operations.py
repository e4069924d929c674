"""Who pays what: a page for each operation, over all processors."""

from ..draw.markup import paragraph, tag
from ..read.schema import OPS, in_order, number_fault
from . import standing
from .frame import file_of, line, link, page, place_of, rows, to_processor
from .spread import EVERY
from .store import Store

HERE = "operations.html"
NOTE = ("Of each processor the median of its machines' medians, and the least and the greatest of "
        "all boots. The cheapest stands first. Of a benchmark that sweeps a parameter the first place "
        "that was measured: the page of a processor has all. Boots in which the operation did not "
        "pass its verification are left out and counted; those in which the cost did not converge "
        "are counted alone. “none” is the round trip of a call, or the cost of what stands beside "
        "an operation.")
HEADS = ["environment?", "processor?", "variant?", "place*", "median", "least", "greatest", "unit*",
         "machines", "boots", "not believed", "not converged"]
HAS_SPREAD = "EXISTS (SELECT 1 FROM spread WHERE spread.experiment = experiment.experiment)"
EXPERIMENTS = f"""
SELECT op, bench, variant, core_type, param, value, targets, experiment FROM experiment
WHERE {HAS_SPREAD} ORDER BY experiment"""
FOUND = """
SELECT environment, processor, middle, least, greatest, unit, machines, runs, disbelieved,
  unconverged
FROM spread WHERE experiment = ? AND microcode = ?"""


def measured(store: Store) -> list:
    """The operations that have a page."""
    return [op for op, in store.rows(f"SELECT DISTINCT op FROM experiment WHERE {HAS_SPREAD}")]


def operations(store: Store, names: dict) -> dict:
    """File -> page: the list of all operations, and one page for each in the order of the contract;
    names: (environment, processor) -> what it calls itself."""
    by_op, made, body = {}, {}, []
    for op, *experiment in store.rows(EXPERIMENTS):
        by_op.setdefault(op, []).append(experiment)
    for op in in_order(by_op, OPS):
        found = costs(store, firsts(by_op[op]))
        made[file_of("operation", op)] = operation(store, op, found, names)
        body += [line(environment, [link("operation", op), many])
                 for environment, many in models(cost for of in found.values() for _, cost in of)]
    made[HERE] = page("Operations", HERE, store, [
        paragraph("Who pays what for each.", class_="note"),
        rows(["environment?", "operation*", "processor models that measured it"], body)])
    return made


def costs(store: Store, experiments: list) -> dict:
    """Benchmark -> [(variant, place, what it costs on one processor)], the cheapest first."""
    found = {}
    for bench, variant, core_type, *place, number in experiments:
        mine = store.rows(FOUND, number, EVERY)
        mine.sort(key=lambda cost: (standing.order(cost[0]), cost[2]))
        at = place_of(*place, core_type)
        found.setdefault(bench, []).extend(((variant, at), cost) for cost in mine)
    return found


def operation(store: Store, op: str, found: dict, names: dict) -> str:
    """The page of one."""
    parts = [paragraph(NOTE, class_="note")]
    for bench, of in found.items():
        said = "; ".join(f"{many} processor model{'s' * (many > 1)}, {environment}"
                         for environment, many in models(cost for _, cost in of))
        title = f"{bench}: {said}"
        table = rows(HEADS, [shown(*at, cost, names) for at, cost in of])
        parts.append(tag("section", tag("details", tag("summary", tag("h2", title)), table,
                                        open="open" if not parts[1:] else None)))
    return page(f"Who pays what: {op}", file_of("operation", op), store, parts)


def models(costs_of) -> list:
    """(environment, how many processor models measured it there), hardware first."""
    found = {}
    for environment, processor, *_ in costs_of:
        found.setdefault(environment, set()).add(processor)
    return [(environment, len(found[environment]))
            for environment in sorted(found, key=standing.order)]


def firsts(experiments: list) -> list:
    """Of each variant the experiments at the first place of its sweep: fewest targets, then the
    least value."""
    first = {}
    for one in experiments:
        *variant, param, value, targets, _ = one
        place = (*(float(text) if text and not number_fault(text) else 0.0
                   for text in (targets, value)), param)
        first.setdefault(tuple(variant), []).append((place, one))
    return [one for places in first.values() for place, one in places if place == min(places)[0]]


def shown(variant: str, place: str, cost: tuple, names: dict) -> str:
    """A line of the table."""
    environment, processor, *numbers, disbelieved, unconverged = cost
    brand = names.get((environment, processor), processor)
    return line(environment, [to_processor(processor, brand), variant, place, *numbers,
                              disbelieved or "", unconverged or ""])

"""The page of a processor model: its machines and boots, and how far they spread."""

from itertools import groupby
from statistics import median

from ..draw.digits import shown
from ..draw.figure import picture
from ..draw.markup import Markup, paragraph, tag
from ..draw.plot_strips import Strip
from ..read.run import Problem, Run
from ..read.schema import OPS, in_order
from . import plot_spread, standing
from .frame import file_of, line, mark, page, place_of, rows, warning
from .spread import EVERY
from .store import Store

NOTE = ("Each experiment over all machines of the model: the median of the machines' medians, the "
        "least and the greatest of all boots, and by how many percent the boots of one machine "
        "differ at most (empty: one boot of each).")
HEADS = ["environment?", "operation*", "variant*", "place*", "median", "least", "greatest", "unit*",
         "boots differ by, %", "machines", "boots", "not believed",
         "not converged"]
RUNS = ["environment?", "machine*", "run*", "date*", "microcode?", "profile*", "files*",
        "invalidations seen", "not seen", "settings*", "folder*"]
SPREAD = """
SELECT bench, environment, op, variant, param, value, targets, core_type, middle, least, greatest,
  spread.unit, over_boots, machines, runs, disbelieved,
  unconverged
FROM spread JOIN experiment USING (experiment) WHERE processor = ? AND microcode = ?
ORDER BY experiment, environment"""


def processor(store: Store, name: str, brand: str) -> str:
    """The page."""
    parts = [paragraph(f"Vendor, family, model and stepping: {name}.", class_="note"),
             paragraph(called(store, name), class_="note"), tag("h2", "Machines and boots"), runs(store, name),
             tag("h2", "Spread over machines and boots"), *pictures(store, name),
             paragraph(NOTE, class_="note"), *tables(store, name)]
    return page(brand, file_of("processor", name), store, parts)


def called(store: Store, name: str) -> str:
    """Every brand that has this signature, and in how many runs."""
    found = store.rows("SELECT environment, brand, count(*) FROM run WHERE processor = ? "
                       "AND duplicate_of IS NULL GROUP BY environment, brand", name)
    found.sort(key=lambda row: (standing.order(row[0]), -row[2], row[1]))
    said = "; ".join(f"{brand or 'no name'} ({environment}, {many} run{'s' * (many > 1)})"
                     for environment, brand, many in found)
    return f"Called: {said}."


def runs(store: Store, name: str) -> Markup:
    """Every run that counts."""
    body = [line(environment, [*cells[:5], "whole" if whole else "damaged", *cells[5:7],
                               obstacle and f"nothing is recommended: {obstacle}", folder])
            for environment, *cells, whole, obstacle, folder in sorted(store.rows(
                "SELECT environment, machine, run_id, date, microcode, profile, cells_passed, "
                "cells_failed, files_whole, obstacle, folder FROM run "
                "WHERE processor = ? AND duplicate_of IS NULL", name),
                key=lambda row: (standing.order(row[0]), row[1:4]))]
    return rows(RUNS, body)


def pictures(store: Store, name: str):
    """The headline costs, one picture for each environment."""
    found = store.rows(
        "SELECT environment, name, machine, ns, run_id FROM headline JOIN run USING (run) "
        "WHERE processor = ? AND duplicate_of IS NULL AND ns IS NOT NULL AND doubt = '' "
        "ORDER BY environment, place, name, machine", name)
    found.sort(key=lambda row: standing.order(row[0]))
    for environment, of in groupby(found, key=lambda row: row[0]):
        of = list(of)
        strips = [strip(question, [row for row in of if row[1] == question])
                  for question in dict.fromkeys(row[1] for row in of)]
        stand = stand_in(store, name, environment)
        yield tag("h3", environment)
        yield tag("figure", picture(stand, "spread", f"Costs over machines and boots, {environment}.",
                                    plot_spread.draw(strips), "results.csv"))


def strip(question: str, found: list) -> Strip:
    """One cost, in percent of its middle: the machines' medians as the bar, all boots as the
    line."""
    machines = {}
    for _, _, machine, ns, _ in found:
        machines.setdefault(machine, []).append(ns)
    middles = [median(boots) for boots in machines.values()]
    every = [row[3] for row in found]
    middle = median(middles)
    many = f"{len(machines)} machine{'s' * (len(machines) > 1)}, {len(every)} boot" \
           f"{'s' * (len(every) > 1)}"
    return Strip(f"{question}: {shown(middle)} ns ({many})", *(
        round(100 * (ns / middle - 1), 1) if middle else 0.0
        for ns in (middle, min(middles), max(middles), min(every), max(every))))


def stand_in(store: Store, name: str, environment: str) -> Run:
    """A run that carries the watermark of an environment, and names all of them under a picture."""
    of = store.rows("SELECT run, run_id, brand FROM run WHERE processor = ? AND environment = ? "
                    "AND duplicate_of IS NULL ORDER BY run", name, environment)
    facts = dict(store.rows("SELECT key, value FROM fact WHERE run = ? "
                            "AND key IN ('env', 'timing_valid', 'timing_reason', 'hypervisor_name')", of[0][0]))
    more = f" and {len(of) - 1} more" if of[1:] else ""
    made = Run("", machine={**facts, "brand": of[0][2], "run_id": of[0][1] + more})
    if environment == standing.DAMAGED:
        made.problems.append(Problem("results.csv", 0, "damaged"))
    return made


def tables(store: Store, name: str):
    """Every experiment, a table for each benchmark and environment."""
    found = store.rows(SPREAD, name, EVERY)
    found.sort(key=lambda row: standing.order(row[1]))
    for (bench, environment), of in groups(found):
        ops = in_order((row[2] for row in of), OPS)
        of.sort(key=lambda row: ops.index(row[2]))
        title = f"{bench}, {environment}: {len(of)} experiments"
        yield tag("section", tag("details", tag("summary", tag("h2", title)), rows(
            HEADS, [experiment(row) for row in of], warning(environment), mark(environment))))


def groups(found: list):
    """(benchmark, environment) and its rows, in the order in which they are first there."""
    made = {}
    for row in found:
        made.setdefault(row[:2], []).append(row)
    return made.items()


def experiment(row: tuple) -> str:
    """A line of the table."""
    _, environment, op, variant, *place, core_type, middle, least, greatest, unit, over_boots, \
        machines, boots, disbelieved, unconverged = row
    numbers = middle, least, greatest, unit, over_boots, machines, boots
    return line(environment, [op, variant, place_of(*place, core_type), *numbers,
                              disbelieved or "", unconverged or ""])

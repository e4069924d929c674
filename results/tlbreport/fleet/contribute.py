"""The public table of machines: runs are checked, stripped of what is private, and added."""

import os
import re
import shutil
from statistics import median

from ..draw.digits import shown
from ..pooled import SAME, differing
from ..read import trust
from ..read.load import load
from . import private
from .extract import extract, processor
from .standing import HARDWARE, MARKED, environment, order
from .tree import places

LEAST_BOOTS = 3
PAGE = "README.md"
# What may be in the folder beside the folders of processors.
PAGES = (PAGE, "calibration.csv", "calibration.md", "errata.md", "first-screen.png", "regret.png",
         "terminal.png")
TABLE = re.compile(r"^\| environment \|.*?(?=\n\n|\n*\Z)", re.M | re.S)
DOUBTED = "\u2717"


class Refused(Exception):
    """A run may not be added; the text says which and why."""


def contribute(roots: list, into: str, emulated: bool = False) -> list:
    """Adds every run below some folders, of one machine; returns what was left out of each and where
    it is now.  emulated: what is no measurement of hardware is taken, and marked.  Raises Refused:
    then nothing has changed."""
    page(into)
    runs = [load(os.path.normpath(os.path.join(root, place.folder)))
            for root in roots for place in places(root)[0]]
    if not runs:
        raise Refused(f"{' '.join(roots)}: no folder in it holds a file of a run")
    there = stored(into)
    made = {}
    for run in runs:
        name = processor(run)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
            raise Refused(f"{run.folder}: processor: '{name}' cannot be the name of a folder")
        files = private.stripped(run)
        made.setdefault(os.path.join(name, private.identity(run, files)), (run, files))
    check(runs, emulated, [run for run in there if state(run) == state(runs[0])])
    known = [os.path.relpath(run.folder, into) for run in there]
    for name, (run, files) in made.items():
        if name in known:
            raise Refused(f"{run.folder}: run {run.fact('run_id')} is there already: {name}")
        for text in private.telltales(files):
            raise Refused(f"{run.folder}: {text}: private, change it or leave the run out")
    for name, (_, files) in made.items():
        put(os.path.join(into, name), files)
    redraw(into)
    return [(os.path.join(into, name), private.left_out(run)) for name, (run, _) in made.items()]


def state(run) -> tuple:
    """Boots that differ in it are not of one machine in one state."""
    return tuple(run.fact(key) for key in SAME)


def check(runs: list, emulated: bool, stored_boots=()) -> None:
    """Refuses what is damaged, what is no valid timing, and too few boots of one machine with those
    that are stored of it."""
    for run in runs:
        damage = next((str(one) for one in run.problems if one.damage), "")
        if damage:
            raise Refused(f"{run.folder}: damaged: {damage}")
        judged = trust.judge(run)
        if judged.timing or emulated and run.fact("env") != "hw":
            continue
        more = "" if run.fact("env") == "hw" else "; with EMULATED=1 it is taken, and marked"
        raise Refused(f"{run.folder}: {' '.join(judged.reasons)}{more}")
    other = [key for key in differing(tuple(runs)) if key in SAME]
    if other:
        raise Refused(f"these are not boots of one machine in one state, different: "
                      f"{', '.join(other)}")
    real = [run for run in (*runs, *stored_boots) if run.fact("env") == "hw"]
    many = len({private.identity(run, private.stripped(run)) for run in real})
    copies = f", {len(real) - many} more are copies" if many < len(real) else ""
    if 0 < many < LEAST_BOOTS:
        raise Refused(f"{many} boot{'s' * (many > 1)}{copies}: {LEAST_BOOTS} of one machine are "
                      "the least to quote it by")


def put(folder: str, files: dict) -> None:
    """Writes a folder that is there whole or not at all."""
    partial = f"{folder}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    os.makedirs(partial)
    for name, data in files.items():
        with open(os.path.join(partial, name), "wb") as file:
            file.write(data)
    os.rename(partial, folder)


def stored(into: str) -> list:
    """The runs that are there."""
    return [load(os.path.join(into, place.folder)) for place in places(into)[0]
            if os.sep in place.folder]


def faults(into: str):
    """What is wrong with the folder, for whoever checks what others send: each in a line."""
    yield from strangers(into)
    states = {}
    for run in stored(into):
        folder = os.path.relpath(run.folder, into)
        files = private.stripped(run)
        wanted = os.path.join(processor(run), private.identity(run, files))
        states.setdefault((os.path.dirname(folder), state(run)), []).append(run)
        if folder != wanted:
            yield f"{folder}: should be {wanted}"
        if not run.tables["machine.csv"].found:
            yield f"{folder}: machine.csv: is missing"
            continue
        with open(os.path.join(run.folder, "machine.csv"), "rb") as file:
            if file.read() != files["machine.csv"]:
                yield f"{folder}/machine.csv: is not what `make reference` leaves of a run"
        yield from (f"{folder}/{text}" for text in private.telltales(files))
    for of_state in states.values():
        try:
            check(of_state, True)
        except Refused as error:
            yield f"{os.path.relpath(of_state[0].folder, into)}: {error}"
    if table(into) not in page(into):
        yield f"{PAGE}: its table is not of these runs: `make reference-table`"


def strangers(into: str):
    """Whatever is neither one of the pages, nor PROCESSOR/RUN/FILE with a file of a run."""
    for folder, folders, names in os.walk(into):
        below = os.path.relpath(folder, into)
        deep = 0 if below == os.curdir else below.count(os.sep) + 1
        may = (PAGES, (), ("machine.csv", *private.FILES))[deep]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        wrong = [name for name in names if name not in may] + (folders if deep == 2 else links)
        yield from (f"{os.path.normpath(os.path.join(below, name))}: does not belong there"
                    for name in wrong)
        folders[:] = sorted(folders) if deep < 2 else []


def page(into: str) -> str:
    """The page that has the table.  Refuses a folder without."""
    path = os.path.join(into, PAGE)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}: the table of machines is in it") from error
    if not TABLE.search(text):
        raise Refused(f"{path}: has no line that begins with '| environment |', so no table")
    return text


def redraw(into: str) -> None:
    """Puts the table into the page again."""
    path = os.path.join(into, PAGE)
    text = TABLE.sub(lambda _: table(into), page(into), count=1)
    with open(f"{path}.partial", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.partial", path)


def table(into: str) -> str:
    """A line for each machine in one state: what it is, and the headline costs over its boots."""
    machines, names = {}, {}
    for run in stored(into):
        made = extract(run.folder, run.folder, "")
        machine = (environment(run), processor(run), run.fact("brand"), run.fact("board"),
                   run.fact("firmware"), run.fact("microcode"))
        boots = machines.setdefault(machine, [])
        boots.append({name: (ticks, ns, converged, doubt)
                      for _, name, ticks, ns, converged, doubt, *_ in made.headlines})
        names |= dict.fromkeys(boots[-1])
    heads = ["environment", "processor", "board", "firmware", "microcode", "boots",
             *(f"{name}, ns" for name in names)]
    lines = [cells(heads), cells(["---"] * len(heads))]
    for machine in sorted(machines, key=lambda one: (order(one[0]), one[1:])):
        kind, folder, brand, *rest = machine
        boots = machines[machine]
        first = kind if kind == HARDWARE else f"**{kind}: {MARKED}**"
        lines.append(cells([first, f"[{brand}]({folder}/)", *rest, str(len(boots)),
                            *(over(boots, name) for name in names)]))
    return "\n".join(lines)


def cells(texts: list) -> str:
    """A line of a table, whatever the texts hold."""
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def over(boots: list, name: str) -> str:
    """The median over the boots; in ticks, marked t, where no rate is known; with a cross where the
    operation of one of them is not shown to work, ~ where one did not converge; empty without
    any."""
    found = [boot[name] for boot in boots if boot.get(name, (None,))[0] is not None]
    if not found:
        return ""
    marks = f" {DOUBTED}" if any(doubt for *_, doubt in found) else ""
    marks += " ~" if any(converged == 0 for *_, converged, _ in found) else ""
    if all(ns is not None for _, ns, *_ in found):
        return shown(median(ns for _, ns, *_ in found)) + marks
    return f"{shown(median(ticks for ticks, *_ in found))} t{marks}"

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
TABLE = re.compile(r"^\| environment \|.*?(?=\n\n|\n*\Z)", re.M | re.S)


class Refused(Exception):
    """A run may not be added; the text says which and why."""


def contribute(roots: list, into: str, emulated: bool = False) -> list:
    """Adds every run below some folders, of one machine; returns what was left out of each and where
    it is now.  emulated: what is no measurement of hardware is taken, and marked.  Raises Refused:
    then nothing has changed."""
    runs = [load(os.path.normpath(os.path.join(root, place.folder)))
            for root in roots for place in places(root)[0]]
    if not runs:
        raise Refused(f"{' '.join(roots)}: no folder in it holds a file of a run")
    check(runs, emulated)
    known = {run.fact("run_id"): run.folder for run in stored(into)}
    made = {}
    for run in runs:
        name = run.fact("run_id")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
            raise Refused(f"{run.folder}: run_id: '{name}' cannot be the name of a folder")
        if name in known or name in made:
            raise Refused(f"{run.folder}: run {name} is there already")
        made[name] = (run, private.stripped(run))
        for text in private.telltales(made[name][1]):
            raise Refused(f"{run.folder}: {text}: private, change it or leave the run out")
    for name, (run, files) in made.items():
        put(os.path.join(into, processor(run), name), files)
    redraw(into)
    return [(os.path.join(into, processor(run), name), private.left_out(run))
            for name, (run, _) in made.items()]


def check(runs: list, emulated: bool) -> None:
    """Refuses what is damaged, what is no valid timing, and too few boots of one machine."""
    for run in runs:
        damage = next((str(one) for one in run.problems if one.damage), "")
        if damage:
            raise Refused(f"{run.folder}: damaged: {damage}")
        judged = trust.judge(run)
        if judged.timing or emulated and run.fact("env") != "hw":
            continue
        more = "" if run.fact("env") == "hw" else "; with EMULATED=1 it is taken, and marked"
        raise Refused(f"{run.folder}: {' '.join(judged.reasons)}{more}")
    real = [run for run in runs if run.fact("env") == "hw"]
    other = [key for key in differing(tuple(runs)) if key in SAME]
    if other:
        raise Refused(f"these are not boots of one machine in one state, different: "
                      f"{', '.join(other)}")
    many = len({run.fact("run_id") for run in real})
    if 0 < many < LEAST_BOOTS:
        raise Refused(f"{many} boot{'s' * (many > 1)}: {LEAST_BOOTS} of one machine are the least "
                      "to quote it by")


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
    groups = {}
    for run in stored(into):
        folder = os.path.relpath(run.folder, into)
        groups.setdefault(os.path.dirname(folder), []).append(run)
        wanted = os.path.join(processor(run), run.fact("run_id"))
        if folder != wanted:
            yield f"{folder}: should be {wanted}"
        files = private.stripped(run)
        with open(os.path.join(run.folder, "machine.csv"), "rb") as file:
            if file.read() != files["machine.csv"]:
                yield f"{folder}/machine.csv: is not what `make reference` leaves of a run"
        yield from (f"{folder}: {name}: does not belong there" for name in os.listdir(run.folder)
                    if name not in files)
        yield from (f"{folder}/{text}" for text in private.telltales(files))
    for runs in groups.values():
        states = {}
        for run in runs:
            states.setdefault(tuple(run.fact(key) for key in SAME), []).append(run)
        for of_state in states.values():
            try:
                check(of_state, True)
            except Refused as error:
                yield f"{os.path.relpath(of_state[0].folder, into)}: {error}"
    with open(os.path.join(into, PAGE), encoding="utf-8") as file:
        if table(into) not in file.read():
            yield f"{PAGE}: its table is not of these runs: `make reference-table`"


def redraw(into: str) -> None:
    """Puts the table into the page again."""
    path = os.path.join(into, PAGE)
    with open(path, encoding="utf-8") as file:
        page = file.read()
    with open(f"{path}.partial", "w", encoding="utf-8") as file:
        file.write(TABLE.sub(lambda _: table(into), page, count=1))
    os.replace(f"{path}.partial", path)


def table(into: str) -> str:
    """A line for each machine in one state: what it is, and the headline costs over its boots."""
    states, names = {}, {}
    for run in stored(into):
        made = extract(run.folder, run.folder, "")
        state = (environment(run), processor(run), run.fact("brand"), run.fact("microcode"))
        boots = states.setdefault(state, [])
        boots.append({name: (ticks, ns) for _, name, ticks, ns, *_ in made.headlines})
        names |= dict.fromkeys(boots[-1])
    heads = ["environment", "processor", "microcode", "boots", *(f"{name}, ns" for name in names)]
    lines = [cells(heads), cells(["---"] * len(heads))]
    for state in sorted(states, key=lambda one: (order(one[0]), one[1:])):
        kind, folder, brand, microcode = state
        boots = states[state]
        first = kind if kind == HARDWARE else f"**{kind}: {MARKED}**"
        lines.append(cells([first, f"[{brand}]({folder}/)", microcode, str(len(boots)),
                            *(over(boots, name) for name in names)]))
    return "\n".join(lines)


def cells(texts: list) -> str:
    """A line of a table, whatever the texts hold."""
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def over(boots: list, name: str) -> str:
    """The median over the boots; in ticks, marked t, where no rate is known; empty without any."""
    found = [boot[name] for boot in boots if boot.get(name, (None, None))[0] is not None]
    if not found:
        return ""
    if all(ns is not None for _, ns in found):
        return shown(median(ns for _, ns in found))
    return f"{shown(median(ticks for ticks, _ in found))} t"

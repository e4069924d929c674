"""The figures as calibration.csv and calibration.md."""

import csv
import io
from collections import Counter

COLUMNS = ("machine kind name unit value low high truth_low truth_high in_interval error percent "
           "near reason").split()


def decimals(value) -> str:
    return "" if value is None else f"{value:.3f}"


def as_csv(figures) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in figures:
        if one.truth is None:
            continue
        writer.writerow([one.machine, one.kind, one.name, one.unit, decimals(one.value),
                         *map(decimals, one.interval), *map(decimals, one.truth),
                         int(one.holds(one.interval)), decimals(one.error),
                         decimals(one.percent), int(one.near), ""])
    return out.getvalue()


def share(good: int, all_: int) -> str:
    return f"{100 * good / all_:.1f}" if all_ else "-"


def table(head, rows) -> list:
    return ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head),
            *("| " + " | ".join(map(str, row)) + " |" for row in rows), ""]


def summary(figures, key) -> list:
    """A line for each value of key: how many, near, held, and the largest error."""
    groups = {}
    for one in figures:
        if one.truth is not None:
            groups.setdefault(key(one), []).append(one)
    rows = []
    for name, group in sorted(groups.items()):
        wide = [one for one in group if one.truth.high - one.truth.low > max(
            1.0, 0.01 * abs(one.truth.high))]
        worst = max(group, key=lambda one: one.error)
        narrow = [one for one in group if one.narrow]
        percent = "" if worst.percent is None else f"{worst.percent:.1f}"
        rows.append([name, len(group), len(wide),
                     share(sum(one.near for one in group), len(group)),
                     share(sum(one.holds(one.interval) for one in group), len(group)),
                     share(sum(one.holds_within(one.interval, one.step) for one in group),
                           len(group)),
                     share(sum(one.holds(one.narrow) for one in narrow), len(narrow)),
                     f"{worst.error:.2f} {worst.unit.split(' ')[0]}", percent])
    return rows


HEAD = ["", "figures", "bounds", "near %", "99 %", "99 %, a tick", "95 %", "largest error", "%"]


def short(name: str) -> str:
    return name.replace("pages=", "at ").replace("-against-", " against ")


def misses(figures) -> list:
    """Of each kind and machine, those furthest off."""
    groups = {}
    for one in figures:
        if one.truth is not None and not one.near:
            groups.setdefault((one.kind, one.machine), []).append(one)
    rows = []
    for (kind, machine), group in sorted(groups.items()):
        worst = max(group, key=lambda one: one.error)
        truth = f"{worst.truth.low:.2f}"
        if worst.truth.low != worst.truth.high:
            truth += f" to {worst.truth.high:.2f}"
        percent = "" if worst.percent is None else f"{worst.percent:.1f}"
        rows.append([machine, len(group), short(worst.name), f"{worst.value:.2f}", truth, percent])
    return rows


def unknown(figures) -> list:
    counts = Counter((one.kind, one.reason) for one in figures if one.truth is None)
    return [[kind, count, reason] for (kind, reason), count in sorted(counts.items())]


def section(title: str, figures) -> list:
    known = [one for one in figures if one.truth is not None]
    return [f"## {title}", "",
            f"{len(known)} figures have a truth, {len(figures) - len(known)} have none.", "",
            *table(["kind", *HEAD[1:]], summary(figures, lambda one: one.kind)),
            *table(["machine", *HEAD[1:]], summary(figures, lambda one: one.machine))]

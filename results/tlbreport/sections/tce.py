"""AMD's translation cache extension: what differs with EFER.TCE clear and set."""

from ..draw.markup import Markup, badge, breakable, join, paragraph, table, tag
from ..read import variant
from ..read.run import Run
from ..read.verdicts import badness

NOTE = (
    "With EFER.TCE clear, INVLPG and the like drop all cached upper levels of the page tables; "
    "with it set, only those that lead to the page."
)


def tce(run: Run) -> Markup:
    """Cells and costs with it clear, beside the same with it set."""
    cells = both_states(run)
    if not cells:
        return paragraph(f"{NOTE} Not applicable on this machine: nothing was tried with EFER.TCE "
                         "set.")
    apart = {name: pair for name, pair in cells.items() if told(pair[0]) != told(pair[1])}
    text = f"{NOTE} Of {len(cells)} cells tried in both states {len(apart)} differ."
    parts = [paragraph(text, class_="note")]
    if apart:
        rows = [[tag("th", breakable(op), class_="name", scope="row"), entry, pcide,
                 *(show(rows) for rows in pair)] for (op, entry, pcide), pair in apart.items()]
        parts.append(table(["operation", "entry", "PCIDE", "TCE = 0", "TCE = 1"], rows,
                           "What differs in the verification"))
    return join([*parts, costs(run)])


def both_states(run: Run) -> dict:
    """(op, entry, pcide) -> its rows with TCE = 0 and with TCE = 1."""
    found = {}
    for row in run.rows("verify.csv"):
        name = (row["op"], row["entry"], row["pcide"])
        found.setdefault(name, {}).setdefault(row["tce"], []).append(row)
    return {name: (at["0"], at["1"]) for name, at in found.items() if "0" in at and "1" in at}


def told(rows: list) -> tuple:
    """The worse verdict, and the rule."""
    return min((r["verdict"] for r in rows), key=badness), rows[0]["rule"]


def show(rows: list) -> Markup:
    """Verdict and rule."""
    verdict, rule = told(rows)
    return join([badge(verdict, "✗" if verdict == "fail" else "·",
                       "bad" if verdict == "fail" else "none"), tag("small", rule)], " ")


def costs(run: Run) -> Markup:
    """Rows that were timed in both states; none if there are none."""
    rows = [r for r in run.rows("results.csv") if r["status"] == "ok"]
    at = {(r["bench"], r["op"], r["variant"], r["param"], r["value"]): r for r in rows}
    body = []
    for row in rows:
        said = variant.of(row)
        if not said.tce:
            continue
        plain = said.changed(tce=False).text
        clear = at.get((row["bench"], row["op"], plain, row["param"], row["value"]))
        if clear is not None:
            body.append([tag("th", breakable(row["op"]), class_="name", scope="row"), plain,
                         *(tag("td", f"{r['p50']} [{r['ci99_lo']}, {r['ci99_hi']}]",
                               class_="number") for r in (clear, row))])
    if not body:
        return Markup("")
    return table(["operation", "variant", "TCE = 0", "TCE = 1"], body,
                 "What it costs: median and its 99 % interval, in TSC ticks")

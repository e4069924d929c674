"""One number for a setting, and what it costs where it is wrong."""

from ..draw.digits import times
from ..draw.markup import Markup, badge, join, paragraph, table, tag
from ..find import decisions, regret
from ..find.regret import Cell, Choice, Regrets
from ..read import trust
from ..read.run import Run
from ..read.sweep import BOOTS_PERCENT, FILE

NOTE = (
    "A setting is one number for every working set. Each cell: how many times what the better "
    "choice costs there the dearest case costs, the worst over all that was measured; 1: never "
    "wrong. The last column is the worst of a line, with its interval. Between places that were "
    "measured a curve is "
    f"taken as straight. Intervals allow for costs that differ by {BOOTS_PERCENT:.0f} % (standard "
    "deviation) from boot to boot."
)
CEILING = "pages up to which each is dropped alone"
HEADS = {**dict.fromkeys(regret.SWEPT, CEILING), "slots": "policy",
         **dict.fromkeys(("broadcast", "broadcast_machine"), "targets, from")}
LINUX = (
    "What Linux sets if nobody tells it otherwise, decision by decision. At worst: how many times "
    "what the better choice costs, over the cases in the table named, with its interval; 1: never "
    "wrong. A ceiling is judged with the flush that is cheapest there, not with Linux's own."
)
WRONG = 0.5  # above the best choice: marked


def regrets(run: Run) -> Markup:
    """The single-page ceiling, PCIDs, the broadcast: what rows allow."""
    found = [found for make in (regret.ceilings, regret.slots, regret.broadcasts, regret.machine_broadcasts, regret.pcids,
                                regret.isolation, regret.calls, regret.lazies, regret.unmaps,
                                regret.freed_tables)
             for found in make(run)]
    if not found:
        return paragraph("No row tells what a setting costs where it is wrong: range, policy and "
                         "shootdown left none that is believed.", class_="lack")
    return join([paragraph(NOTE, class_="note"), of_linux(run),
                 *(one_of(run, one) for one in found)])


def of_linux(run: Run) -> Markup:
    """Each decision of kernels, Linux's own setting of it, and its regret or why there is none."""
    head = ["decision", "what Linux sets", "here", "costs at worst", "least at worst", "table"]
    body, is_advice = [], not trust.obstacle(run)
    for one in decisions.answers(run):
        name = one.decision.name.replace("`", "")
        if one.choice is None:
            body.append([name, one.decision.linux, "", tag("td", one.said, colspan="3")])
            continue
        note = f" ({one.decision.note})" if one.decision.note else ""
        body.append([name, one.decision.linux, one.choice.name, times_of(one.choice.worst),
                     least(one.table) if is_advice and one.table.is_choice else "",
                     f"{one.table.what}{note}"])
    return join([tag("h3", "Linux's own settings"), paragraph(LINUX, class_="note"),
                 table(head, body, "", trust.marked(run, FILE))])


def least(found: Regrets) -> str:
    """The choice of least regret, over the cases in which all can be compared, and those that are
    not told from it."""
    if found.best is None:
        return "no case has every choice"
    names = " or ".join(one.name for one in found.alike)
    return f"{names}: {times(found.at_worst(found.best).value)}{found.over}"


def times_of(one: Cell) -> str:
    """Times the best choice with its interval."""
    if not one.value:
        return "1"
    return f"{times(one.value)} ({times(one.low)} to {times(one.high)})"


def one_of(run: Run, found: Regrets) -> Markup:
    """One table, its answer above it."""
    is_advice = found.is_choice and not trust.obstacle(run)
    title = f"Single-page ceiling, {found.what}" if found.key in regret.SWEPT else found.what
    unit = "targets" if found.key == "broadcast" else "pages"
    reach = (f" Measured up to {found.reach:.0f} {unit}: never is over those alone."
             if found.reach else "")
    left = f" Left out: {found.left_out}." if found.left_out else ""
    said = answer(found) if is_advice else ""
    return join([tag("h3", title[0].upper() + title[1:]), paragraph(said, reach, left),
                 grid(run, found, is_advice)])


def answer(found: Regrets) -> Markup:
    """Which choice has the least regret, and what else cannot be told from it."""
    best = found.best
    if best is None:
        return Markup("No case has every choice: they are not compared.")
    others = [one.name for one in found.alike if one is not best]
    more = f" Not told from it: {', '.join(others)}." if others else ""
    cost = f"{best.name}: costs {times(found.at_worst(best).value)} times the best choice at worst" \
           f"{found.over}."
    return join([tag("strong", cost), more])


def grid(run: Run, found: Regrets, is_advice: bool) -> Markup:
    """The table: choices down, cases across under their groups."""
    groups = {}
    for group, _ in found.cases:
        groups[group] = groups.get(group, 0) + 1
    top = [tag("tr", tag("th", HEADS.get(found.key, ""), rowspan="2"),
               *(tag("th", group, colspan=str(many), scope="colgroup")
                 for group, many in groups.items()), tag("th", "at worst", rowspan="2")),
           tag("tr", *(tag("th", name, scope="col") for _, name in found.cases))]
    best = found.best if is_advice else None
    body = [tag("tr", tag("th", named(one), scope="row"),
                *(cell(one_cell) for one_cell in one.cells), cell(one.worst, True),
                class_="best" if one is best else None) for one in found.choices]
    mark = trust.warning((run,), FILE)
    return tag("div", tag("p", mark, class_="mark") if mark else "",
               tag("table", tag("thead", *top), tag("tbody", *body),
                   class_="regret marked" if mark else "regret"), class_="scroll")


def named(one: Choice) -> Markup:
    """The choice, and whose it is."""
    return join([one.name, badge(one.by, "◂", "kept") if one.by else ""], " ")


def cell(one: Cell | None, with_ends: bool = False) -> Markup:
    """Times the best choice, and its interval; warm where it is much."""
    if one is None:
        return tag("td")
    if not one.value:
        return tag("td", "1")
    ends = f"{times(one.low)} to {times(one.high)}"
    return tag("td", times(one.value), " " if with_ends else "",
               tag("small", ends) if with_ends else "",
               class_="wrong" if one.value >= WRONG else None,
               title=f"worst at {one.at:.0f}: {ends}")

"""Rows of shootdown: what their variants say, and which of them is the baseline of which."""

from dataclasses import dataclass

from . import remote
from ..read.run import Row, Run

BENCH = "shootdown"
USUAL = ("late", "before", "own")  # answer, own flush, line of the answer
DIMENSIONS = (("late", "early"), ("before", "alongside"), ("own", "shared"))
MODES_HOW = ("unicast", "cluster", "shorthand", "nmi", "poll")


@dataclass(frozen=True)
class Shot:
    """What a row of `shootdown` says."""

    op: str
    variant: str
    how: str  # the mode, or local, broadcast, together
    protocol: tuple  # answer, own flush, line; (lock or free,) for together; else empty
    state: str
    pcids: tuple  # pcide, otherpcid
    pages: int  # 0 for together
    initiators: int
    targets: int

    @property
    def is_asked(self) -> bool:
        """Whether one processor asks others, as the baseline does in all but the mode."""
        return self.how in MODES_HOW and self.protocol == USUAL and not self.pcids

    @property
    def is_usual(self) -> bool:
        """Whether the protocol is that of the baseline, by unicast."""
        return self.how == "unicast" and self.protocol == USUAL


def shot(row: Row):
    """The shootdown a row is of; None if its variant names none."""
    how, *parts = row["variant"].split("-")
    pcids = tuple(part for part in parts if part in ("pcide", "otherpcid"))
    rest = [part for part in parts if part not in pcids]
    state = rest.pop() if rest and rest[-1] in remote.STATES else ""
    value = row.number("value")
    known = {"local": (0,), "broadcast": (0,), "together": (1,)}
    length = known.get(how, (3,) if how in MODES_HOW else ())
    if len(rest) not in length or value is None or not known_protocol(how, rest):
        return None
    if row["param"] != ("initiators" if how == "together" else "pages"):
        return None
    count = int(value)
    return Shot(row["op"], row["variant"], how, tuple(rest), state, pcids,
                0 if how == "together" else count, count if how == "together" else 1,
                remote.targets(row))


def known_protocol(how: str, rest: list) -> bool:
    """Whether each part is a word of its place."""
    if how == "together":
        return rest[0] in ("lock", "free")
    return all(part in words for part, words in zip(rest, DIMENSIONS))


def measured_shots(run: Run) -> list:
    """(shot, row) of each row that has a median and an interval."""
    found = [(shot(row), row) for row in remote.ok(run, BENCH)]
    return [(one, row) for one, row in found if one]


def baselines(found: list) -> dict:
    """(op, pcids, pages, targets) -> the row of the baseline protocol."""
    return {(one.op, one.pcids, one.pages, one.targets): row for one, row in found if one.is_usual}


def varied(found: list) -> list:
    """(what is varied, words, shot, row, row of the baseline), where there is one."""
    usual, made = baselines(found), []
    for one, row in found:
        what, words, base = dimension(one, usual)
        if what and base is not None:
            made.append((what, words, one, row, base))
    return made


def dimension(one: Shot, usual: dict) -> tuple:
    """What of the baseline a shot varies, in words, and that baseline's row."""
    mine = usual.get((one.op, one.pcids, one.pages, one.targets))
    invlpg = usual.get(("invlpg", (), one.pages, one.targets))
    if one.how == "broadcast":
        return "without interrupts", one.op, invlpg
    if one.is_usual and (one.op, one.pcids) != ("invlpg", ()):
        return "operation on the targets", " ".join([one.op, *one.pcids]), invlpg
    if one.how in MODES_HOW and one.protocol == USUAL and one.how != "unicast":
        return "how they are asked", f"{one.how}, {one.state}", mine
    if one.how == "unicast" and one.protocol != USUAL:
        words = [new for new, (old, _) in zip(one.protocol, DIMENSIONS) if new != old]
        return "protocol", ", ".join(words), mine
    return "", "", None

"""The verification as a picture: operation x entry, one panel for each state of the CPU."""

from ..read.schema import ENTRIES, OPS, in_order
from .canvas import Figure
from .figure import GREY, INK, VERMILLION, Facets, plain
from .shapes import Patch, rectangle

# verdict -> sign, colour; what shows nothing is hatched.
LOOKS = {
    "pass": ("✓", "#8fc3e3"),
    "fail": ("✗", VERMILLION),
    "kept": ("◆", "#c9b6de"),
    "dropped": ("◇", "#e9e9e9"),
    "refuted": ("⚑", "#8d6bb5"),
    "holds": ("○", "#cfe0cf"),
    "inconclusive": ("", "#fff0b3"),
    "skipped": ("", "#ffffff"),
}
UNKNOWN = ("!", VERMILLION)
HATCHES = {"inconclusive": "////", "skipped": "...."}
CELL_INCHES, NAME_INCHES, HEAD_INCHES = 0.24, 1.65, 1.2


def draw(found: list, common: str) -> Facets:
    """Cells of operation x entry; common names the state where there is but one."""
    states = sorted({cell.bits for cell in found})
    ops = in_order((cell.op for cell in found), OPS)
    entries = in_order((cell.entry for cell in found), ENTRIES)
    inner = (CELL_INCHES * len(entries), CELL_INCHES * len(ops))
    width, height = NAME_INCHES + inner[0] + 0.3, HEAD_INCHES + inner[1] + 0.15
    made = Facets([], signs({cell.verdict for cell in found}))
    for state in states:
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((NAME_INCHES / width, 0.15 / height, inner[0] / width,
                                inner[1] / height))
        dress(axes, state or common, ops, entries)
        for cell in (c for c in found if c.bits == state):
            paint(axes, entries.index(cell.entry), ops.index(cell.op), cell.verdict)
        made.figures.append(figure)
    return made


def dress(axes, title: str, ops: list, entries: list) -> None:
    """An empty panel: a dot in every place, names at its sides."""
    axes.set_xlim(0, len(entries))
    axes.set_ylim(len(ops), 0)
    axes.xaxis.is_far = True
    axes.set_xticks([n + 0.5 for n in range(len(entries))], [plain(e, 30) for e in entries],
                    rotation=60)
    axes.set_yticks([n + 0.5 for n in range(len(ops))], [plain(op, 30) for op in ops])
    axes.spines = False
    axes.text(-0.2, -0.4, plain(title, 60), fontsize=9, fontweight="bold", ha="right")
    places = [(x + 0.5, y + 0.5) for x in range(len(entries)) for y in range(len(ops))]
    axes.plot(*zip(*places), ".", color="#cccccc", markersize=2, zorder=1)


def paint(axes, x: int, y: int, verdict: str) -> None:
    """One cell: a colour, a hatching, a sign."""
    sign, colour = LOOKS.get(verdict, UNKNOWN)
    axes.add_patch(rectangle((x + 0.04, y + 0.04), 0.92, 0.92, facecolor=colour,
                             hatch=HATCHES.get(verdict, ""), edgecolor=GREY))
    axes.text(x + 0.5, y + 0.5, sign, ha="center", va="center", fontsize=8,
              color="white" if colour == VERMILLION else INK, zorder=3)


def signs(verdicts: set) -> list:
    """What the colours mean, of those that occur."""
    known = [Patch(facecolor=colour, hatch=HATCHES.get(word, ""), edgecolor=GREY, linewidth=0.5,
                   label=f"{sign} {word}".strip())
             for word, (sign, colour) in LOOKS.items() if word in verdicts]
    if verdicts - set(LOOKS):
        known.append(Patch(facecolor=UNKNOWN[1], edgecolor=GREY, label="! no known verdict"))
    return known

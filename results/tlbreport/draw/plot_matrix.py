"""The verification as a picture: operation x entry, one panel for each state of the CPU."""

from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from .figure import GREY, INK, VERMILLION, plain
from ..read.schema import ENTRIES, OPS, in_order

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
PANELS_IN_A_ROW = 2
CELL_INCHES, NAME_INCHES, HEAD_INCHES, FOOT_INCHES = 0.3, 1.95, 1.4, 0.5


def draw(found: list, common: str) -> Figure:
    """Cells of operation x entry; common names the state where there is but one."""
    states = sorted({cell.bits for cell in found})
    ops = in_order((cell.op for cell in found), OPS)
    entries = in_order((cell.entry for cell in found), ENTRIES)
    columns = min(len(states), PANELS_IN_A_ROW)
    lines = -(-len(states) // PANELS_IN_A_ROW)
    panel = (NAME_INCHES + CELL_INCHES * len(entries), HEAD_INCHES + CELL_INCHES * len(ops))
    width, height = columns * panel[0] + 0.2, lines * panel[1] + FOOT_INCHES
    figure = Figure(figsize=(width, height))
    for number, state in enumerate(states):
        line, column = divmod(number, PANELS_IN_A_ROW)
        left, top = column * panel[0] + NAME_INCHES, height - line * panel[1] - HEAD_INCHES
        size = (CELL_INCHES * len(entries), CELL_INCHES * len(ops))
        axes = figure.add_axes((left / width, (top - size[1]) / height,
                                size[0] / width, size[1] / height))
        dress(axes, state or common, ops, entries)
        for cell in (c for c in found if c.bits == state):
            paint(axes, entries.index(cell.entry), ops.index(cell.op), cell.verdict)
    figure.legend(handles=signs({cell.verdict for cell in found}), loc="lower center", ncol=8,
                  fontsize=8, frameon=False, bbox_to_anchor=(0.5, 0.12 / height))
    return figure


def dress(axes, title: str, ops: list, entries: list) -> None:
    """An empty panel: a dot in every place, names at its sides."""
    axes.set_xlim(0, len(entries))
    axes.set_ylim(len(ops), 0)
    axes.xaxis.tick_top()
    axes.set_xticks([n + 0.5 for n in range(len(entries))], [plain(e, 30) for e in entries],
                    rotation=60, ha="left", rotation_mode="anchor", parse_math=False)
    axes.set_yticks([n + 0.5 for n in range(len(ops))], [plain(op, 30) for op in ops],
                    parse_math=False)
    axes.tick_params(length=0, labelsize=8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.text(-0.2, -0.4, plain(title, 60), fontsize=9, fontweight="bold", ha="right",
              parse_math=False)
    for x in range(len(entries)):
        for y in range(len(ops)):
            axes.plot([x + 0.5], [y + 0.5], ".", color="#cccccc", markersize=2, zorder=1)


def paint(axes, x: int, y: int, verdict: str) -> None:
    """One cell: a colour, a hatching, a sign."""
    sign, colour = LOOKS.get(verdict, UNKNOWN)
    axes.add_patch(Rectangle((x + 0.04, y + 0.04), 0.92, 0.92, facecolor=colour,
                             hatch=HATCHES.get(verdict), edgecolor=GREY, linewidth=0.5, zorder=2))
    axes.text(x + 0.5, y + 0.5, sign, ha="center", va="center", fontsize=8,
              color="white" if colour == VERMILLION else INK, zorder=3)


def signs(verdicts: set) -> list:
    """What the colours mean, of those that occur."""
    known = [Patch(facecolor=colour, hatch=HATCHES.get(word), edgecolor=GREY, linewidth=0.5,
                   label=f"{sign} {word}".strip())
             for word, (sign, colour) in LOOKS.items() if word in verdicts]
    if verdicts - set(LOOKS):
        known.append(Patch(facecolor=UNKNOWN[1], edgecolor=GREY, label="! no known verdict"))
    return known

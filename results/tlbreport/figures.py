"""--figures: each picture of the report as a file of its own, and a card."""

import os
import shutil
import subprocess

from .draw import figure
from .draw.alone import alone
from .draw.card import card
from .page import page
from .read.run import Run

CONVERTER, PACKAGE = "rsvg-convert", "librsvg2-bin"


class NoConverter(Exception):
    """Nothing here makes PDF and PNG of SVG."""


def write_figures(run: Run, folder: str) -> list:
    """Writes NAME.svg and NAME.pdf of each picture, NAME-N of several panels, and card.png;
    returns the names.  Nothing is written where they cannot be made."""
    if not shutil.which(CONVERTER):
        raise NoConverter(f"{CONVERTER} is missing: apt-get install {PACKAGE}")
    os.makedirs(folder, exist_ok=True)
    made = pictures(run)
    for name, text in made.items():
        convert(folder, name, text, "pdf")
    convert(folder, "card", card(run), "png")
    return [*made, "card"]


def pictures(run: Run) -> dict:
    """Name -> SVG, of what the page shows."""
    taken, made = [], {}
    figure.takers.append(lambda *one: taken.append(one))
    try:
        page(run)
    finally:
        figure.takers.pop()
    for name, many, signs, lines, source in taken:
        for number, one in enumerate(many, 1):
            made[f"{name}-{number}" if len(many) > 1 else name] = alone(one, signs, lines, source)
    return made


def convert(folder: str, name: str, text: str, form: str) -> None:
    """Writes the picture as SVG and in that form."""
    path = os.path.join(folder, name)
    with open(f"{path}.svg", "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([CONVERTER, "-f", form, "-o", f"{path}.{form}", f"{path}.svg"], check=True)

"""What the verification found on the processors where nothing else is measured."""

import re

from ...draw.markup import Markup, paragraph
from ...read.run import Run


def each_cpu(run: Run) -> Markup:
    """One sentence for those that passed, and one for each of the others; nothing if only one core
    of each type was verified."""
    said = {key: value for key, value in run.machine.items()
            if re.fullmatch(r"cpu_\d+_verified", key)}
    if not said:
        return Markup("")
    passed = [value for value in said.values() if is_clean(value)]
    checks = [count(value, "passed") for value in passed]
    those = "1 other processor is" if len(said) == 1 else f"{len(said)} other processors are"
    parts = [f"Beside what is measured {those} verified, once, before the timing: on "
             f"{len(passed)} no required check failed."]
    if checks:
        parts.append(f"Passed there: {span(checks)}.")
    parts += [told(key, value) for key, value in said.items() if not is_clean(value)]
    return paragraph(" ".join(parts), class_="note" if len(passed) == len(said) else "lack")


def count(value: str, name: str) -> int:
    found = re.search(rf"\b{name}=(\d+)", value)
    return int(found.group(1)) if found else 0


def is_clean(value: str) -> bool:
    """Whether it was verified, with something to show for it, and nothing failed."""
    return (count(value, "passed") > 0 and count(value, "failed") == 0
            and count(value, "faults_failed") == 0)


def span(counts: list) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def told(key: str, value: str) -> str:
    number = key.split("_")[1]
    if value.startswith("no: "):
        return f"Processor {number} was not verified: {value.removeprefix('no: ')}."
    wrong = [f"{many} {what}{'s' if many > 1 else ''}" for name, what in (
        ("failed", "required check"), ("faults_failed", "exception"))
             if (many := count(value, name))]
    if wrong:
        return f"Processor {number}: {' and '.join(wrong)} failed."
    return f"On processor {number} nothing was shown."

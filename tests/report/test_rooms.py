"""The rooms of results/tlbreport: imports go down, and each keeps to what its README says."""

import ast
import os
import re
import sys
import unittest

from rundir import RESULTS_FOLDER

PACKAGE = os.path.join(RESULTS_FOLDER, "tlbreport")
FLOORS = ("read", "find", "draw", "sections")  # from below; what puts pages together is above them
TOP = ("fleet",)  # rooms that are above them, too
MOST_LINES = 40  # of a README: a screen


def modules():
    """(path below the package, its room or empty, syntax tree) of each module; a folder in a
    room is of that room."""
    for place, _, names in os.walk(PACKAGE):
        room = os.path.relpath(place, PACKAGE).replace(".", "")
        for name in sorted(name for name in names if name.endswith(".py")):
            with open(os.path.join(place, name), encoding="utf-8") as file:
                yield os.path.join(room, name), room.split(os.sep)[0], ast.parse(file.read())


def imports(tree: ast.Module, path: str, room: str):
    """(room, statement) of each import from the package; the empty room is the package itself."""
    depth = path.count(os.sep)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            steps = node.level - 1
            there = (node.module or "").split(".")[0] if steps == depth else room
            yield there if there in FLOORS + TOP else "", node


def floor(room: str) -> int:
    return FLOORS.index(room) if room in FLOORS else len(FLOORS)


class Rooms(unittest.TestCase):
    def test_imports_go_down(self):
        found = [f"{path}: {there or 'package'}" for path, room, tree in modules()
                 for there, _ in imports(tree, path, room) if floor(there) > floor(room)]
        self.assertEqual(found, [])

    def test_relative_imports_are_sorted_farther_ones_first(self):
        for path, room, tree in modules():
            mine = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.level]
            keys = [(-node.level, node.module or "") for node in mine]
            self.assertEqual(keys, sorted(set(keys)), path)

    def test_what_is_read_or_found_is_no_markup(self):
        found = [path for path, room, tree in modules() if room in ("read", "find")
                 for node in ast.walk(tree)
                 if isinstance(node, ast.Constant) and isinstance(node.value, str)
                 and re.search(r"</|class_", node.value)]
        self.assertEqual(found, [])

    def test_numpy_and_scipy_are_all_that_python_lacks(self):
        found = {name.name if isinstance(node, ast.Import) else node.module
                 for _, _, tree in modules() for node in ast.walk(tree)
                 if isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom)
                 and not node.level for name in node.names}
        found = {name.split(".")[0] for name in found}
        self.assertEqual(found - sys.stdlib_module_names, {"numpy", "scipy"})

    def test_each_room_says_on_a_screen_what_may_not_live_there(self):
        for room in FLOORS + TOP:
            with open(os.path.join(PACKAGE, room, "README.md"), encoding="utf-8") as file:
                text = file.read()
            self.assertLessEqual(text.count("\n"), MOST_LINES, room)
            self.assertIn("What may not live here:", text, room)
            for path in (path for path, of, _ in modules() if of == room):
                name = os.path.basename(path)
                if name != "__init__.py":
                    self.assertIn(f"`{name}`", text, f"{room}/README.md")

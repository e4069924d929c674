"""Builds a changed source into the unit tests that use it, and sees whether one fails.

The objects and the flags are those of `make programs`, sanitizers and all: what `make test`
notices is what counts.
"""

import collections
import concurrent.futures
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import operators

TESTS_MOST = 8       # of the tests that use a source, the nearest
SECONDS_MOST = 3.0   # of a processor; a test that takes longer is played of its own source alone
BOUND_FACTOR = 4     # a test under a change may take that much longer
BOUND_LEAST = 1      # and this second
WALL_FACTOR = 30     # other programs run beside this

KILLED, SURVIVED, BROKEN, SAME = "killed", "survived", "does not compile", "is the same code"

Result = collections.namedtuple("Result", "mutant what test")


class Failure(Exception):
    """What keeps mutants from being played at all."""


class Tree:
    """Sources, their objects, and the tests that link them.

    Members that tests/mutate/test_mutate.py gives otherwise: `flags` to compile with, `objects`
    that belong to sources, `tests` with their objects, `libraries`, and `programs`, those of the
    tests that are built.
    """

    def __init__(self, flags: list, objects: dict, tests: dict, libraries: list, cc="gcc"):
        self.flags, self.objects, self.tests, self.cc = flags, objects, tests, cc
        self.libraries = libraries + [f"-fuse-ld={name}" for name in ("gold", "lld")
                                      if shutil.which(f"ld.{name}")][:1]
        self.links = self.linked()
        self.programs = {}
        self.seconds = {}

    @classmethod
    def of_make(cls):
        """The tree of the Makefile; its programs are built."""
        names = ("UNIT_CFLAGS", "HOST_CC", "PURE_LIB", "BENCHES", "MODEL", "SILICON", "UNIT_TESTS",
                 "LITMUS", "LITMUS_MODEL", "BUILD")
        said = subprocess.run(["make", "-s", *(f"print-{name}" for name in names)], check=True,
                              capture_output=True, text=True).stdout.splitlines()
        values = dict(zip(names, said))
        unit = f"{values['BUILD']}/unit/"
        sources = [*values["PURE_LIB"].split(), *values["BENCHES"].split(),
                   *values["SILICON"].split(), *values["LITMUS"].split(),
                   *values["LITMUS_MODEL"].split(),
                   *(path[len(unit):-len(".o")] for path in values["MODEL"].split())]
        objects = {path: f"{unit}{path}.o" for path in sources}
        tests = {name: [f"{unit}tests/unit/{name}.c.o"] for name in values["UNIT_TESTS"].split()}
        programs = {name: f"{unit}{name}" for name in tests}
        missing = [one for group in (objects.values(), programs.values(), *tests.values())
                   for one in group if not os.path.exists(one)]
        if missing:
            raise Failure(f"{missing[0]} is not built: make programs")
        tree = cls(values["UNIT_CFLAGS"].split(), objects, tests,
                   ["-fsanitize=address,undefined", "-lcmocka", "-lz", "-lcapstone"],
                   values["HOST_CC"])
        tree.programs = programs
        return tree

    def linked(self) -> dict:
        """For each test, the sources whose objects the linker takes from the archive."""
        paths = sorted({*self.objects.values(), *(one for group in self.tests.values()
                                                  for one in group)})
        defined, wanted = collections.defaultdict(set), collections.defaultdict(set)
        said = subprocess.run(["nm", "-A", *paths], check=True, capture_output=True, text=True)
        for line in said.stdout.splitlines():
            path, rest = line.split(":", 1)
            kind, symbol = rest.split()[-2:]
            if kind == "U":
                wanted[path].add(symbol)
            elif kind in "TDRBVWC":
                defined[path].add(symbol)
        owner = {symbol: source for source, path in self.objects.items()
                 for symbol in defined[path]}
        links = {}
        for test, own in self.tests.items():
            there, taken = set().union(*(defined[path] for path in own)), set()
            ahead = set().union(*(wanted[path] for path in own))
            while ahead:
                source = owner.get(symbol) if (symbol := ahead.pop()) not in there else None
                if source and source not in taken:
                    taken.add(source)
                    ahead |= wanted[self.objects[source]]
            links[test] = taken
        return links

    def time_tests(self, jobs: int, sources=None) -> list:
        """Notes how long each test takes that uses one of the sources, or any; those that fail
        without any change."""
        def run(test):
            with tempfile.TemporaryDirectory(prefix="tlbmark-mutate.") as folder:
                program = self.programs.get(test) or os.path.join(folder, test)
                if test not in self.programs and self.link(test, program, None):
                    return f"{test} cannot be linked"
                # Whatever is too slow for all sources but its own is not played without them.
                own = any(self.kin(test, source) < 2 for source in sources or self.objects)
                most = 60 if own else SECONDS_MOST
                failed, self.seconds[test] = fails([program], most, 600)
                return f"{test} fails" if failed and (own or self.seconds[test] <= most) else None

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            needed = [test for test in self.tests
                      if sources is None or self.links[test] & sources]
            return [said for said in pool.map(run, needed) if said]

    def link(self, test: str, program: str, changed) -> int:
        """Links a test, with an object in the place of a source's if `changed` has both."""
        source, own = changed or (None, None)
        objects = [own if one == source else self.objects[one] for one in sorted(self.links[test])]
        return quiet([self.cc, "-o", program, *self.tests[test], *objects, *self.libraries,
                      "-Wl,-S"])

    def nearest(self, source: str) -> list:
        """The tests that use a source: those of its name, those that include its header, those
        that use little else; no more than are played."""
        header = re.escape(os.path.splitext(source)[0] + ".h")

        def rank(test):
            return (self.kin(test, source), not self.includes(test, header),
                    len(self.links[test]), test)

        using = [test for test in self.tests if source in self.links[test] and
                 (self.seconds.get(test, 0) <= SECONDS_MOST or self.kin(test, source) < 2)]
        return sorted(sorted(using, key=rank)[:TESTS_MOST],
                      key=lambda test: (self.kin(test, source), self.seconds.get(test, 0)))

    @staticmethod
    def kin(test: str, source: str) -> int:
        """0 for the test of a source, 1 for another of its family, whose name begins with the
        other's, 2 for all else.  The model CPU is one family."""
        stem = os.path.splitext(os.path.basename(source))[0]
        name = test.removeprefix("test_")
        family = name.startswith(stem + "_") or stem.startswith(name + "_") or \
            source.startswith("tests/model/") and name.startswith("model_")
        return 0 if name == stem else 1 if family else 2

    @staticmethod
    def includes(test: str, header: str) -> bool:
        try:
            with open(f"tests/unit/{test}.c", encoding="utf-8") as file:
                return bool(re.search(f'#include "{header}"', file.read()))
        except FileNotFoundError:
            return False


def quiet(command: list) -> int:
    """Runs a command without its output; its exit status."""
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, check=False).returncode


def fails(command: list, seconds: float, wall: float) -> tuple:
    """Whether a test program fails, or does not end within seconds of a processor, or in that
    time by the clock; and how many seconds of a processor it took.

    It is stopped at the first test that fails.
    """
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:hard_rss_limit_mb=2048",
                       UBSAN_OPTIONS="print_stacktrace=0")
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           stdin=subprocess.DEVNULL, env=environment, start_new_session=True)
    most = int(seconds) + 1
    resource.prlimit(run.pid, resource.RLIMIT_CPU, (most, most))
    resource.prlimit(run.pid, resource.RLIMIT_CORE, (0, 0))
    # Not run.kill(), which may wait for it and take the time that it used.
    clock = threading.Timer(wall, os.killpg, (run.pid, signal.SIGKILL))
    clock.start()
    failed = False
    for line in run.stdout:
        if line.startswith((b"not ok", b"[  FAILED")):
            failed = True
            os.killpg(run.pid, signal.SIGKILL)
            break
    run.stdout.close()
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = status
    clock.cancel()
    return failed or status != 0, usage.ru_utime + usage.ru_stime


def play(tree: Tree, mutant, sources: dict) -> Result:
    """What the tests say of a change.  `sources` has the bytes of the files."""
    with tempfile.TemporaryDirectory(prefix="tlbmark-mutate.") as folder:
        path = os.path.join(folder, os.path.basename(mutant.file))
        own = path + ".o"
        with open(path, "wb") as file:
            file.write(mutant.apply(sources[mutant.file]))
        if quiet([tree.cc, *tree.flags, "-g0", "-w", "-c", "-o", own, path]):
            return Result(mutant, BROKEN, "")
        for test in tree.nearest(mutant.file):
            program = os.path.join(folder, test)
            if tree.link(test, program, (mutant.file, own)):
                return Result(mutant, BROKEN, "")
            seconds = tree.seconds[test] * BOUND_FACTOR + BOUND_LEAST
            if fails([program], seconds, seconds * WALL_FACTOR)[0]:
                return Result(mutant, KILLED, test)
        same = code(tree, path) == code(tree, path, sources[mutant.file])
        return Result(mutant, SAME if same else SURVIVED, "")


def code(tree: Tree, path: str, source=None) -> bytes:
    """The object that the compiler makes of a source for the program itself: of a change that it
    sees through it makes the same."""
    if source is not None:
        with open(path, "wb") as file:
            file.write(source)
    plain = [flag for flag in tree.flags if "sanitize" not in flag]
    if quiet([tree.cc, *plain, "-O2", "-g0", "-w", "-c", "-o", path + ".o", path]):
        return b""
    with open(path + ".o", "rb") as file:
        return file.read()


def play_all(tree: Tree, mutants: list, jobs: int):
    """Plays changes, some at a time; yields results as they come, in order."""
    sources = {}
    for path in {mutant.file for mutant in mutants}:
        with open(path, "rb") as file:
            sources[path] = file.read()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda mutant: play(tree, mutant, sources), mutants)


def find_all(tree: Tree, jobs: int) -> list:
    """The changes of every source that a test uses.  What the tests bring along themselves, a
    model CPU and machines, is held against planted faults."""
    used = sorted(source for source in set().union(*tree.links.values())
                  if not source.startswith("tests/"))
    includes = [flag for flag in tree.flags if flag.startswith(("-I", "-D", "-std"))]
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        found = pool.map(operators.mutants_of, used, [includes] * len(used))
        return [mutant for group in found for mutant in group]

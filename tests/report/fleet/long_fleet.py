"""A thousand runs: how long they take, how much memory, and how long one more takes."""

import os
import shutil
import subprocess
import sys
import time
import unittest
from tempfile import TemporaryDirectory

from fleet_runs import KNOWN, boot, models, rows_of
from rundir import RESULTS_FOLDER, read, write

RUNS = 1000
# On two processors that have nothing else to do, 60 s: 120 of one.  A processor that is shared is
# slower, and so is what it is held against.
MOST_UNITS, ONE_MORE_UNITS, MOST_MIB = 3600, 60, 500


def unit() -> float:
    """Seconds of this processor for a piece of Python that stays what it is: about 0.033."""
    best = []
    for _ in range(5):
        began, found = time.process_time(), {}
        for number in range(300000):
            found[number % 1000] = str(number)
        best.append(time.process_time() - began)
    return min(best)


def tree(root: str) -> None:
    """So many runs of eight models; boots of a model share their files, and have their own id."""
    for number, (facts, machine) in enumerate(models(len(KNOWN)), 1):
        boot(os.path.join(root, str(number), "0"), {**facts, "run_id": f"{number}-0"},
             rows_of(machine, number))
        first = os.path.join(root, str(number), "0")
        text = read(first, "machine.csv").decode()
        for one in range(1, RUNS // len(KNOWN)):
            folder = os.path.join(root, str(number), str(one))
            shutil.copytree(first, folder, copy_function=os.link)
            os.remove(os.path.join(folder, "machine.csv"))
            write(folder, "machine.csv", text.replace(f"run_id,{number}-0",
                                                      f"run_id,{number}-{one}").encode())


def draw(root: str, site: str) -> tuple:
    """Brings the site up to date; seconds of processors, and MiB of the largest process."""
    code = (f"import sys, resource; sys.path.insert(0, {RESULTS_FOLDER!r}); "
            "from tlbreport.cli import main; "
            f"status = main(['--fleet', {root!r}, '--out', {site!r}]); "
            "said = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, "
            "resource.RUSAGE_CHILDREN)]; "
            "print(status, sum(one.ru_utime + one.ru_stime for one in said), "
            "(said[0].ru_maxrss + 2 * said[1].ru_maxrss) / 1024)")
    done = subprocess.run([sys.executable, "-B", "-c", code], check=True, capture_output=True,
                          text=True)
    status, seconds, mib = done.stdout.split()[-3:]
    return int(status), float(seconds), float(mib)


class Thousand(unittest.TestCase):
    def test_a_thousand_runs_take_a_minute_of_two_processors_and_one_more_a_second(self):
        with TemporaryDirectory(prefix="tlbmark-fleet.") as folder:
            root, site = (os.path.join(folder, name) for name in ("runs", "site"))
            tree(root)
            before = unit()
            status, seconds, mib = draw(root, site)
            took = seconds / min(before, unit())
            first = os.path.join(root, "1", "0")
            more = os.path.join(root, "1", "more")
            shutil.copytree(first, more)
            data = read(more, "machine.csv").decode().replace("run_id,1-0", "run_id,more")
            write(more, "machine.csv", data.encode())
            again, one_more, _ = draw(root, site)
            said = (f"{took:.0f} units ({seconds:.0f} s), {mib:.0f} MiB; one more "
                    f"{one_more / unit():.0f} ({one_more:.2f} s)")
            print(f"# a fleet of {RUNS}: {said}", flush=True)
            self.assertEqual((status, again), (0, 0))
            self.assertLess(took, MOST_UNITS, said)
            self.assertLess(one_more / unit(), ONE_MORE_UNITS, said)
            self.assertLess(mib, MOST_MIB, said)

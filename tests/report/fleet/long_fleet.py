"""Many runs: how long they take, how much memory, and how long one more takes.  FLEET_RUNS=1000 is
another number of them."""

import collections
import csv
import io
import os
import shutil
import subprocess
import sys
import time
import unittest
import zlib
from tempfile import TemporaryDirectory

from fleet_runs import KNOWN, boot, models, rows_of
from rundir import RESULTS_FOLDER, read, write

RUNS = int(os.environ.get("FLEET_RUNS", "200"))
# How often the fields and the checksum of a run could be read in that time: a processor that others
# share is slower, and so is what it is held against.
MOST_TIMES, ONE_MORE_TIMES, MOST_MIB = 17, 140, 500
MEASURED = 60  # runs that are read for that


def plain(root: str) -> float:
    """Seconds of this processor to read what a run consists of and do nothing with it."""
    began = time.process_time()
    for number in range(1, MEASURED + 1):
        folder = os.path.join(root, "1", str(number % (RUNS // len(KNOWN))))
        for name in os.listdir(folder):
            data = read(folder, name)
            zlib.crc32(data)
            collections.deque(csv.DictReader(io.StringIO(data.decode())), maxlen=0)
    return (time.process_time() - began) / MEASURED


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


class Many(unittest.TestCase):
    def test_time_and_memory_of_many_runs_and_of_one_more_are_bounded(self):
        with TemporaryDirectory(prefix="tlbmark-fleet.") as folder:
            root, site = (os.path.join(folder, name) for name in ("runs", "site"))
            tree(root)
            before = plain(root)
            status, seconds, mib = draw(root, site)
            alone = (before + plain(root)) / 2
            took = seconds / RUNS / alone
            first = os.path.join(root, "1", "0")
            more = os.path.join(root, "1", "more")
            shutil.copytree(first, more)
            data = read(more, "machine.csv").decode().replace("run_id,1-0", "run_id,more")
            write(more, "machine.csv", data.encode())
            again, one_more, _ = draw(root, site)
            said = (f"{took:.0f} times what reading takes ({seconds:.0f} s), {mib:.0f} MiB; one more "
                    f"{one_more / alone:.0f} times ({one_more:.2f} s)")
            print(f"# a fleet of {RUNS}: {said}", flush=True)
            self.assertEqual((status, again), (0, 0))
            self.assertLess(took, MOST_TIMES, said)
            self.assertLess(one_more / alone, ONE_MORE_TIMES, said)
            self.assertLess(mib, MOST_MIB, said)

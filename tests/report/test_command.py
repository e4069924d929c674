"""The command: its options, its exit statuses, and that it does the same twice."""

import os
import resource
import subprocess
import sys

from rundir import RESULTS_FOLDER, RunTest, cost, read, write_run


class Command(RunTest):
    def test_a_whole_run_ends_with_0_and_names_the_page(self):
        write_run(self.folder)
        status, out, err = self.command(self.folder)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out, os.path.join(self.folder, "report.html") + "\n")

    def test_damage_ends_with_1_and_is_named_with_the_folder(self):
        write_run(self.folder, results=[cost("invlpg", "marginal-4k", 2, n="abc")])
        status, _, err = self.command(self.folder)
        self.assertEqual(status, 1)
        self.assertEqual(err, f"{self.folder}/results.csv:2: n: 'abc' is not a number\n")

    def test_no_run_ends_with_2_and_writes_nothing(self):
        status, out, err = self.command(self.folder)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("holds none of machine.csv", err)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_folder_that_is_not_there_ends_with_2(self):
        status, _, err = self.command(os.path.join(self.folder, "nowhere"))
        self.assertEqual(status, 2)
        self.assertIn("No such file or directory", err)

    def test_more_than_two_runs_are_boots_of_one_machine(self):
        write_run(self.folder)
        status, out, _ = self.command(self.folder, self.folder, self.folder)
        self.assertEqual((status, out), (0, os.path.join(self.folder, "pooled.html") + "\n"))
        self.assertIn("A run is given twice.", read(self.folder, "pooled.html").decode())

    def test_wrong_usage_ends_with_2(self):
        self.assertEqual(self.command()[0], 2)
        self.assertEqual(self.command("--colour", self.folder)[0], 2)

    def test_help_explains_the_statuses(self):
        status, out, _ = self.command("--help")
        self.assertEqual(status, 0)
        self.assertIn("exit status:", out)

    def test_the_page_goes_where_it_is_told(self):
        write_run(self.folder)
        path = os.path.join(self.folder, "elsewhere.html")
        self.assertEqual(self.command("-o", path, self.folder)[:2], (0, path + "\n"))
        self.assertTrue(os.path.exists(path))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "report.html")))

    def test_a_page_that_cannot_be_written_ends_with_2(self):
        write_run(self.folder)
        path = os.path.join(self.folder, "nowhere", "x.html")
        status, _, err = self.command("-o", path, self.folder)
        self.assertEqual(status, 2)
        self.assertIn(path, err)

    def test_a_full_disk_is_one_line_that_says_what_is_missing(self):
        write_run(self.folder)
        before = set(os.listdir(self.folder))
        done = subprocess.run(
            [sys.executable, os.path.join(RESULTS_FOLDER, "report.py"), self.folder], text=True,
            capture_output=True, check=False, preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (16384, 16384)))  # Python ignores the signal
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, f"report.py: {self.folder}/report.html: File too large; "
                         "missing: report.html, derived.csv, tidy.csv; the files of the run are as "
                         "they were\n")
        self.assertEqual(set(os.listdir(self.folder)), before)

    def test_a_page_that_cannot_be_put_in_its_place_leaves_nothing_half_written(self):
        write_run(self.folder)
        taken = os.path.join(self.folder, "taken")
        os.mkdir(taken)
        self.assertEqual(self.command("-o", taken, self.folder)[0], 2)
        self.assertFalse(os.path.exists(taken + ".partial"))

    def test_nothing_but_the_page_and_its_two_tables_is_left_behind(self):
        write_run(self.folder)
        before = set(os.listdir(self.folder))
        self.command(self.folder)
        self.assertEqual(set(os.listdir(self.folder)) - before, {"report.html", "derived.csv", "tidy.csv"})

    def test_two_processes_make_the_same_bytes(self):
        write_run(self.folder)
        pages = []
        for seed in ("1", "2"):
            subprocess.run([sys.executable, os.path.join(RESULTS_FOLDER, "report.py"), self.folder],
                           check=True, capture_output=True,
                           env={**os.environ, "PYTHONHASHSEED": seed})
            pages.append(read(self.folder, "report.html"))
        self.assertEqual(pages[0], pages[1])

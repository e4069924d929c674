#!/usr/bin/python3
"""Turns the CSV files of a run into one page: results/report.py --help explains."""

import sys

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

from tlbreport.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

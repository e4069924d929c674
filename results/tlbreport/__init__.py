"""Reads the files of a run, checks them, and writes the report.

load.py reads, consistency.py cross-checks, page.py puts the sections together; a
section is a function from a run to markup, a plot is a function from a run to a
figure that only figure.py can turn into a picture.
"""

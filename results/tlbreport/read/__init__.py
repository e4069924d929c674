"""Runs: their files, their rows, and what their names and verdicts say."""

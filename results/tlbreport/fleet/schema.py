"""The tables of the database; results/fleet.md explains each column."""

VERSION = 3  # of the tables: another one is not read
NAME = "fleet.sqlite"

TABLES = """
CREATE TABLE run (
  run INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL,
  run_id TEXT NOT NULL, crc32 TEXT NOT NULL, duplicate_of INTEGER REFERENCES run,
  environment TEXT NOT NULL, processor TEXT NOT NULL, machine TEXT NOT NULL,
  vendor TEXT NOT NULL, family TEXT NOT NULL, model TEXT NOT NULL, stepping TEXT NOT NULL,
  brand TEXT NOT NULL, microcode TEXT NOT NULL, hypervisor TEXT NOT NULL, board TEXT NOT NULL,
  date TEXT NOT NULL, profile TEXT NOT NULL, program TEXT NOT NULL, tsc_hz INTEGER,
  timing_valid INTEGER NOT NULL, files_whole INTEGER NOT NULL, obstacle TEXT NOT NULL,
  cells_passed INTEGER NOT NULL, cells_failed INTEGER NOT NULL);
CREATE TABLE fact (
  run INTEGER NOT NULL REFERENCES run, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (run, key)) WITHOUT ROWID;
CREATE TABLE problem (
  run INTEGER NOT NULL REFERENCES run, file TEXT NOT NULL, line INTEGER NOT NULL,
  text TEXT NOT NULL, damage INTEGER NOT NULL);
CREATE TABLE experiment (
  experiment INTEGER PRIMARY KEY, bench TEXT NOT NULL, op TEXT NOT NULL, variant TEXT NOT NULL,
  param TEXT NOT NULL, value TEXT NOT NULL, targets TEXT NOT NULL, core_type TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE (bench, op, variant, param, value, targets, core_type, unit));
CREATE TABLE cost (
  run INTEGER NOT NULL REFERENCES run, experiment INTEGER NOT NULL REFERENCES experiment,
  status TEXT NOT NULL, reason TEXT NOT NULL, p50 REAL, ci99_lo REAL, ci99_hi REAL, p99 REAL,
  believed INTEGER, converged INTEGER, step REAL,
  PRIMARY KEY (run, experiment)) WITHOUT ROWID;
CREATE TABLE packed (run INTEGER PRIMARY KEY REFERENCES run, costs BLOB NOT NULL);
CREATE TABLE headline (
  run INTEGER NOT NULL REFERENCES run, place INTEGER NOT NULL, name TEXT NOT NULL,
  ticks REAL, ns REAL, converged INTEGER, doubt TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (run, place)) WITHOUT ROWID;
CREATE TABLE regret (
  run INTEGER NOT NULL REFERENCES run, place INTEGER NOT NULL, decision TEXT NOT NULL,
  cases TEXT NOT NULL, choice TEXT NOT NULL, linux INTEGER NOT NULL, is_choice INTEGER NOT NULL,
  low REAL, worst REAL, high REAL, right INTEGER, lack TEXT NOT NULL,
  PRIMARY KEY (run, place)) WITHOUT ROWID;
CREATE TABLE erratum (
  run INTEGER NOT NULL REFERENCES run, found_by TEXT NOT NULL, name TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE TABLE spread (
  experiment INTEGER NOT NULL REFERENCES experiment, environment TEXT NOT NULL,
  processor TEXT NOT NULL, microcode TEXT NOT NULL, unit TEXT NOT NULL, runs INTEGER NOT NULL,
  machines INTEGER NOT NULL, least REAL NOT NULL, middle REAL NOT NULL, greatest REAL NOT NULL,
  over_boots REAL, disbelieved INTEGER NOT NULL, unconverged INTEGER NOT NULL,
  step REAL NOT NULL,
  PRIMARY KEY (experiment, environment, processor, microcode, unit)) WITHOUT ROWID;
CREATE TABLE setting (
  environment TEXT NOT NULL, processor TEXT NOT NULL, decision TEXT NOT NULL, cases TEXT NOT NULL,
  choice TEXT NOT NULL, linux INTEGER NOT NULL, is_choice INTEGER NOT NULL, runs INTEGER NOT NULL,
  right_in INTEGER NOT NULL, worst REAL NOT NULL);
CREATE TABLE outdated (processor TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX setting_by_processor ON setting (processor);
CREATE INDEX run_by_processor ON run (processor);
CREATE INDEX run_by_id ON run (run_id);
CREATE INDEX spread_by_processor ON spread (processor);
CREATE INDEX erratum_by_run ON erratum (run);
CREATE INDEX problem_by_run ON problem (run);
CREATE VIEW measured AS
  SELECT run.run_id, run.environment, run.processor, run.machine, run.vendor, run.brand,
    run.microcode, run.timing_valid, run.files_whole, experiment.core_type, experiment.bench,
    experiment.op, experiment.variant, experiment.param, experiment.value, experiment.targets,
    experiment.unit, cost.status, cost.reason, cost.p50, cost.ci99_lo, cost.ci99_hi, cost.p99,
    cost.believed, cost.converged,
    CASE WHEN experiment.unit = 'ticks' THEN 1e9 * cost.p50 / run.tsc_hz END AS p50_ns
  FROM experiment CROSS JOIN run JOIN cost USING (experiment, run)
  WHERE run.duplicate_of IS NULL;
"""
# Tables whose rows are of one run.
OF_RUN = ("cost", "packed", "fact", "problem", "headline", "regret", "erratum")

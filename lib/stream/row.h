#pragma once
/* One line of results.csv. */
#include "lib/base/csv.h"
#include "lib/stats/estimate.h"
#include "lib/stats/outlier.h"
#include "lib/stats/stats.h"

#include <stdbool.h>
#include <stdint.h>

enum row_status { ROW_OK, ROW_SKIPPED, ROW_FAILED, ROW_TIMEOUT };

enum believed { BELIEVED_UNKNOWN, BELIEVED_NO, BELIEVED_YES };

/* What names a row, in every file that has something of it. */
struct row_key {
	const char *bench;
	const char *op;
	const char *variant;
	const char *param; /* NULL without a sweep */
	uint32_t value;
	uint32_t targets; /* remote processors that took part; 0: none, stays empty */
	const char *core_type; /* that it was measured on; NULL: all are alike */
};

/* A benchmark that could not run still has its row, with the reason. */
struct row {
	struct row_key key;
	enum row_status status;
	const char *reason; /* why not; NULL when ROW_OK */
	const char *unit;
	struct summary cost; /* n = 0: nothing was measured, the fields stay empty */
	uint32_t discard_irq;
	bool smis_counted; /* else discard_smi stays empty */
	uint32_t discard_smi;
	uint32_t discard_tsc;
	/* Of the two arms, ticks of a whole window, not divided. */
	uint64_t a_min, a_p50, b_min, b_p50;
	bool converged;
	enum believed believed;
	uint32_t quantum; /* ticks between two readings of the TSC */
	uint32_t canary;  /* ticks; 0: never ran */
	uint32_t order; /* number of its first chunk in the run, from 1; 0: never ran */
	/* The headline: what it costs, and how that is told. */
	struct estimate estimate;
	bool has_spread; /* it came in more than one chunk */
	int64_t spread;  /* of the chunks' costs, thousandths of a tick per operation */
	enum outlier outlier; /* it contradicts both neighbours in its sweep */
	/* Of the targets, the one farthest from who calls: its distance; NULL: none. */
	const char *farthest;
	uint32_t farthest_package;
	/* By the SRAT, its node, and that of the memory that it runs in. */
	bool farthest_node_known, memory_node_known;
	uint32_t farthest_node, memory_node;
	/* Thousandths of the nominal frequency; 0: not known. */
	int64_t slowest_target, fastest_target;
	/* Percent in thousandths: the least that a target slept, and deeper than C1. */
	bool slept_known, slept_deep_known;
	int64_t slept, slept_deep;
};

const char *row_status_name(enum row_status status);

/* The row as a line of results.csv, in the order of file_columns(FILE_RESULTS). */
void row_to_csv(const struct row *row, struct line *line);

/*
 * Widens every interval of the cost by so much on either side, in thousandths: what no
 * number of samples shows, because it is the same in all of them.
 */
void row_widen(struct row *row, int64_t by);

/* bench ... targets; core_type is the last column of every file. */
void row_put_key(struct csv *csv, const struct row_key *key);

/* The row as a line of the summary table, at most 79 columns. */
void row_to_summary(const struct row *row, struct line *line);
/* core_type NULL: nothing is said of it. */
void row_summary_heading(const char *bench, const char *core_type, struct line *line);

#pragma once
/* What the packer knows of the lines before: the state that pack_line codes by. */
#include "lib/base/text.h"
#include "lib/codes/coder.h"
#include "lib/stream/record.h"

/* Lines that belong to no file: "@run ID" and "@done STATUS". */
#define PACK_RECORD FILE_COUNT

#define PACK_COLUMNS 109u
#define PACK_TOKENS 320u
#define PACK_TEXT 6144u
#define PACK_NONE UINT16_MAX

/* Columns min ... ci99_hi, then a_min a_p50 b_min b_p50 of results.csv. */
#define PACK_STATISTICS 15u
#define PACK_ARMS 4u
/* Columns that lie near p50, ci99_lo, ci99_hi, or are the same; and one near 0. */
#define PACK_NEAR 4u

/* A text that a column has held. */
struct pack_token {
	uint16_t at; /* in text */
	uint16_t length;
	uint16_t column;
	uint16_t next; /* the token that came behind it the last time */
};

struct pack_column {
	uint16_t last; /* token, or PACK_NONE */
	struct bit_model follows[2], repeats, is_number;
	int64_t number;
	struct number_model difference;
};

/* What is known of the rows so far. */
struct pack_model {
	uint16_t file;
	struct bit_model same_file, kind[4], is_measured;
	struct bit_model letters[4][256]; /* by what came before */
	struct number_model shared;
	struct pack_column columns[PACK_COLUMNS];
	/* Of the measured row before. */
	int64_t grid_log2, step, arm_step, arms_log2, p50, a_p50;
	/* Of the last measured row, thousandths: what cost, cost_lo, cost_hi are near.
	 */
	int64_t near[PACK_NEAR];
	bool is_own;  /* the cost is none of them */
	int64_t half; /* from cost_lo to such a cost, of the last one */
	struct bit_model is_near;
	struct number_model distance[PACK_NEAR];
	struct number_model grid[4], statistics[PACK_STATISTICS], arms[PACK_ARMS];
	uint16_t token_count, text_length;
	struct pack_token tokens[PACK_TOKENS];
	char text[PACK_TEXT];
};

struct packer {
	struct coder coder;
	struct pack_model model;
	bool broken; /* reading: nothing that was ever written */
};

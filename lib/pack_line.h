#pragma once
/*
 * Lines of the record stream, coded one after the other in as few bytes as it takes,
 * and every byte of them restored.  What a line costs depends on the lines before it:
 * names are those of earlier rows or follow where they followed before, numbers are
 * differences, and the measured columns of results.csv are counted in the steps of
 * their own grid.
 */
#include "lib/coder.h"
#include "lib/line.h"
#include "lib/record.h"
#include "lib/text.h"

/* Lines that belong to no file: "@run ID" and "@done STATUS". */
#define PACK_RECORD FILE_COUNT

#define PACK_COLUMNS 99u
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

void pack_model_reset(struct pack_model *model);

/*
 * Writes a line of a file, or reads the next one into line and returns its file.  A
 * writer's line may hold any byte but NUL, and is LINE_CAPACITY long at most.
 */
unsigned pack_line(struct packer *packer, unsigned file, struct line *line);

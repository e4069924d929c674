#pragma once
/* The verification's port onto the model CPU. */
#include "bench/harness/verify/verify.h"
#include "tests/model/interpret.h"
#include "tests/model/memory.h"

/* It does the same each time; 95 % of 20 can still be told from all of them. */
#define MODEL_TRIALS 20u

struct model {
	struct verify_port port;
	struct cpu cpu;
	struct program program;
	const struct body *loaded;
	struct frame_pool pool;
	struct verify_pages probe_pages;
	const struct tlb_op *op; /* what run() does */
	struct cpu before;       /* the last run of it */
	unsigned forgot_by;      /* mechanisms that forget() has used */
};

/* A CPU in that mode with its quirks, the ground prepared, ready to run op. */
struct model *model_open(const struct tlb_op *op, struct tlb_mode mode,
                         uint64_t quirks);
void model_close(struct model *model);

/* Whether the CPU has what op needs. */
bool model_can(const struct tlb_op *op, struct tlb_mode mode);

/* Of one cell, both arms and all trials. */
enum verdict model_verdict_of(const struct verify_case *cell, uint64_t quirks);

/* By the frame. */
enum verdict model_verdict(const struct tlb_op *op, enum entry entry,
                           struct tlb_mode mode, uint64_t quirks);

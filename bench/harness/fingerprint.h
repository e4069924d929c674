#pragma once
/*
 * Where the time comes from, told by how it behaves: the cost of four instructions
 * that differ on every real CPU and are alike where instructions are counted.
 */
#include "bench/harness/sampler.h"
#include "bench/harness/workspace.h"
#include "lib/machine.h"
#include "lib/record.h"

enum slope { SLOPE_ADD, SLOPE_IMUL, SLOPE_NOP, SLOPE_LFENCE, SLOPE_COUNT };

struct fingerprint {
	uint32_t quantum;            /* ticks: divides every step of the TSC */
	int64_t slopes[SLOPE_COUNT]; /* thousandths of a tick per instruction */
	bool measured;
};

/* Takes its samples' memory from the workspace's pool. */
enum err fingerprint_take(struct fingerprint *fingerprint, struct workspace *workspace,
                          struct sampler *sampler) MUST_CHECK;

/*
 * TCG by its signature, counting instructions if the slopes are equal within 5 %;
 * equal slopes without that signature is Bochs, whose hypervisor bit is 0; any other
 * hypervisor is a virtual machine; what is left is hardware.
 */
enum environment fingerprint_environment(const struct fingerprint *fingerprint,
                                         const struct machine *machine);

/* The rows of selftest.csv that hold it. */
void fingerprint_record(const struct fingerprint *fingerprint, struct record *record);

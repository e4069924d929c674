#pragma once
/*
 * Where the time comes from, told by how it behaves: the cost of four instructions
 * that differ on every real CPU and are alike where instructions are counted, and that
 * of CPUID, which a hypervisor has to answer.
 */
#include "bench/harness/sample/calibration_loops.h"
#include "lib/base/err.h"
#include "lib/machine/machine.h"

/* Copies each slope is measured over: where the TSC steps by 36 ticks, few do not do.
 */
#define SLOPE_COPIES 1024u

struct fingerprint {
	uint32_t step;          /* of the TSC, in thousandths of a tick; 1000: none */
	uint32_t quantum;       /* ticks: that, rounded up */
	uint32_t smallest_step; /* ticks: of two windows' lengths; 0: none differed */
	int64_t slopes[CALIBRATION_COUNT]; /* thousandths of a tick per instruction */
	int64_t cpuid;                     /* thousandths of a tick */
	bool measured;
};

/*
 * Sets the sampler's quantum as well, and uses its dither.  ERR_NO_MEMORY without room
 * for windows.
 */
enum err fingerprint_take(struct fingerprint *fingerprint, struct window_source *source,
                          struct sampler *sampler) MUST_CHECK;

/* The step that a sampler is to know of, in thousandths of a tick; STEP_NONE: none. */
uint32_t fingerprint_step(const struct fingerprint *fingerprint, enum environment env);

/*
 * TCG by its signature, counting instructions if the slopes are equal within 5 %;
 * equal slopes without that signature is Bochs, whose hypervisor bit is 0; any other
 * hypervisor is a virtual machine.  What is left is hardware if no witness doubts it,
 * else unknown: an emulator or hypervisor may hide its name.
 */
enum environment fingerprint_environment(const struct fingerprint *fingerprint,
                                         const struct machine *machine);

/* What speaks against hardware where nothing calls itself a hypervisor; NULL: nothing.
 */
const char *fingerprint_doubt(const struct fingerprint *fingerprint,
                              const struct machine *machine);

/*
 * For env_doubt, by the machine's env; NULL where that is certain.  Of a guest only
 * what its instructions cost counts: its hypervisor answers CPUID, and may have the
 * timers.
 */
const char *fingerprint_env_doubt(const struct fingerprint *fingerprint,
                                  const struct machine *machine);

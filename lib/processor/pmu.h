#pragma once
/* Performance events by processor: which number counts what. */
#include <stdbool.h>
#include <stdint.h>

struct pmu_event {
	uint8_t event;
	uint8_t umask;
};

/*
 * Page walks that loads caused: Haswell to Tiger Lake 08.0E, Golden Cove and its
 * successors 12.0E but their efficient cores, which are of the same model, 08.0E, AMD
 * families 17h, 19h and 1Ah 45.F0.  False for every processor whose manual was not
 * looked at.
 */
bool pmu_walk_event(bool amd, uint32_t family, uint32_t model, bool efficient,
                    struct pmu_event *event);

/* IA32_PERFEVTSELx, or AMD's PERF_CTL: the event, in ring 0, enabled. */
uint64_t pmu_select(struct pmu_event event);

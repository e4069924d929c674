#pragma once
/*
 * What CPUID says of a processor: names, numbers, features, TLBs (SDM 2A "CPUID—CPU
 * Identification"; APM 3, appendix E "Obtaining Processor Information Via the CPUID
 * Instruction").  Pure.
 */
#include "lib/processor/cpuid_source.h"

#include <stdbool.h>

struct machine;

/*
 * Fills in vendor, brand, family, model, stepping, features, TLBs, hypervisor and what
 * INVLPGB takes.  A feature that the processor is known to report by mistake is left
 * out.
 */
void cpuid_describe(const struct cpuid_source *source, struct machine *machine);

/* AMD, and Hygon, whose processors are AMD's design. */
bool is_amd(const struct machine *machine);

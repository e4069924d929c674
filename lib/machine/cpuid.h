#pragma once
/*
 * What CPUID says of a processor: names, numbers, features, TLBs (SDM 2A "CPUID—CPU
 * Identification"; APM 3, appendix E "Obtaining Processor Information Via the CPUID
 * Instruction").  Pure: who answers is behind an interface, so that the leaves of
 * processors that are not here can be asked too.
 */
#include <stdbool.h>
#include <stdint.h>

struct machine;

struct cpuid_regs {
	uint32_t eax, ebx, ecx, edx;
};

/* Answers a leaf, with zeros where it is beyond the last one of its range. */
struct cpuid_source {
	struct cpuid_regs (*leaf)(const struct cpuid_source *source, uint32_t leaf,
	                          uint32_t subleaf);
};

/*
 * Fills in vendor, brand, family, model, stepping, features, TLBs, hypervisor and what
 * INVLPGB takes.  A feature that the processor is known to report by mistake is left
 * out.
 */
void cpuid_describe(const struct cpuid_source *source, struct machine *machine);

/* AMD, and Hygon, whose processors are AMD's design. */
bool is_amd(const struct machine *machine);

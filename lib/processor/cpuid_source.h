#pragma once
/*
 * Who answers CPUID: an interface, so that the leaves of processors that are not here
 * can be asked too.
 */
#include <stdint.h>

struct cpuid_regs {
	uint32_t eax, ebx, ecx, edx;
};

/* Answers a leaf, with zeros where it is beyond the last one of its range. */
struct cpuid_source {
	struct cpuid_regs (*leaf)(const struct cpuid_source *source, uint32_t leaf,
	                          uint32_t subleaf);
};

/* Four letters of a name, as a register has them. */
static inline void cpuid_put_text(char *text, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		text[i] = (char)(value >> 8 * i);
}

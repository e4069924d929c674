#pragma once
/* AMD's SVM of the processor that this runs on: whether it is there, on and off. */
#include "lib/processor/svm_leaf.h"

#include <stdbool.h>
#include <stdint.h>

/* Asks CPUID. */
struct svm_leaf svm_leaf(void);

/* Why no guest can be run here, from CPUID and VM_CR; NULL if one can. */
const char *svm_lacks(const struct svm_leaf *leaf);

/* As the firmware has left it. */
struct svm_found {
	uint64_t efer, host_save;
};

/*
 * EFER.SVME on, with the page at that physical address for the host's state; false:
 * something refuses it, and nothing has changed.  svm_off() puts back what was found.
 */
bool svm_on(uint64_t host_save, struct svm_found *found);
void svm_off(const struct svm_found *found);

/* The next three need EFER.SVME (APM 3 "INVLPGA", "STGI", "CLGI"). */

/* Drops the ASID's translation of the page of va; ASID 0 is the host's own. */
static inline void invlpga(uint64_t va, uint32_t asid)
{
	__asm__ volatile("invlpga %%rax, %%ecx" : : "a"(va), "c"(asid) : "memory");
}

static inline void stgi(void)
{
	__asm__ volatile("stgi" : : : "memory");
}

#pragma once
#include "lib/machine/cpuid.h"
#include "lib/machine/machine.h"
#include "lib/x86/insn.h"

/*
 * CPUID of a leaf that may be beyond the last one, zeros if it is: real processors and
 * emulators answer garbage there.
 */
struct cpuid_regs cpuid_leaf(uint32_t leaf, uint32_t subleaf);

/* The processor this runs on: names, numbers and features, by CPUID alone. */
void identify_processor(struct machine *machine);

/*
 * What needs MSRs: microcode revision, TSC_ADJUST, what IA32_ARCH_CAPABILITIES and
 * IA32_CORE_CAPABILITIES say (RAR becomes a feature), behind their CPUID bits.  Needs
 * this_cpu(), because an MSR that is not there faults.
 */
void identify_by_msr(struct machine *machine);

/*
 * Takes back what CPUID reports and the processor faults on.  Needs this_cpu(), and
 * page tables that are in use: an INVLPGB is executed.
 */
void identify_by_trying(struct machine *machine);

/* TSC_ADJUST of the processor that asks; false: it has none. */
bool identify_tsc_adjust(uint64_t *value);

/*
 * Bits of a physical address and the keys of RAM.  Before cpu_install(), so each MSR is
 * read only where CPUID has it, and in no guest: a hypervisor's word on it is not kept.
 */
struct physical identify_physical(void);

/* How this guest's memory is encrypted, "TDX" for one; NULL: it is not. */
const char *identify_encryption(void);

#pragma once
/* Control registers: as they were found, and as the measurements want them. */
#include "lib/machine/machine.h"
#include "lib/x86/insn.h"

#include <stdbool.h>

struct registers control_read(void);

/*
 * Sets CR0, CR4, EFER and, if need be, the PAT for this processor.  CR3 stays: the
 * caller loads its own when everything it needs is mapped there.  With nx false the
 * CPU has no NX bit and EFER.NXE stays clear.
 *
 * On: PE MP ET NE WP PG, PAE MCE PGE OSFXSR OSXMMEXCPT, NXE.  Off: all the rest,
 * SMEP, SMAP, CET and PCIDE among them, but VMXE, SMXE and LA57, which la57_set()
 * changes, stay as found.
 */
void control_take_over(const struct registers *found, bool nx);

/*
 * Registers as the firmware had them, CR3 too, for a call of its runtime services; LA57
 * is so already.  CET
 * stays off: its shadow stack knows nothing of the calls made since.  The descriptor
 * tables stay ours, so that a fault in the firmware comes back.
 */
void control_give_back(const struct registers *found);

/* AMD: LFENCE waits only where the CPU says so or is told to.  True if it does. */
bool control_lfence_waits(bool amd);

/*
 * A number that differs, most probably, where the MTRRs of two processors do; 0 on one
 * that has none.  SDM 3A 13.11 "Memory Type Range Registers (MTRRs)".
 */
uint64_t control_mtrr_digest(void);

/*
 * Drops every translation of this processor, global ones too: CR4.PGE, which
 * control_take_over() has set, is cleared and set again (SDM 3A 5.10.4.1 "Operations
 * that Invalidate TLBs and Paging-Structure Caches").
 */
static inline void control_drop_all(void)
{
	const uint64_t cr4 = read_cr4();

	write_cr4(cr4 & ~CR4_PGE);
	write_cr4(cr4);
}

/*
 * CR4.PCIDE on, in IA-32e mode with CR3[11:0] = 0 (SDM 3A 5.10.1 "Process-Context
 * Identifiers (PCIDs)"), and off: PCID 0 is loaded before it, and leaving drops
 * everything.  root is the PML4 in use.  Only for a CPU whose CPUID says PCID: others
 * may accept it and then hang.
 */
void control_set_pcide(uint64_t root, bool pcide);

/*
 * EFER.TCE; only for a CPU whose CPUID says TCE.  Drops everything where it changes; a
 * write that faults changes nothing.
 */
void control_set_tce(bool tce);

/*
 * Whether EFER.TCE can be set and cleared: a hypervisor may say TCE in CPUID and refuse
 * the bit.  Leaves it clear.  As above.
 */
bool control_tce_obeys(void);

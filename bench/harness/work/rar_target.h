#pragma once
/*
 * The registers of Remote Action Request (paging/rar.h), of the processor that calls.
 * Only where the feature is: FEATURE_RAR.
 */
#include "lib/machine/machine.h"
#include "lib/x86/apic.h"

#include <stdbool.h>
#include <stdint.h>

/* Payloads that there may be, of IA32_RAR_INFO; 0: it faults. */
uint32_t rar_slots(void);

/*
 * From now on it serves requests, with interrupts off, too.  Physical addresses: of its
 * own action vector, 64 bytes of which none says that it is pending, and of the table
 * of payloads, page aligned.  False: a register faults, and it serves none.
 */
bool rar_enable(const struct apic *apic, uint64_t action_vector,
                uint64_t payload_table);

/* It serves none any more. */
void rar_disable(const struct apic *apic);

/*
 * The same where a row may not have come to its end: before the machine goes back to
 * its firmware, whose memory the tables are in.
 */
void rar_leave(const struct machine *machine);

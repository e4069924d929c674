#include "bench/harness/work/rar_target.h"

#include "lib/x86/cpu.h"
#include "lib/x86/registers.h"

#define RAR_ON (UINT64_C(1) << 31)
#define RAR_IGNORES_IF (UINT64_C(1) << 30)

uint32_t rar_slots(void)
{
	uint64_t info = 0;

	return rdmsr_safe(MSR_RAR_INFO, &info) ? (uint32_t)(info >> 32 & 0x3f) + 1 : 0;
}

bool rar_enable(const struct apic *apic, uint64_t action_vector, uint64_t payload_table)
{
	if (!wrmsr_safe(MSR_RAR_ACTION_VECTOR, action_vector) ||
	    !wrmsr_safe(MSR_RAR_PAYLOAD_TABLE, payload_table) ||
	    !wrmsr_safe(MSR_RAR_CONTROL, RAR_ON | RAR_IGNORES_IF))
		return false;
	apic_let_rar_through(apic, true);
	return true;
}

void rar_disable(const struct apic *apic)
{
	apic_let_rar_through(apic, false);
	(void)wrmsr_safe(MSR_RAR_CONTROL, 0);
}

void rar_leave(const struct machine *machine)
{
	if ((machine->features & FEATURE_RAR) != 0)
		(void)wrmsr_safe(MSR_RAR_CONTROL, 0);
}

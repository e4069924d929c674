#include "efi/takeover/guard.h"

#include "bench/harness/work/rar_target.h"
#include "lib/chipset/reset.h"
#include "lib/x86/insn.h"

#define TIMEOUT_SECONDS 10u

static _Noreturn void park(void)
{
	for (;;) {
		cli();
		hlt();
	}
}

/*
 * With the program's own page tables, in which a register in memory may not be mapped,
 * and with no access to PCI, in the middle of which the firmware may hang.
 */
static void stand_guard(struct smp_cpu *me, void *argument)
{
	struct guard *const guard = argument;
	const uint64_t began = rdtsc_ordered();

	(void)me;
	cli();
	rar_leave(guard->machine);
	if (atomic_exchange(&guard->taken, 1) != 0)
		park();
	while (rdtsc_ordered() - began < guard->timeout) {
		if (atomic_load(&guard->off) != 0)
			park();
		cpu_relax();
	}
	if (guard->acpi.space == ACPI_IO)
		reset_by_acpi(&guard->acpi);
	reset_by_cf9();
	reset_by_keyboard_controller();
	park();
}

uint64_t guard_ticks(const struct machine *machine, uint32_t seconds)
{
	return seconds * tsc_hz_or(machine, TSC_HZ_HIGHEST);
}

void guard_post(struct guard *guard, struct smp *smp)
{
	rar_leave(smp->machine);
	if (smp_count(smp) == 0)
		return;

	guard->machine = smp->machine;
	guard->acpi = smp->machine->reset;
	guard->timeout = guard_ticks(smp->machine, TIMEOUT_SECONDS);
	smp_dismiss(smp, stand_guard, guard);
}

void guard_call_off(struct guard *guard)
{
	atomic_store(&guard->off, 1);
}

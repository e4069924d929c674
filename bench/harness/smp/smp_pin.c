#include "bench/harness/smp/smp_pin.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/power.h"

static void pin(struct smp_cpu *me, void *machine)
{
	power_pin(machine, &cpu_area_of(me)->pins);
}

static void unpin(struct smp_cpu *me, void *unused)
{
	(void)unused;
	power_restore(&cpu_area_of(me)->pins);
}

static void run_on_each(struct smp *smp, smp_work *job, void *argument)
{
	for (unsigned i = 1; i <= smp->count; i++)
		if (smp_run_on(smp, smp->cpus[i], job, argument))
			(void)smp_wait(smp, smp->cpus[i], smp_timeout(smp));
}

void smp_pin(struct smp *smp)
{
	run_on_each(smp, pin, smp->machine);
	for (unsigned i = 1; i <= smp->count; i++)
		smp->pinned += cpu_area_of(smp->cpus[i])->pins.count != 0;
}

void smp_unpin(struct smp *smp)
{
	run_on_each(smp, unpin, NULL);
}

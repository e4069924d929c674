#include "bench/harness/smp/smp_pin.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/power.h"

static void pin(struct crew_member *me, void *machine)
{
	power_pin(machine, &crew_seat_of(me)->pins);
}

static void unpin(struct crew_member *me, void *unused)
{
	(void)unused;
	power_restore(&crew_seat_of(me)->pins);
}

static void run_on_each(struct crew *crew, crew_job *job, void *argument)
{
	for (unsigned i = 1; i <= crew->count; i++)
		if (crew_run(crew, crew->members[i], job, argument))
			(void)crew_wait(crew, crew->members[i], crew_patience(crew));
}

void crew_pin(struct crew *crew)
{
	run_on_each(crew, pin, crew->machine);
	for (unsigned i = 1; i <= crew->count; i++)
		crew->pinned += crew_seat_of(crew->members[i])->pins.count != 0;
}

void crew_unpin(struct crew *crew)
{
	run_on_each(crew, unpin, NULL);
}

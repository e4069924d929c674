#include "lib/machine/watchdog.h"

bool watchdog_add(struct watchdog *watchdog, struct watchdog_step step)
{
	if (watchdog->count == WATCHDOG_STEPS) {
		*watchdog = (struct watchdog){ 0 };
		return false;
	}
	watchdog->steps[watchdog->count++] = step;
	return true;
}

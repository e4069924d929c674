#pragma once
/*
 * Where work is done: on the processor that asks, or on another one that it waits for.
 * Pure: who runs it is behind the interface.
 */
#include <stdbool.h>
#include <stddef.h>

typedef void place_work(void *argument);

struct place {
	/*
	 * Returns when the work is done.  False: nobody knows whether it was, or still
	 * will be; so the argument is not on the stack of who asks, and nothing that it
	 * leads to is used again.
	 */
	bool (*run)(const struct place *place, place_work *work, void *argument);
};

/* place NULL: here. */
static inline bool place_run(const struct place *place, place_work *work,
                             void *argument)
{
	if (place != NULL)
		return place->run(place, work, argument);
	work(argument);
	return true;
}

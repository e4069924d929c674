#pragma once
/*
 * Requests to one processor as a kernel queues them (Linux: call_single_queue of
 * kernel/smp.c): any number of processors add to it, its own takes all at once.  What
 * is added belongs to who sends, one for each target, and says where to read what is
 * asked; it is locked until the target has done that.
 *
 * Who has added to an empty queue sends the interrupt: one that finds another there is
 * served by the interrupt of that one.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CALL_LINE 128u /* two cache lines: CPUs fetch them in pairs */

struct call_csd {
	_Alignas(CALL_LINE) struct call_csd *next; /* added before it */
	const void *info;
	_Atomic uint32_t locked;
};

struct call_queue {
	_Alignas(CALL_LINE) struct call_csd *_Atomic last; /* NULL: empty */
};

/*
 * Locks csd, which is not, and adds it; true if the queue was empty.  What info points
 * at is stored before.
 */
bool call_queue_add(struct call_queue *queue, struct call_csd *csd, const void *info);

/* Takes all that is there, oldest first: each one's next is the one added behind it. */
struct call_csd *call_queue_take(struct call_queue *queue);

/* Behind what it has asked for: who sent it may use it again. */
static inline void call_csd_unlock(struct call_csd *csd)
{
	atomic_store_explicit(&csd->locked, 0, memory_order_release);
}

static inline bool call_csd_is_locked(const struct call_csd *csd)
{
	return atomic_load_explicit(&csd->locked, memory_order_acquire) != 0;
}

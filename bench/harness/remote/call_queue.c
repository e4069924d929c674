#include "bench/harness/remote/call_queue.h"

#include <stddef.h>

bool call_queue_add(struct call_queue *queue, struct call_csd *csd, const void *info)
{
	struct call_csd *before =
		atomic_load_explicit(&queue->last, memory_order_relaxed);

	csd->info = info;
	atomic_store_explicit(&csd->locked, 1, memory_order_relaxed);
	do
		csd->next = before;
	while (!atomic_compare_exchange_weak_explicit(&queue->last, &before, csd,
	                                              memory_order_release,
	                                              memory_order_relaxed));
	return before == NULL;
}

struct call_csd *call_queue_take(struct call_queue *queue)
{
	struct call_csd *csd =
		atomic_exchange_explicit(&queue->last, NULL, memory_order_acq_rel);
	struct call_csd *behind = NULL;

	while (csd != NULL) {
		struct call_csd *const before = csd->next;

		csd->next = behind;
		behind = csd;
		csd = before;
	}
	return behind;
}

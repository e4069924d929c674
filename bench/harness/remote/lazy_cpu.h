#pragma once
/*
 * Lazy TLB mode, as each processor takes part: what it does when it is asked, when it
 * goes on to something else, and when it comes back.  All in the experiment that is
 * running.
 */
#include "bench/harness/remote/group.h"

/* What a call does. */
void lazy_take_request(struct smp_cpu *me, void *group);

/* The row of the table of operations, so that selftest.break reaches it. */
void lazy_drop_all(const struct remote_context *remote);

void lazy_come_back(struct smp_cpu *me, struct remote_context *remote,
                    struct lazy_space *space);

/* Jobs; their argument is the experiment. */

/* Back to the space of all, and a look at what it would use. */
void lazy_come_back_and_look(struct smp_cpu *me, void *remote);

void lazy_become(struct smp_cpu *me, void *remote);

/* One that is awake reads the pages again, so that it has something to drop. */
void lazy_read_again(struct smp_cpu *me, void *remote);

/*
 * Behind a window that told nobody: a look at what it would use, which is to be stale;
 * lazy_forget_untold() then drops that, since no protocol will.
 */
void lazy_look_untold(struct smp_cpu *me, void *remote);
void lazy_forget_untold(struct smp_cpu *me, void *remote);
void lazy_forget(struct smp_cpu *me, void *unused);

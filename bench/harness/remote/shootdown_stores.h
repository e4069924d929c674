#pragma once
/*
 * Whether a store through an old entry lands when the shootdown is over, and the frame
 * may be another's: reading, one would not see it.  The targets store to a word of
 * their own without end, are asked in the middle of that, and go on.  Behind the last
 * answer no word of the old frame may change any more.  Where nobody is asked they do.
 */
#include "bench/harness/remote/group.h"

/*
 * Once without a shootdown, for control, and once with the experiment's, outside of
 * every window, between two of its chunks.  Of experiments in which one processor
 * begins; of targets the first FLUSH_STORES, in an emulator the first few.  True: a
 * store was late.
 */
bool shootdown_check_stores(struct remote_context *remote);

#pragma once
/* Whether a shootdown drops global pages and upper levels on every target, too. */
#include "bench/harness/remote/group.h"

/*
 * What the manual says that op drops in that mode, of the pages of the current PCID:
 * for the context, when it is equipped.  Nothing where there is no memory for such
 * pages: selftest.csv says so.
 */
void shootdown_kinds_equip(const struct plan *plan, struct remote_context *remote);

/*
 * Behind a chunk: a global page, and a directory entry, are changed and the targets
 * asked as in the row; then each reads.  The same without asking is the control.  NULL,
 * or what was stale.  Nothing is tried that the operation may keep, of pages of another
 * PCID, or where several begin at once.
 */
const char *shootdown_check_kinds(struct remote_context *remote);

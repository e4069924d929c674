#pragma once
/*
 * A shootdown, whole: A changes the entries and tells nobody, B drops the translations
 * here and elsewhere and waits until that is done.  Behind every B each target reads
 * through the pages, and a stale word is a failed row; behind every A the same reading
 * shows that it would have been noticed.
 */
#include "bench/harness/experiment/bench.h"

extern const struct shape shape_shootdown;

struct group_row;

/* Pages whose entries change, and the operation on them; why not, or NULL. */
const char *shootdown_equip(const struct plan *plan, struct group_row *row);

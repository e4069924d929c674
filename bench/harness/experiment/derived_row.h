#pragma once
/* Rows that read the samples of a row before them again, by another divisor. */
#include "bench/harness/experiment/plan.h"

/* spec.back says which; the rest of its spec is as there but variant and divisor. */
extern const struct shape shape_reread;

/* When everything is measured: what such rows read is there. */
void reread_all(struct plan *plan);

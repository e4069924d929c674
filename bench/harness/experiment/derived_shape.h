#pragma once
/* Experiments that read the samples of one before them again, by another divisor. */
#include "bench/harness/experiment/plan.h"

/* spec.back says which; the rest of its spec is as there but variant and divisor. */
extern const struct shape shape_derived;

/* When everything is measured: what such experiments read is there. */
void derive_all(struct plan *plan);

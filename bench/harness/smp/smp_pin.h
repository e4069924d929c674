#pragma once
/*
 * pin=1 on the other processors.  Turbo of a target that nobody pins makes its part of
 * a round trip as fast as the weather wants it.
 */
#include "bench/harness/smp/smp.h"

/* As lib/x86/power.h does it on the boot processor; on each, one after the other. */
void smp_pin(struct smp *smp);

/* Puts back what was changed; not on one that was lost meanwhile. */
void smp_unpin(struct smp *smp);

#pragma once
/*
 * INVLPGA, which drops the translation of one page that is tagged with an ASID (APM 3
 * "INVLPGA").  No row of tlb_ops: it needs EFER.SVME, and works on a guest's.
 */
#include "paging/body.h"

/* RSI aims at the page, EDI is the ASID. */
extern const struct body invlpga_body;

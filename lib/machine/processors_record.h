#pragma once
/* The lines of machine.csv that tell of the processors. */
#include "lib/machine/processors.h"
#include "lib/stream/record.h"

/* " vector=14 error=0x0 rip=0x1234 cr2=0x0" */
void processors_put_fault(struct line *line, const struct processor_fault *fault);

/*
 * How many there are and came, why others did not, and a line for each that came:
 * cpu_0, cpu_1, ... in the order of the list, the boot processor first.  why_not tells
 * why any were not even asked; NULL if all were.  Into the part that is open.
 */
void processors_record(const struct processors *processors, const char *why_not,
                       struct record *record);

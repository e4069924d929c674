/*
 * Every benchmark, in the order they run.  BENCH(x) is the object bench_x, defined
 * in bench/x.c.  What may hang a machine comes last.
 */
BENCH(single_op)
BENCH(ipi)        /* in the APIC mode found */
BENCH(ipi_x2apic) /* behind the one switch */
BENCH(shootdown)
BENCH(lazy)
BENCH(paging_off) /* with single_op */

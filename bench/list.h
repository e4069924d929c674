/*
 * Every benchmark, in the order they run.  BENCH(x) is the object bench_x, defined
 * in bench/x.c.  What may hang a machine comes last.
 */
BENCH(single_op)
BENCH(refill)
BENCH(walks)
BENCH(range)
BENCH(switch)
BENCH(policy_random)
BENCH(policy_zipf)
BENCH(policy_kernels)
BENCH(policy_64_pages)
BENCH(policy_512_pages)
BENCH(tlb_size)
BENCH(pcid_capacity)
BENCH(ipi) /* in the APIC mode found, and so the next three */
BENCH(shootdown)
BENCH(lazy)
BENCH(stolen)
BENCH(walks_sibling)
BENCH(litmus)
BENCH(ipi_x2apic) /* behind the one switch */
BENCH(shootdown_x2apic)
BENCH(litmus_x2apic)
BENCH(paging_off)    /* with single_op */
BENCH(nested_verify) /* a processor may hang in a guest */
BENCH(nested)

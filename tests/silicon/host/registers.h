#pragma once
/*
 * What a processor has beside the model: CPUID's word that it is one, MSRs of the APIC,
 * of counters and of settings.
 */
#include "tests/silicon/host/host.h"

/* As after a start by firmware. */
void registers_reset(struct host *host);

void registers_cpuid(const struct host *host, uint32_t leaf, uint32_t subleaf,
                     uint32_t registers[4]);

/* False: there is no such register, #GP. */
bool registers_read(struct host *host, uint32_t msr, uint64_t *value);
bool registers_write(struct host *host, uint32_t msr, uint64_t value);
bool registers_read_counter(const struct host *host, uint32_t number, uint64_t *value);

/* Interrupts to itself that have waited for RFLAGS.IF. */
void registers_deliver(struct host *host);

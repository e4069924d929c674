#pragma once
/*
 * Accesses between T1 and T2, one page each: R13 holds the first address, each further
 * one is stride bytes behind the one before.  A fence behind each makes the next wait
 * until it is done, so that what their walks take adds up.  Pure: writes bytes.
 */
#include <stdbool.h>
#include <stdint.h>

#define ACCESSES_MAX 32u

struct accesses {
	uint32_t pages; /* 0: none; at most ACCESSES_MAX */
	uint32_t stride;
	bool stores; /* of what R15 holds; else loads */
};

uint32_t accesses_bytes(const struct accesses *accesses);
uint8_t *accesses_put(uint8_t *at, const struct accesses *accesses);

#pragma once
/*
 * How many bits a physical address has, and what is known of keys that encrypt RAM: by
 * CPUID and the registers that go with it.
 */
#include <stdbool.h>
#include <stdint.h>

/* As they are read; what there is not is 0. */
struct physical {
	uint32_t bits; /* CPUID 8000_0008 EAX[7:0] */
	bool has_tme;
	uint64_t tme_activate; /* IA32_TME_ACTIVATE, MSR 982h */
	bool has_sme;
	uint32_t
		sme_bits; /* that SME takes from addresses: CPUID 8000_001F EBX[11:6] */
	uint64_t syscfg;  /* AMD's SYSCFG, MSR C001_0010 */
};

/*
 * First physical address that does not exist.  The bits that select keys are no bits of
 * an address: those of TME-MK, and those that SME takes while it is on.
 */
uint64_t physical_limit(const struct physical *physical);

/* True if all RAM has a key that is made anew at each reset: nothing in it comes back.
 */
bool physical_key_is_new(const struct physical *physical);

/*
 * True if the processor can encrypt RAM without a word to software (AMD's TSME).  Only
 * the security processor knows whether the firmware has switched that on.
 */
bool physical_may_be_encrypted(const struct physical *physical);

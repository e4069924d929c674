#include "lib/machine/physical.h"

/* Without the leaf: SDM 2A "CPUID—CPU Identification", APM 3 E.4.7. */
#define BITS_UNSAID 36u

/* The most that an entry of a page table holds. */
#define BITS_MOST 52u

/* IA32_TME_ACTIVATE (Intel 336907 "Memory Encryption Technologies", table 4-2). */
#define TME_LOCKED (UINT64_C(1) << 0)
#define TME_ENABLED (UINT64_C(1) << 1)
#define TME_KEY_RESTORED (UINT64_C(1) << 2) /* from storage; else a new one */
#define TME_BYPASS (UINT64_C(1) << 31)      /* what has no key of its own is plain */
#define TME_KEY_BITS_AT 32u
#define TME_KEY_BITS_MASK 15u

/* SYSCFG.MemEncryptionModEn (APM 2 7.10.1 "Determining Support for SME"). */
#define SYSCFG_SME (UINT64_C(1) << 23)

static bool tme_is_on(const struct physical *physical)
{
	const uint64_t both = TME_LOCKED | TME_ENABLED;

	return physical->has_tme && (physical->tme_activate & both) == both;
}

static bool sme_is_on(const struct physical *physical)
{
	return physical->has_sme && (physical->syscfg & SYSCFG_SME) != 0;
}

uint64_t physical_limit(const struct physical *physical)
{
	uint32_t bits = physical->bits != 0 ? physical->bits : BITS_UNSAID;
	uint32_t taken = 0;

	if (tme_is_on(physical))
		taken = (uint32_t)(physical->tme_activate >> TME_KEY_BITS_AT) &
		        TME_KEY_BITS_MASK;
	else if (sme_is_on(physical))
		taken = physical->sme_bits;
	if (bits > BITS_MOST)
		bits = BITS_MOST;
	/* Every processor of 64 bits has 36 at least: less is nonsense. */
	if (bits < taken + BITS_UNSAID)
		return UINT64_C(1) << (bits < BITS_UNSAID ? BITS_UNSAID : bits);
	return UINT64_C(1) << (bits - taken);
}

bool physical_key_is_new(const struct physical *physical)
{
	return tme_is_on(physical) &&
	       (physical->tme_activate & (TME_KEY_RESTORED | TME_BYPASS)) == 0;
}

bool physical_may_be_encrypted(const struct physical *physical)
{
	return physical->has_sme;
}

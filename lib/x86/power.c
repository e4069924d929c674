#include "lib/x86/power.h"

#include "lib/x86/cpu.h"
#include "lib/x86/identify.h"

#define MSR_MISC_ENABLE 0x1a0u
#define MSR_HWP_ENABLE 0x770u
#define MSR_HWP_CAPABILITIES 0x771u
#define MSR_HWP_REQUEST 0x774u
#define MSR_AMD_HWCR 0xc0010015u

#define MISC_TURBO_OFF (UINT64_C(1) << 38)
#define HWCR_BOOST_OFF (UINT64_C(1) << 25)

static const uint32_t intel_msrs[POWER_MSRS] = {
	0xce,            /* PLATFORM_INFO: base ratio */
	0x198,           /* PERF_STATUS */
	0x199,           /* PERF_CTL */
	MSR_MISC_ENABLE, /* turbo, SpeedStep */
	0x1ad,           /* TURBO_RATIO_LIMIT */
	0x1b0,           /* ENERGY_PERF_BIAS */
	MSR_HWP_ENABLE,
	MSR_HWP_REQUEST,
};

static const uint32_t amd_msrs[POWER_MSRS] = {
	MSR_AMD_HWCR, /* core performance boost */
	0xc0010061,   /* P-state limit */
	0xc0010062,   /* P-state control */
	0xc0010063,   /* P-state status */
	0xc0010064,   /* P-state 0 */
	0xc00102b3,   /* CPPC request */
};

void power_record(struct machine *machine)
{
	const uint32_t *const msrs = is_amd(machine) ? amd_msrs : intel_msrs;

	for (unsigned i = 0; i < POWER_MSRS && msrs[i] != 0; i++) {
		struct power_msr *const power = &machine->power[i];

		power->msr = msrs[i];
		power->known = rdmsr_safe(msrs[i], &power->value);
	}
}

/* Remembers the first value of a register, so that it can be put back. */
static bool change(struct pins *pins, uint32_t msr, uint64_t value)
{
	const uint32_t n = pins->count;
	uint64_t found = 0;

	if (n == PINNED_MSRS || !rdmsr_safe(msr, &found) || !wrmsr_safe(msr, value))
		return false;
	pins->msr[n] = (struct power_msr){ msr, true, found };
	pins->count = n + 1;
	return true;
}

static void set_bit(struct pins *pins, uint32_t msr, uint64_t bit)
{
	uint64_t value = 0;

	if (rdmsr_safe(msr, &value) && (value & bit) == 0)
		(void)change(pins, msr, value | bit);
}

/* CPUID 6 EAX[7] says that HWP exists, the MSR whether the firmware turned it on. */
static void pin_hwp(struct pins *pins)
{
	const bool exists = (cpuid_leaf(6, 0).eax >> 7 & 1) != 0;
	uint64_t enable = 0, capabilities = 0;

	if (!exists || !rdmsr_safe(MSR_HWP_ENABLE, &enable) || (enable & 1) == 0 ||
	    !rdmsr_safe(MSR_HWP_CAPABILITIES, &capabilities))
		return;

	const uint64_t guaranteed = capabilities >> 8 & 0xff;

	(void)change(pins, MSR_HWP_REQUEST,
	             guaranteed | guaranteed << 8 | guaranteed << 16);
}

void power_pin(const struct machine *machine, struct pins *pins)
{
	if (is_amd(machine)) {
		set_bit(pins, MSR_AMD_HWCR, HWCR_BOOST_OFF);
		return;
	}
	if ((cpuid_leaf(6, 0).eax >> 1 & 1) != 0)
		set_bit(pins, MSR_MISC_ENABLE, MISC_TURBO_OFF);
	pin_hwp(pins);
}

void power_restore(struct pins *pins)
{
	while (pins->count != 0) {
		const struct power_msr *const pin = &pins->msr[--pins->count];

		(void)wrmsr_safe(pin->msr, pin->value);
	}
}

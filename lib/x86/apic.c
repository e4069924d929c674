#include "lib/x86/apic.h"

#include "lib/x86/insn.h"

#define APIC_BASE_ENABLE (UINT64_C(1) << 11)
#define APIC_BASE_X2APIC (UINT64_C(1) << 10)
#define APIC_BASE_FRAME UINT64_C(0x000ffffffffff000)

#define XAPIC_ID 0x20u
#define XAPIC_ICR_LOW 0x300u
#define XAPIC_ICR_HIGH 0x310u

#define MSR_X2APIC_ID 0x802u
#define MSR_X2APIC_ICR 0x830u

#define ICR_NMI (4u << 8)
#define ICR_ASSERT (1u << 14)
#define ICR_PENDING (1u << 12)

/* Some microseconds; an APIC that is still busy then is not going to be ready. */
#define PATIENCE 100000u

static volatile uint32_t *xapic_register(uint64_t base, uint32_t offset)
{
	return (volatile uint32_t *)((base & APIC_BASE_FRAME) + offset);
}

static bool xapic_send(uint64_t base)
{
	volatile uint32_t *const low = xapic_register(base, XAPIC_ICR_LOW);
	const uint32_t id = *xapic_register(base, XAPIC_ID) >> 24;

	*xapic_register(base, XAPIC_ICR_HIGH) = id << 24;
	*low = ICR_NMI | ICR_ASSERT;
	for (uint32_t i = 0; i < PATIENCE; i++) {
		if ((*low & ICR_PENDING) == 0)
			return true;
		pause();
	}
	return false;
}

bool apic_send_nmi_to_self(void)
{
	const uint64_t base = rdmsr(MSR_APIC_BASE);

	if ((base & APIC_BASE_ENABLE) == 0)
		return false;
	if ((base & APIC_BASE_X2APIC) == 0)
		return xapic_send(base);
	wrmsr(MSR_X2APIC_ICR, rdmsr(MSR_X2APIC_ID) << 32 | ICR_NMI | ICR_ASSERT);
	return true;
}

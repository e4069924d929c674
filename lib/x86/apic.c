#include "lib/x86/apic.h"

#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"
#include "lib/x86/leaves.h"

#define APIC_BASE_ENABLE (UINT64_C(1) << 11)
#define APIC_BASE_X2APIC (UINT64_C(1) << 10)
#define APIC_BASE_FRAME UINT64_C(0x000ffffffffff000)

/* Offsets in memory; the MSR of each is 800H plus a sixteenth of it. */
#define APIC_ID 0x020u
#define APIC_VERSION 0x030u
#define APIC_TPR 0x080u
#define APIC_EOI 0x0b0u
#define APIC_SPURIOUS 0x0f0u
#define APIC_ISR 0x100u
#define APIC_LVT_CMCI 0x2f0u
#define APIC_ICR_LOW 0x300u
#define APIC_ICR_HIGH 0x310u
#define APIC_LVT_TIMER 0x320u
#define APIC_LVT_THERMAL 0x330u
#define APIC_LVT_COUNTER 0x340u
#define APIC_LVT_LINT0 0x350u
#define APIC_LVT_LINT1 0x360u
#define APIC_LVT_ERROR 0x370u

#define MSR_X2APIC 0x800u
#define MSR_X2APIC_SELF_IPI 0x83fu

#define ICR_RAR (3u << 8)
#define ICR_NMI (4u << 8)
#define ICR_INIT (5u << 8)
#define ICR_STARTUP (6u << 8)
#define ICR_LOGICAL (1u << 11)
#define ICR_PENDING (1u << 12)
#define ICR_ASSERT (1u << 14)
#define ICR_SELF (1u << 18)
#define ICR_OTHERS (3u << 18)

#define LVT_MASKED (1u << 16)
#define LVT_DELIVERY (7u << 8)
#define LVT_SMI (2u << 8)
#define LVT_NMI (4u << 8)
#define SPURIOUS_ENABLE (1u << 8)

#define XAPIC_BROADCAST 0xffu

/*
 * Vectors from F0H on pass.  What the firmware's timers and devices still send to lower
 * ones waits, wherever it comes from: one that nobody serves could come for ever.
 */
#define TPR_CLASS_15_ONLY 0xe0u
#define TPR_CLASS_14_TOO 0xd0u

#define VECTOR_RAR 0xe0u

/* Some microseconds; an APIC that is still busy then is not going to be ready. */
#define IDLE_POLLS 100000u

struct apic apic_found(void)
{
	const uint64_t base = rdmsr(MSR_APIC_BASE);
	enum apic_mode mode = APIC_OFF;

	if ((base & APIC_BASE_ENABLE) != 0)
		mode = (base & APIC_BASE_X2APIC) != 0 ? APIC_X2APIC : APIC_XAPIC;
	return (struct apic){ .mode = mode, .base = base & APIC_BASE_FRAME };
}

static volatile uint32_t *xapic_register(const struct apic *apic, uint32_t offset)
{
	return (volatile uint32_t *)(apic->base + offset);
}

static uint32_t apic_read(const struct apic *apic, uint32_t offset)
{
	if (apic->mode == APIC_X2APIC)
		return (uint32_t)rdmsr(MSR_X2APIC + offset / 16);
	return *xapic_register(apic, offset);
}

static void apic_write(const struct apic *apic, uint32_t offset, uint32_t value)
{
	if (apic->mode == APIC_X2APIC)
		wrmsr(MSR_X2APIC + offset / 16, value);
	else
		*xapic_register(apic, offset) = value;
}

uint32_t apic_id(const struct apic *apic)
{
	const uint32_t id = apic_read(apic, APIC_ID);

	return apic->mode == APIC_X2APIC ? id : id >> 24;
}

/* Some firmware numbers its APICs anew: where one is on, the ICR goes by its register.
 */
uint32_t apic_own_id(void)
{
	const struct apic apic = apic_found();

	return apic.mode == APIC_OFF ? leaves_apic_id() : apic_id(&apic);
}

/* Where the machine's NMI comes in: what somebody presses a button for is heard. */
static bool is_nmi(uint32_t offset, uint32_t entry)
{
	return offset == APIC_LVT_LINT1 && (entry & LVT_DELIVERY) == LVT_NMI;
}

/* With its number of LVT entries less one, by which each comes. */
static const struct {
	uint16_t offset;
	const char *name;
} lvts[APIC_LVTS] = {
	[0] = { APIC_LVT_TIMER, "timer" },     [1] = { APIC_LVT_LINT0, "lint0" },
	[2] = { APIC_LVT_LINT1, "lint1" },     [3] = { APIC_LVT_ERROR, "error" },
	[4] = { APIC_LVT_COUNTER, "counter" }, [5] = { APIC_LVT_THERMAL, "thermal" },
	[6] = { APIC_LVT_CMCI, "cmci" },
};

static uint32_t lvt_count(const struct apic *apic)
{
	const uint32_t last = apic_read(apic, APIC_VERSION) >> 16 & 0xff;

	return last < APIC_LVTS ? last + 1 : APIC_LVTS;
}

/* The timer and the error entry have no delivery mode: its bits are reserved there. */
static bool is_smi(uint32_t offset, uint32_t entry)
{
	return offset != APIC_LVT_TIMER && offset != APIC_LVT_ERROR &&
	       (entry & LVT_DELIVERY) == LVT_SMI;
}

struct apic_smi_entries apic_smi_entries(const struct apic *apic)
{
	struct apic_smi_entries entries = { 0 };
	const uint32_t count = lvt_count(apic);

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t entry = apic_read(apic, lvts[i].offset);

		if (is_smi(lvts[i].offset, entry))
			entries.of[i] = entry;
	}
	return entries;
}

/* Delivery status, bit 12, is the APIC's own. */
#define LVT_OURS (LVT_MASKED | LVT_DELIVERY)

bool apic_copy_smi_entries(const struct apic *apic,
                           const struct apic_smi_entries *entries)
{
	const uint32_t count = lvt_count(apic);
	bool kept = true;

	for (uint32_t i = 0; i < APIC_LVTS; i++) {
		if (entries->of[i] == 0)
			continue;
		if (i < count)
			apic_write(apic, lvts[i].offset, entries->of[i]);
		kept = kept && i < count &&
		       ((apic_read(apic, lvts[i].offset) ^ entries->of[i]) &
		        LVT_OURS) == 0;
	}
	return kept;
}

void apic_smi_entries_put(struct line *line, const struct apic_smi_entries *entries)
{
	for (unsigned i = 0; i < APIC_LVTS; i++) {
		if (entries->of[i] == 0)
			continue;
		line_format(line, "%s%s", line->length != 0 ? " " : "", lvts[i].name);
	}
}

static void mask_lvts(const struct apic *apic, bool but_nmi)
{
	const uint32_t count = lvt_count(apic);

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t offset = lvts[i].offset;
		const uint32_t entry = apic_read(apic, offset);

		if (!is_smi(offset, entry) && (!but_nmi || !is_nmi(offset, entry)))
			apic_write(apic, offset, entry | LVT_MASKED);
	}
}

bool apic_takes_nmi(const struct apic *apic)
{
	const uint32_t entry = apic_read(apic, APIC_LVT_LINT1);

	return is_nmi(APIC_LVT_LINT1, entry) && (entry & LVT_MASKED) == 0;
}

void apic_hold_nmi(const struct apic *apic, bool hold)
{
	const uint32_t entry = apic_read(apic, APIC_LVT_LINT1) & ~LVT_MASKED;

	apic_write(apic, APIC_LVT_LINT1, hold ? entry | LVT_MASKED : entry);
}

static bool is_in_service(const struct apic *apic)
{
	for (uint32_t i = 0; i < 8; i++)
		if (apic_read(apic, APIC_ISR + 16 * i) != 0)
			return true;
	return false;
}

void apic_prepare(const struct apic *apic, uint8_t spurious_vector, bool but_nmi)
{
	mask_lvts(apic, but_nmi);
	apic_write(apic, APIC_SPURIOUS, SPURIOUS_ENABLE | spurious_vector);
	apic_write(apic, APIC_TPR, TPR_CLASS_15_ONLY);
	/* What the firmware was serving when it was left would hold up all below it. */
	for (unsigned i = 0; i < 256 && is_in_service(apic); i++)
		apic_eoi(apic);
}

void apic_let_rar_through(const struct apic *apic, bool lets)
{
	apic_write(apic, APIC_TPR, lets ? TPR_CLASS_14_TOO : TPR_CLASS_15_ONLY);
}

bool apic_has_x2apic(void)
{
	return (cpuid(1, 0).ecx >> 21 & 1) != 0;
}

bool apic_enter_x2apic(struct apic *apic)
{
	if (apic->mode == APIC_XAPIC && apic_has_x2apic())
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2APIC);
	*apic = apic_found();
	return apic->mode == APIC_X2APIC;
}

/* True when what was sent last has been accepted. */
static bool is_idle(const struct apic *apic)
{
	for (uint32_t i = 0; i < IDLE_POLLS; i++) {
		if ((*xapic_register(apic, APIC_ICR_LOW) & ICR_PENDING) == 0)
			return true;
		cpu_relax();
	}
	return false;
}

/*
 * The destination of what is sent next, in xAPIC mode; false if that is not to be sent.
 * Part of what is timed: no call of its own.
 */
static inline __attribute__((always_inline)) bool aim(const struct apic *apic,
                                                      uint32_t destination)
{
	if (apic->mode == APIC_OFF || destination >= XAPIC_BROADCAST || !is_idle(apic))
		return false;
	*xapic_register(apic, APIC_ICR_HIGH) = destination << 24;
	return true;
}

static bool send(const struct apic *apic, uint32_t destination, uint32_t command)
{
	if (apic->mode == APIC_X2APIC) {
		wrmsr(MSR_X2APIC_ICR, (uint64_t)destination << 32 | command);
		return true;
	}
	if (!aim(apic, destination))
		return false;
	*xapic_register(apic, APIC_ICR_LOW) = command;
	return true;
}

bool apic_aim(const struct apic *apic, uint32_t destination, uint8_t vector,
              struct apic_command *command)
{
	*command = (struct apic_command){ .low = ICR_ASSERT | vector,
		                          .high = destination };
	if (apic->mode == APIC_X2APIC)
		return true;
	if (!aim(apic, destination))
		return false;
	command->icr = (uintptr_t)xapic_register(apic, APIC_ICR_LOW);
	return true;
}

bool apic_send(const struct apic *apic, uint32_t destination, uint8_t vector)
{
	return send(apic, destination, ICR_ASSERT | vector);
}

/* x2APIC mode has a register for nothing else. */
bool apic_send_self(const struct apic *apic, uint8_t vector)
{
	if (apic->mode != APIC_X2APIC)
		return send(apic, 0, ICR_SELF | ICR_ASSERT | vector);
	wrmsr(MSR_X2APIC_SELF_IPI, vector);
	return true;
}

bool apic_send_others(const struct apic *apic, uint8_t vector)
{
	return send(apic, 0, ICR_OTHERS | ICR_ASSERT | vector);
}

bool apic_send_cluster(const struct apic *apic, uint32_t logical, uint8_t vector)
{
	return apic->mode == APIC_X2APIC &&
	       send(apic, logical, ICR_LOGICAL | ICR_ASSERT | vector);
}

bool apic_send_nmi(const struct apic *apic, uint32_t destination)
{
	return send(apic, destination, ICR_NMI | ICR_ASSERT);
}

bool apic_send_rar(const struct apic *apic, uint32_t destination)
{
	return send(apic, destination, ICR_RAR | ICR_ASSERT | VECTOR_RAR);
}

bool apic_takes_rar(const struct apic *apic)
{
	return apic->mode != APIC_X2APIC ||
	       wrmsr_safe(MSR_X2APIC_ICR, (uint64_t)apic_id(apic) << 32 | ICR_RAR |
	                                          ICR_ASSERT | VECTOR_RAR);
}

bool apic_send_init(const struct apic *apic, uint32_t destination)
{
	return send(apic, destination, ICR_INIT | ICR_ASSERT);
}

bool apic_send_startup(const struct apic *apic, uint32_t destination, uint8_t page)
{
	return send(apic, destination, ICR_STARTUP | ICR_ASSERT | page);
}

void apic_eoi(const struct apic *apic)
{
	apic_write(apic, APIC_EOI, 0);
}

bool apic_send_nmi_to_self(void)
{
	const struct apic apic = apic_found();

	if (apic.mode == APIC_OFF || !apic_send_nmi(&apic, apic_id(&apic)))
		return false;
	return apic.mode == APIC_X2APIC || is_idle(&apic);
}

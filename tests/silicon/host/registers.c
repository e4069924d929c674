#include "tests/silicon/host/registers.h"

#include "lib/x86/registers.h"
#include "tests/silicon/host/exceptions.h"

#include <string.h>

#define PAT_AT_POWER_ON UINT64_C(0x0007040600070406)

#define MSR_X2APIC_FIRST 0x800u
#define X2APIC_ID 0x02u
#define X2APIC_VERSION 0x03u
#define X2APIC_LDR 0x0du
#define X2APIC_LVT_FIRST 0x32u
#define X2APIC_LVT_LAST 0x37u
#define X2APIC_ICR 0x30u
#define X2APIC_SELF_IPI 0x3fu
#define VERSION_OF_SIX_LVTS 0x00050014u
#define LVT_IS_MASKED (1u << 16)
#define APIC_IS_ON ((UINT64_C(1) << 11) | (UINT64_C(1) << 10) | (UINT64_C(1) << 8))
#define APIC_ADDRESS UINT64_C(0xfee00000)

#define ICR_MODE (7u << 8)
#define ICR_IS_NMI (4u << 8)
#define ICR_SHORTHAND (3u << 18)
#define ICR_TO_SELF (1u << 18)
#define VECTOR_OF_NMI 2u

#define MSR_FIXED_CONTROL 0x38du
#define MSR_GLOBAL_CONTROL 0x38fu
#define MSR_SELECT_0 0x186u
#define MSR_AMD_GLOBAL_CONTROL 0xc0000301u
#define MSR_AMD_SELECT_0 0xc0010200u
#define RDPMC_FIXED (UINT32_C(1) << 30)

#define EVENT_AMD_CYCLES 0x76u
#define EVENT_AMD_SMIS 0x2bu

#define LEAF_HYPERVISOR 0x40000000u

void registers_reset(struct host *host)
{
	const uint32_t id = silicon_apic_id(host->silicon, host->number);

	host->pat = PAT_AT_POWER_ON;
	host->apic = (struct local_apic){ .base = APIC_ADDRESS | APIC_IS_ON };
	host->apic.registers[X2APIC_ID] = id;
	host->apic.registers[X2APIC_VERSION] = VERSION_OF_SIX_LVTS;
	host->apic.registers[X2APIC_LDR] = id >> 4 << 16 | UINT32_C(1) << (id & 15);
	for (unsigned i = X2APIC_LVT_FIRST; i <= X2APIC_LVT_LAST; i++)
		host->apic.registers[i] = LVT_IS_MASKED;
}

/* Nobody is to take it for hardware: it says so as hypervisors do. */
void registers_cpuid(const struct host *host, uint32_t leaf, uint32_t subleaf,
                     uint32_t registers[4])
{
	static const char name[] = "tlbmarkmodel";

	if (leaf == LEAF_HYPERVISOR) {
		registers[0] = LEAF_HYPERVISOR;
		memcpy(&registers[1], name, sizeof name - 1);
		return;
	}
	silicon_cpuid(host->silicon, host->number, leaf, subleaf, registers);
	if (leaf == 1)
		registers[2] |= UINT32_C(1) << 31 | UINT32_C(1) << 21; /* x2APIC */
}

static bool is_amd_machine(const struct host *host)
{
	uint32_t found[4];

	silicon_cpuid(host->silicon, host->number, 0, 0, found);
	return memcmp(&found[1], "Auth", 4) == 0 || memcmp(&found[1], "Hygo", 4) == 0;
}

/* Only what CPUID 0AH promises, or 8000_0001 ECX[23]. */
static bool has_counters(const struct host *host, bool amd)
{
	uint32_t found[4];

	if (is_amd_machine(host) != amd)
		return false;
	silicon_cpuid(host->silicon, host->number, amd ? 0x80000001u : 0x0a, 0, found);
	return amd ? (found[2] >> 23 & 1) != 0 : (found[0] & 0xff) >= 2;
}

/* With PerfMonV2 (8000_0022 EAX[0]) one counts only if PerfCntrGlobalCtl says so, too.
 */
static bool is_enabled(const struct host *host, uint32_t number)
{
	uint32_t found[4];

	silicon_cpuid(host->silicon, host->number, 0x80000022u, 0, found);
	return (found[0] & 1) == 0 ||
	       (host->counters.amd_global_control >> number & 1) != 0;
}

static uint64_t walks_of(const struct host *host)
{
	const struct silicon_counts counts =
		silicon_counts(host->silicon, host->number);

	return counts.walks[SILICON_DATA] + counts.walks[SILICON_CODE];
}

static uint64_t count_of_amd_event(const struct host *host, uint64_t select)
{
	switch (select & 0xff) {
	case EVENT_AMD_CYCLES:
		return silicon_cycles(host->silicon, host->number);
	case EVENT_AMD_SMIS:
		return 0;
	default:
		return walks_of(host);
	}
}

/* Those that are not switched on stand still, at 0. */
bool registers_read_counter(const struct host *host, uint32_t number, uint64_t *value)
{
	const struct counter_registers *const counters = &host->counters;

	*value = 0;
	if (number < AMD_COUNTERS && has_counters(host, true)) {
		if (counters->amd_select[number] != 0 && is_enabled(host, number))
			*value = count_of_amd_event(host, counters->amd_select[number]);
		return true;
	}
	if (!has_counters(host, false) || (number != 0 && number != (RDPMC_FIXED | 1)))
		return false;
	if (number == 0 && (counters->global_control & 1) != 0)
		*value = walks_of(host);
	if (number != 0 && (counters->global_control >> 33 & 1) != 0)
		*value = silicon_cycles(host->silicon, host->number);
	return true;
}

static uint64_t *counter_register(struct host *host, uint32_t msr)
{
	struct counter_registers *const counters = &host->counters;
	const bool amd = has_counters(host, true);

	if (amd && msr == MSR_AMD_GLOBAL_CONTROL)
		return &counters->amd_global_control;
	if (amd && msr - MSR_AMD_SELECT_0 < 2 * AMD_COUNTERS && msr % 2 == 0)
		return &counters->amd_select[(msr - MSR_AMD_SELECT_0) / 2];
	if (amd || !has_counters(host, false))
		return NULL;
	switch (msr) {
	case MSR_FIXED_CONTROL:
		return &counters->fixed_control;
	case MSR_GLOBAL_CONTROL:
		return &counters->global_control;
	case MSR_SELECT_0:
		return &counters->select;
	default:
		return NULL;
	}
}

static uint64_t *plain_register(struct host *host, uint32_t msr)
{
	switch (msr) {
	case MSR_PAT:
		return &host->pat;
	case MSR_APIC_BASE:
		return &host->apic.base;
	case MSR_MICROCODE:
		return &host->microcode;
	case MSR_AMD_DE_CFG:
		return is_amd_machine(host) ? &host->amd_de_cfg : NULL;
	default:
		return counter_register(host, msr);
	}
}

bool registers_read(struct host *host, uint32_t msr, uint64_t *value)
{
	const uint64_t *plain = NULL;

	if (msr - MSR_X2APIC_FIRST < X2APIC_REGISTERS) {
		*value = host->apic.registers[msr - MSR_X2APIC_FIRST];
		return true;
	}
	switch (silicon_rdmsr(host->silicon, host->number, msr, value)) {
	case MSR_DONE:
		return true;
	case MSR_FAULTS:
		return false;
	default:
		plain = plain_register(host, msr);
		if (plain != NULL)
			*value = *plain;
		return plain != NULL;
	}
}

void registers_deliver(struct host *host)
{
	const uint32_t vector = host->apic.waiting;

	if (vector == 0 || !host->interrupts)
		return;
	host->apic.waiting = 0;
	host->interrupts = false;
	exceptions_interrupt(vector);
	host->interrupts = true;
}

/* What goes to others reaches nobody: there are none. */
static void send(struct host *host, uint64_t command)
{
	const uint32_t low = (uint32_t)command;
	const bool to_self = (low & ICR_SHORTHAND) == ICR_TO_SELF ||
	                     ((low & ICR_SHORTHAND) == 0 &&
	                      command >> 32 == host->apic.registers[X2APIC_ID]);

	silicon_charge(host->silicon, host->number, SILICON_IPI_SEND, 1);
	if (!to_self)
		return;
	if ((low & ICR_MODE) == ICR_IS_NMI) {
		exceptions_interrupt(VECTOR_OF_NMI);
		return;
	}
	host->apic.waiting = low & 0xff;
	registers_deliver(host);
}

static void write_apic(struct host *host, uint32_t number, uint64_t value)
{
	switch (number) {
	case X2APIC_ICR:
		send(host, value);
		return;
	case X2APIC_SELF_IPI:
		send(host, (value & 0xff) | ICR_TO_SELF);
		return;
	case X2APIC_ID:
	case X2APIC_VERSION:
	case X2APIC_LDR:
		return;
	default:
		host->apic.registers[number] = (uint32_t)value;
	}
}

bool registers_write(struct host *host, uint32_t msr, uint64_t value)
{
	uint64_t *plain = NULL;

	if (msr - MSR_X2APIC_FIRST < X2APIC_REGISTERS) {
		write_apic(host, msr - MSR_X2APIC_FIRST, value);
		return true;
	}
	switch (silicon_wrmsr(host->silicon, host->number, msr, value)) {
	case MSR_DONE:
		return true;
	case MSR_FAULTS:
		return false;
	default:
		plain = plain_register(host, msr);
		if (plain != NULL)
			*plain = value;
		return plain != NULL;
	}
}

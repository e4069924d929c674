/*
 * Every access of a modelled processor, before it takes effect, and once.
 *
 * Bochs walks tables that are made up here: its CR3 names a page in physical addresses
 * that nobody has, and every linear page leads to another such page, always the same
 * one. So what Bochs' own TLB holds is never wrong, and never flushed for the model's
 * sake. What lies in those pages Bochs asks the handlers below for, with the length and
 * whether it is read or written; they ask the model where that is, and go there.  Code
 * is fetched from the host's memory: there Bochs asks once for each page that it begins
 * to fetch from.
 */
#include "tests/silicon/bochs/body.hh"

#include <string.h>

// In 40 bits of physical addresses, above whatever there is.
#define REGION_AT UINT64_C(0x8000000000)
#define REGION_SHIFT 24
#define REGION_BYTES (UINT64_C(1) << REGION_SHIFT)

// Pages of a region: the table of each level, then one for each place of Bochs' TLB.
#define TABLE_PAGES 8u
#define LEVEL_OF_ROOT 3u
#define PAGE_SHIFT 12
#define PAGE_MASK UINT64_C(0xfff)

#define ENTRY_P (UINT64_C(1) << 0)
#define ENTRY_W (UINT64_C(1) << 1)
#define ENTRY_U (UINT64_C(1) << 2)
#define ENTRY_A (UINT64_C(1) << 5)
#define ENTRY_D (UINT64_C(1) << 6)

#define VECTOR_OF_PF 14u
#define CR3_LOW UINT64_C(0xfff)

static uint64_t region_of(const struct body_cpu *cpu)
{
	return REGION_AT + ((uint64_t)cpu->number << REGION_SHIFT);
}

uint64_t memory_root(const struct body_cpu *cpu, uint64_t cr3)
{
	return region_of(cpu) | LEVEL_OF_ROOT << PAGE_SHIFT | (cr3 & CR3_LOW);
}

uint64_t memory_reach(struct body_cpu *cpu, uint64_t va, enum silicon_kind kind)
{
	struct silicon_fault fault;
	uint64_t physical = 0;

	if (silicon_access(body.silicon, cpu->number, va, kind, &physical, &fault))
		return physical;
	if (fault.vector == VECTOR_OF_PF)
		cpu->bochs->cr2 = fault.address;
	cpu->bochs->exception(fault.vector, (Bit16u)fault.error_code);
	body_give_up("an exception", "it returned");
}

static bool is_ring3(const struct body_cpu *cpu)
{
	return cpu->bochs->get_cpl() == 3;
}

// Level by level, from the root on; the last one knows the page.  Each page is the user's
// in ring 3, and nowhere else (SMEP): the model says whether it is the guest's user's.
static void walk_on(struct body_cpu *cpu, unsigned level, uint64_t offset, void *data)
{
	const unsigned shift = PAGE_SHIFT + 9 * level;
	uint64_t next = level - 1, entry = ENTRY_P | ENTRY_W | ENTRY_A;

	if (level == LEVEL_OF_ROOT)
		cpu->walked = 0;
	if (is_ring3(cpu))
		entry |= ENTRY_U;
	cpu->walked |= (offset >> 3) << shift;
	if (level == 0) {
		next = TABLE_PAGES + (cpu->walked >> PAGE_SHIFT & (BX_DTLB_SIZE - 1));
		entry |= ENTRY_D;
	}
	entry |= region_of(cpu) | next << PAGE_SHIFT;
	memcpy(data, &entry, sizeof entry);
}

// The place in Bochs' TLB says which linear page it stands for.
static uint64_t linear_of(const struct body_cpu *cpu, uint64_t physical)
{
	const uint64_t place =
		(physical >> PAGE_SHIFT & (REGION_BYTES - 1) >> PAGE_SHIFT) -
		TABLE_PAGES;

	return LPFOf(cpu->bochs->DTLB.entry[place].lpf) | (physical & PAGE_MASK);
}

// A device answers when its clock is where the processor's is, as slowly as at a port.
static void reach_device(struct body_cpu *cpu, uint64_t physical)
{
	if (physical < BX_MEM(0)->get_memory_len())
		return;
	if (!cpu->bochs->lapic->is_selected(physical))
		silicon_charge(body.silicon, cpu->number, SILICON_IO, 1);
	time_meet(cpu);
}

static bool read_region(bx_phy_address physical, unsigned length, void *data, void *of)
{
	struct body_cpu *const cpu = (struct body_cpu *)of;
	const uint64_t page = (physical & (REGION_BYTES - 1)) >> PAGE_SHIFT;
	struct body_access access;
	uint64_t va;

	if (page < TABLE_PAGES) {
		walk_on(cpu, (unsigned)page, physical & PAGE_MASK, data);
		return true;
	}
	va = linear_of(cpu, physical);
	physical = memory_reach(cpu, va, ACCESS_READ);
	reach_device(cpu, physical);
	cpu->bochs->access_read_physical(physical, length, data);
	access = { va, physical, length, (Bit8u *)data };
	order_load(cpu, &access);
	return true;
}

// Whom a store wakes is seen where it is made: that is when they wake.
static void note_woken(const struct body_cpu *by)
{
	for (unsigned i = 0; i < body.count; i++) {
		struct body_cpu *const cpu = &body.cpus[i];

		if (cpu->sleeps && cpu->hint != UINT32_MAX && cpu->woken_at == 0 &&
		    cpu->bochs->activity_state == BX_CPU_C::BX_ACTIVITY_STATE_ACTIVE)
			cpu->woken_at = silicon_time(body.silicon, by->number) + 1;
	}
}

// Those that the erratum keeps asleep are not monitoring while the store is made.
static void store_unheard(struct body_cpu *by, uint64_t physical, unsigned length,
                          void *data)
{
	monitor_addr_t monitors[BODY_CPUS_MOST];

	for (unsigned i = 0; i < body.count; i++) {
		struct body_cpu *const cpu = &body.cpus[i];

		monitors[i] = cpu->bochs->monitor;
		if (cpu->sleeps && cpu->bochs->is_monitor(physical, length) &&
		    silicon_strikes(body.silicon, i, EFFECT_STORE_WAKES_NOBODY))
			cpu->bochs->monitor.reset_monitor();
		else
			monitors[i].armed_by = BX_MONITOR_NOT_ARMED;
	}
	by->bochs->access_write_physical(physical, length, data);
	for (unsigned i = 0; i < body.count; i++)
		if (monitors[i].armed_by != BX_MONITOR_NOT_ARMED)
			body.cpus[i].bochs->monitor = monitors[i];
}

static bool write_region(bx_phy_address physical, unsigned length, void *data, void *of)
{
	struct body_cpu *const cpu = (struct body_cpu *)of;
	struct body_access access;
	uint64_t va;
	uint32_t word;

	if ((physical & (REGION_BYTES - 1)) >> PAGE_SHIFT < TABLE_PAGES)
		body_give_up("Bochs", "it writes to tables that are whole");
	va = linear_of(cpu, physical);
	physical = memory_reach(cpu, va, ACCESS_WRITE);
	access = { va, physical, length, (Bit8u *)data };
	if (order_store(cpu, &access))
		return true;
	reach_device(cpu, physical);
	if (cpu->bochs->lapic->is_selected(physical) && length == sizeof word) {
		memcpy(&word, data, sizeof word);
		if (!operations_apic_written(cpu, (unsigned)(physical & PAGE_MASK),
		                             word))
			return true;
	}
	if (body.asleep == 0) {
		cpu->bochs->access_write_physical(physical, length, data);
		return true;
	}
	store_unheard(cpu, physical, length, data);
	note_woken(cpu);
	return true;
}

/*
 * Bochs asks twice when it begins with a page of code: first whether its TLB may keep
 * the answer, which it may not, and then for the page.
 */
static Bit8u *fetch_region(bx_phy_address physical, unsigned kind, void *of)
{
	struct body_cpu *const cpu = (struct body_cpu *)of;
	BX_CPU_C *const bochs = cpu->bochs;
	uint64_t va, page;
	Bit8u *host;

	if (kind != BX_EXECUTE || bochs->pAddrFetchPage != (physical & ~PAGE_MASK))
		return NULL;
	va = bochs->get_laddr(BX_SEG_REG_CS, bochs->get_rip());
	page = memory_reach(cpu, va,
	                    is_ring3(cpu) ? ACCESS_EXECUTE_USER : ACCESS_EXECUTE) &
	       ~PAGE_MASK;
	host = (Bit8u *)bochs->getHostMemAddr(page, BX_EXECUTE);
	if (host == NULL)
		body_give_up("code", "it lies where there is no memory");
	bochs->pAddrFetchPage = page;
	return host;
}

void memory_open(struct body_cpu *cpu)
{
	const uint64_t at = region_of(cpu);

	if (!BX_MEM(0)->registerMemoryHandlers(cpu, read_region, write_region,
	                                       fetch_region, at, at + REGION_BYTES - 1))
		body_give_up("Bochs", "it does not give the physical addresses");
}

static Bit8u *entry_at(uint64_t physical)
{
	Bit8u *const page =
		BX_MEM(0)->getHostMemAddr(NULL, physical & ~PAGE_MASK, BX_READ);

	return page == NULL ? NULL : page + (physical & PAGE_MASK);
}

// Where nothing is, reads give ones.
static uint64_t read_entry(void *of, uint64_t physical)
{
	const Bit8u *const at = entry_at(physical);
	uint64_t value = UINT64_MAX;

	if (at != NULL)
		memcpy(&value, at, sizeof value);
	return value;
}

static void write_entry(void *of, uint64_t physical, uint64_t value)
{
	Bit8u *const at = entry_at(physical);

	if (at != NULL)
		memcpy(at, &value, sizeof value);
}

struct silicon_memory memory_port(void)
{
	const struct silicon_memory port = { read_entry, write_entry, NULL };

	return port;
}

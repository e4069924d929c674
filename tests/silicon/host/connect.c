#include "tests/silicon/host/connect.h"

#include "tests/silicon/host/registers.h"

#define VECTOR_UD 6u
#define VECTOR_GP 13u

static struct host *host_of(struct bus *bus)
{
	return (struct host *)(void *)bus;
}

static uint8_t *reach(struct bus *bus, uint64_t va, enum silicon_kind kind)
{
	struct host *const host = host_of(bus);
	struct silicon_fault fault;
	uint64_t physical;

	if (!silicon_access(host->silicon, host->number, va, kind, &physical, &fault)) {
		bus->vector = fault.vector;
		bus->error_code = fault.error_code;
		return NULL;
	}
	if (!ram_is_there(&host->ram, physical))
		host_give_up("no memory at", physical);
	return (uint8_t *)physical;
}

static void charge(struct bus *bus, enum silicon_cost cost)
{
	silicon_charge(host_of(bus)->silicon, host_of(bus)->number, cost, 1);
}

static uint64_t read_control(struct bus *bus, unsigned number)
{
	const struct silicon_registers registers =
		silicon_registers(host_of(bus)->silicon, host_of(bus)->number);

	switch (number) {
	case 0:
		return registers.cr0;
	case 2:
		return registers.cr2;
	case 3:
		return registers.cr3;
	case 4:
		return registers.cr4;
	default:
		bus->vector = VECTOR_UD;
		return 0;
	}
}

static void write_control(struct bus *bus, unsigned number, uint64_t value)
{
	struct silicon *const silicon = host_of(bus)->silicon;
	const uint32_t cpu = host_of(bus)->number;

	bus->error_code = 0;
	switch (number) {
	case 0:
		bus->vector = silicon_mov_cr0(silicon, cpu, value);
		break;
	case 3:
		bus->vector = silicon_mov_cr3(silicon, cpu, value);
		break;
	case 4:
		bus->vector = silicon_mov_cr4(silicon, cpu, value);
		break;
	default:
		bus->vector = VECTOR_UD;
		break;
	}
}

static void set_compatibility(struct bus *bus, bool compatibility)
{
	silicon_set_compatibility(host_of(bus)->silicon, host_of(bus)->number,
	                          compatibility);
}

static void invlpg(struct bus *bus, uint64_t va)
{
	silicon_invlpg(host_of(bus)->silicon, host_of(bus)->number, va);
}

static void invpcid(struct bus *bus, uint64_t type, uint64_t low, uint64_t high)
{
	bus->error_code = 0;
	bus->vector = silicon_invpcid(host_of(bus)->silicon, host_of(bus)->number, type,
	                              low, high);
}

static void invlpgb(struct bus *bus, uint64_t rax, uint32_t ecx, uint32_t edx)
{
	bus->error_code = 0;
	bus->vector = silicon_invlpgb(host_of(bus)->silicon, host_of(bus)->number, rax,
	                              ecx, edx);
}

static void tlbsync(struct bus *bus)
{
	bus->error_code = 0;
	bus->vector = silicon_tlbsync(host_of(bus)->silicon, host_of(bus)->number);
}

static uint64_t read_tsc(struct bus *bus)
{
	return silicon_tsc(host_of(bus)->silicon, host_of(bus)->number);
}

static uint64_t read_counter(struct bus *bus, uint32_t number)
{
	uint64_t value = 0;

	if (!registers_read_counter(host_of(bus), number, &value))
		bus->vector = VECTOR_GP;
	return value;
}

static void cpuid(struct bus *bus, uint32_t leaf, uint32_t subleaf,
                  uint32_t registers[4])
{
	registers_cpuid(host_of(bus), leaf, subleaf, registers);
}

static uint64_t read_msr(struct bus *bus, uint32_t msr)
{
	uint64_t value = 0;

	if (!registers_read(host_of(bus), msr, &value))
		bus->vector = VECTOR_GP;
	return value;
}

static void write_msr(struct bus *bus, uint32_t msr, uint64_t value)
{
	if (!registers_write(host_of(bus), msr, value))
		bus->vector = VECTOR_GP;
}

static void refuse(struct bus *bus, const char *text, uint64_t address)
{
	(void)bus;
	host_give_up(text, address);
}

void connect_to_model(struct bus *bus)
{
	*bus = (struct bus){
		.reach = reach,
		.charge = charge,
		.read_control = read_control,
		.write_control = write_control,
		.set_compatibility = set_compatibility,
		.invlpg = invlpg,
		.invpcid = invpcid,
		.invlpgb = invlpgb,
		.tlbsync = tlbsync,
		.read_tsc = read_tsc,
		.read_counter = read_counter,
		.cpuid = cpuid,
		.read_msr = read_msr,
		.write_msr = write_msr,
		.refuse = refuse,
	};
}

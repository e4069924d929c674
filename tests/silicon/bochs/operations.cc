/*
 * Instructions that are the model's to do: Bochs lets a callback change an instruction
 * when it is decoded, and these put handlers of their own into it.  Where the processor
 * is not modelled they are Bochs'.
 */
#include "tests/silicon/bochs/body.hh"

#include "cpu/decoder/ia_opcodes.h"

#include <string.h>
#include <unistd.h>

#define VECTOR_OF_GP 13u

#define MSR_TSC 0x10u
#define MSR_TSC_ADJUST 0x3bu
#define MSR_MICROCODE 0x8bu
#define MSR_MPERF 0xe7u
#define MSR_APERF 0xe8u
#define MSR_X2APIC_EOI 0x80bu
#define MSR_X2APIC_ICR 0x830u
#define MSR_X2APIC_SELF 0x83fu
#define MSR_EFER_IS 0xc0000080u
#define MSR_AMD_DE_CFG 0xc0011029u

#define EFER_TCE (UINT64_C(1) << 15)

#define LEAF_HYPERVISOR 0x40000000u
#define LEAF_SIZES 0x80000008u

#define ICR_MODE (7u << 8)
#define ICR_IS_FIXED (0u << 8)
#define ICR_IS_RAR (3u << 8)
#define ICR_IS_NMI (4u << 8)
#define VECTOR_OF_NMI 2u

#define REGISTER_BX 3u

// Handlers are members of Bochs' processor, as its own are; it has no others of this
// type.
class Operations : public BX_CPU_C
{
      public:
	void mov_to_cr0(bxInstruction_c *i);
	void mov_to_cr3(bxInstruction_c *i);
	void mov_to_cr4(bxInstruction_c *i);
	void mov_from_cr3(bxInstruction_c *i);
	void invlpg(bxInstruction_c *i);
	void invpcid(bxInstruction_c *i);
	void invlpgb(bxInstruction_c *i);
	void tlbsync(bxInstruction_c *i);
	void rdtsc(bxInstruction_c *i);
	void rdtscp(bxInstruction_c *i);
	void cpuid_of_model(bxInstruction_c *i);
	void rdmsr(bxInstruction_c *i);
	void wrmsr(bxInstruction_c *i);
	void clflush(bxInstruction_c *i);
	void monitor_line(bxInstruction_c *i);
	void magic_break(bxInstruction_c *i);

      private:
	struct body_cpu *own()
	{
		return &body.cpus[bx_cpuid];
	}
	bool is_modelled()
	{
		return own()->is_modelled;
	}
	void take(unsigned vector);
	void begin();
	void changed();
	bool read_foreign(uint32_t msr, uint64_t *value);
	bool write_foreign(uint32_t msr, uint64_t value);
};

static bool is_32_bits(const bxInstruction_c *i)
{
	switch (i->getIaOpcode()) {
	case BX_IA_MOV_CR0Rd:
	case BX_IA_MOV_CR3Rd:
	case BX_IA_MOV_CR4Rd:
	case BX_IA_MOV_RdCR3:
		return true;
	default:
		return false;
	}
}

static uint64_t value_of(BX_CPU_C *bochs, const bxInstruction_c *i)
{
	return is_32_bits(i) ? bochs->get_reg32(i->src()) : bochs->get_reg64(i->src());
}

void Operations::take(unsigned vector)
{
	if (vector != 0)
		exception(vector, 0);
}

// What was fetched may not be what is there now.
void Operations::changed()
{
	invalidate_prefetch_q();
	async_event |= BX_ASYNC_EVENT_STOP_TRACE;
}

static void note_unpaged()
{
	body_is_unpaged = false;
	for (unsigned i = 0; i < body.count; i++)
		if (body.cpus[i].is_modelled && !body.cpus[i].bochs->cr0.get_PG())
			body_is_unpaged = true;
}

void Operations::mov_to_cr0(bxInstruction_c *i)
{
	const uint64_t value = value_of(this, i);

	if (!is_modelled() || i->dst() != 0) {
		if (is_32_bits(i))
			MOV_CR0Rd(i);
		else
			MOV_CR0Rq(i);
		return;
	}
	silicon_set_compatibility(body.silicon, bx_cpuid, !long64_mode());
	take(silicon_mov_cr0(body.silicon, bx_cpuid, value));
	if (!SetCR0(i, value))
		body_give_up("MOV CR0", "Bochs refuses what the machine takes");
	note_unpaged();
	changed();
}

void Operations::mov_to_cr3(bxInstruction_c *i)
{
	const uint64_t value = value_of(this, i);

	if (!is_modelled()) {
		if (is_32_bits(i))
			MOV_CR3Rd(i);
		else
			MOV_CR3Rq(i);
		return;
	}
	take(silicon_mov_cr3(body.silicon, bx_cpuid, value));
	cr3 = memory_root(own(), value);
	changed();
}

// From here on the processor's translations and time are the model's.
void Operations::begin()
{
	struct body_cpu *const cpu = own();
	struct silicon_registers registers = { 0, 0, 0, 0, 0, false };

	registers.cr0 = cr0.get32();
	registers.cr2 = cr2;
	registers.cr3 = cr3;
	registers.cr4 = cr4.get32();
	registers.efer = efer.get32();
	time_begin(cpu);
	silicon_set_registers(body.silicon, cpu->number, &registers);
	cr3 = memory_root(cpu, cr3);
	TLB_flush();
	cpu->is_modelled = true;
}

void Operations::mov_to_cr4(bxInstruction_c *i)
{
	const uint64_t value = value_of(this, i);
	const bool had_pge = cr4.get_PGE();

	if (is_modelled()) {
		take(silicon_mov_cr4(body.silicon, bx_cpuid, value));
		if (!SetCR4(i, value))
			body_give_up("MOV CR4", "Bochs refuses what the machine takes");
	} else if (is_32_bits(i)) {
		MOV_CR4Rd(i);
	} else {
		MOV_CR4Rq(i);
		if (!had_pge && cr4.get_PGE() && long64_mode())
			begin();
	}
	changed();
}

void Operations::mov_from_cr3(bxInstruction_c *i)
{
	const uint64_t value =
		is_modelled() ? silicon_registers(body.silicon, bx_cpuid).cr3 : cr3;

	if (is_32_bits(i))
		set_reg64(i->dst(), (Bit32u)value);
	else
		set_reg64(i->dst(), value);
}

void Operations::invlpg(bxInstruction_c *i)
{
	if (!is_modelled()) {
		INVLPG(i);
		return;
	}
	const bx_address offset = BX_CPU_RESOLVE_ADDR(i);

	silicon_invlpg(body.silicon, bx_cpuid, get_laddr(i->seg(), offset));
	changed();
}

void Operations::invpcid(bxInstruction_c *i)
{
	if (!is_modelled()) {
		INVPCID(i);
		return;
	}
	const bx_address offset = BX_CPU_RESOLVE_ADDR(i);
	const uint64_t type = i->os64L() ? get_reg64(i->dst()) : get_reg32(i->dst());
	BxPackedXmmRegister descriptor;

	read_virtual_xmmword(i->seg(), offset, &descriptor);
	take(silicon_invpcid(body.silicon, bx_cpuid, type, descriptor.xmm64u(0),
	                     descriptor.xmm64u(1)));
	changed();
}

void Operations::invlpgb(bxInstruction_c *i)
{
	if (!is_modelled()) {
		BxError(i);
		return;
	}
	take(silicon_invlpgb(body.silicon, bx_cpuid, RAX, ECX, EDX));
	changed();
}

// It reaches every processor: each fetches anew.
void Operations::tlbsync(bxInstruction_c *i)
{
	if (!is_modelled()) {
		BxError(i);
		return;
	}
	take(silicon_tlbsync(body.silicon, bx_cpuid));
	for (unsigned n = 0; n < body.count; n++)
		body.cpus[n].bochs->invalidate_prefetch_q();
	changed();
}

void Operations::rdtsc(bxInstruction_c *i)
{
	if (!is_modelled())
		time_meet(own());

	const uint64_t ticks = silicon_tsc(body.silicon, bx_cpuid);

	RAX = (Bit32u)ticks;
	RDX = ticks >> 32;
}

void Operations::rdtscp(bxInstruction_c *i)
{
	rdtsc(i);
	RCX = msr.tsc_aux;
}

// Nobody is to take it for hardware: it says so as hypervisors do.
static void ask_cpuid(unsigned number, uint32_t leaf, uint32_t subleaf,
                      uint32_t found[4])
{
	static const char name[] = "tlbmarkmodel";

	if (leaf == LEAF_HYPERVISOR) {
		found[0] = LEAF_HYPERVISOR;
		memcpy(&found[1], name, sizeof name - 1);
		return;
	}
	silicon_cpuid(body.silicon, number, leaf, subleaf, found);
	if (leaf == 1)
		found[2] |= UINT32_C(1) << 31 | UINT32_C(1) << 21; // x2APIC
	// More address lines than Bochs has would be used, and be reserved bits.
	if (leaf == LEAF_SIZES && (found[0] & 0xff) > BX_PHY_ADDRESS_WIDTH)
		found[0] = (found[0] & ~UINT32_C(0xff)) | BX_PHY_ADDRESS_WIDTH;
}

void Operations::cpuid_of_model(bxInstruction_c *i)
{
	uint32_t found[4];

	ask_cpuid(bx_cpuid, EAX, ECX, found);
	RAX = found[0];
	RBX = found[1];
	RCX = found[2];
	RDX = found[3];
}

static bool is_amd()
{
	uint32_t found[4];

	silicon_cpuid(body.silicon, 0, 0, 0, found);
	return memcmp(&found[1], "Auth", 4) == 0 || memcmp(&found[1], "Hygo", 4) == 0;
}

// Of what the processor has beside the model and Bochs has not.
static uint64_t *plain_register(uint32_t msr)
{
	if (msr == MSR_MICROCODE)
		return &body.microcode;
	return msr == MSR_AMD_DE_CFG && is_amd() ? &body.de_cfg : NULL;
}

bool Operations::read_foreign(uint32_t msr, uint64_t *value)
{
	const uint64_t *const plain = plain_register(msr);

	if (plain != NULL) {
		*value = *plain;
		return true;
	}
	return false;
}

bool Operations::write_foreign(uint32_t msr, uint64_t value)
{
	uint64_t *const plain = plain_register(msr);

	if (plain == NULL)
		return false;
	*plain = value;
	return true;
}

static bool is_of_time(uint32_t msr)
{
	return msr == MSR_TSC || msr == MSR_TSC_ADJUST || msr == MSR_MPERF ||
	       msr == MSR_APERF;
}

void Operations::rdmsr(bxInstruction_c *i)
{
	const uint32_t msr = ECX;
	enum silicon_msr done = ::MSR_FOREIGN;
	uint64_t value = 0;

	if (!is_modelled() && is_of_time(msr))
		time_meet(own());
	if (is_modelled() || is_of_time(msr))
		done = silicon_rdmsr(body.silicon, bx_cpuid, msr, &value);
	if (done == ::MSR_FOREIGN && read_foreign(msr, &value))
		done = ::MSR_DONE;
	if (done == ::MSR_FAULTS)
		take(VECTOR_OF_GP);
	if (done == ::MSR_FOREIGN) {
		RDMSR(i);
		return;
	}
	RAX = (Bit32u)value;
	RDX = value >> 32;
}

// False: Bochs' APIC does not know it.
static bool note_icr(struct body_cpu *cpu, uint32_t low, uint32_t destination)
{
	if ((low & ICR_MODE) == ICR_IS_RAR && silicon_params(body.silicon)->rar) {
		rar_send(cpu, low, destination);
		return false;
	}
	if ((low & ICR_MODE) == ICR_IS_FIXED)
		time_send(cpu, low & 0xff);
	else if ((low & ICR_MODE) == ICR_IS_NMI)
		time_send(cpu, VECTOR_OF_NMI);
	return true;
}

bool operations_apic_written(struct body_cpu *cpu, unsigned offset, uint32_t value)
{
	if (offset == 0x310)
		cpu->icr_high = value;
	if (offset == 0x300)
		return note_icr(cpu, value, cpu->icr_high >> 24);
	if (offset == 0xb0)
		silicon_charge(body.silicon, cpu->number, SILICON_EOI, 1);
	return true;
}

static bool note_x2apic(struct body_cpu *cpu, uint32_t msr, uint64_t value)
{
	if (msr == MSR_X2APIC_ICR)
		return note_icr(cpu, (uint32_t)value, value >> 32);
	if (msr == MSR_X2APIC_SELF)
		time_send(cpu, value & 0xff);
	else if (msr == MSR_X2APIC_EOI)
		silicon_charge(body.silicon, cpu->number, SILICON_EOI, 1);
	return true;
}

void Operations::wrmsr(bxInstruction_c *i)
{
	const uint32_t msr = ECX;
	const uint64_t value = (uint64_t)EDX << 32 | EAX;
	enum silicon_msr done = ::MSR_FOREIGN;

	if (!is_modelled() && is_of_time(msr))
		time_meet(own());
	if (is_modelled() || is_of_time(msr))
		done = silicon_wrmsr(body.silicon, bx_cpuid, msr, value);
	if (done == ::MSR_FOREIGN && write_foreign(msr, value))
		return;
	if (done == ::MSR_FAULTS)
		take(VECTOR_OF_GP);
	if (done == ::MSR_DONE) {
		if (msr == MSR_EFER_IS && !SetEFER(value & ~EFER_TCE))
			body_give_up("EFER", "Bochs refuses what the machine takes");
		changed();
		return;
	}
	if (!is_modelled() || note_x2apic(own(), msr, value))
		WRMSR(i);
}

void Operations::clflush(bxInstruction_c *i)
{
	if (!is_modelled()) {
		CLFLUSH(i);
		return;
	}
	const bx_address offset = BX_CPU_RESOLVE_ADDR(i);

	silicon_flush_line(
		body.silicon,
		memory_reach(own(), get_laddr(i->seg(), offset), ACCESS_READ));
}

void Operations::monitor_line(bxInstruction_c *i)
{
	if (!is_modelled()) {
		MONITOR(i);
		return;
	}
	if (RCX != 0)
		take(VECTOR_OF_GP);
	monitor.arm(memory_reach(own(), get_laddr(i->seg(), RAX & i->asize_mask()),
	                         ACCESS_READ),
	            BX_MONITOR_ARMED_BY_MONITOR);
}

// XCHG BX, BX: what a Bochs with a debugger stops at, run.sh at the end of all files.
void Operations::magic_break(bxInstruction_c *i)
{
	if (i->src() != REGISTER_BX || i->dst() != REGISTER_BX) {
		XCHG_EwGwR(i);
		return;
	}
	bx_pc_system.kill_bochs_request = 1;
	async_event = 1;
}

typedef void (Operations::*handler)(bxInstruction_c *);

static const struct {
	unsigned opcode;
	handler to;
} handlers[] = {
	{ BX_IA_MOV_CR0Rd, &Operations::mov_to_cr0 },
	{ BX_IA_MOV_CR0Rq, &Operations::mov_to_cr0 },
	{ BX_IA_MOV_CR3Rd, &Operations::mov_to_cr3 },
	{ BX_IA_MOV_CR3Rq, &Operations::mov_to_cr3 },
	{ BX_IA_MOV_CR4Rd, &Operations::mov_to_cr4 },
	{ BX_IA_MOV_CR4Rq, &Operations::mov_to_cr4 },
	{ BX_IA_MOV_RdCR3, &Operations::mov_from_cr3 },
	{ BX_IA_MOV_RqCR3, &Operations::mov_from_cr3 },
	{ BX_IA_INVLPG, &Operations::invlpg },
	{ BX_IA_INVPCID, &Operations::invpcid },
	{ BX_IA_RDTSC, &Operations::rdtsc },
	{ BX_IA_RDTSCP, &Operations::rdtscp },
	{ BX_IA_CPUID, &Operations::cpuid_of_model },
	{ BX_IA_RDMSR, &Operations::rdmsr },
	{ BX_IA_WRMSR, &Operations::wrmsr },
	{ BX_IA_CLFLUSH, &Operations::clflush },
	{ BX_IA_CLFLUSHOPT, &Operations::clflush },
	{ BX_IA_MONITOR, &Operations::monitor_line },
};

static void replace(bxInstruction_c *i, handler to)
{
	i->execute1 = static_cast<BxExecutePtr_tR>(to);
}

// What Bochs does not know is an error there, of the length that was looked at.
static void replace_unknown(bxInstruction_c *i, const Bit8u *bytes, unsigned length)
{
	if (length != 3 || bytes[0] != 0x0f || bytes[1] != 0x01)
		return;
	if (bytes[2] == 0xfe)
		replace(i, &Operations::invlpgb);
	else if (bytes[2] == 0xff)
		replace(i, &Operations::tlbsync);
}

void operations_replace(bxInstruction_c *i, const Bit8u *bytes, unsigned length)
{
	const unsigned opcode = i->getIaOpcode();

	if (opcode == BX_IA_ERROR) {
		replace_unknown(i, bytes, length);
		return;
	}
	if (opcode == BX_IA_XCHG_EwGw && i->modC0()) {
		replace(i, &Operations::magic_break);
		return;
	}
	for (unsigned n = 0; n < sizeof handlers / sizeof handlers[0]; n++)
		if (handlers[n].opcode == opcode)
			replace(i, handlers[n].to);
}

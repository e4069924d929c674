#include "lib/x86/cpu.h"

#include "lib/x86/insn.h"

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	uint64_t base;
};

/* Flat 64-bit segments (SDM 3A 3.4.5 "Segment Descriptors"), accessed already. */
#define DESCRIPTOR_CODE64 UINT64_C(0x00af9b000000ffff)
#define DESCRIPTOR_CODE32 UINT64_C(0x00cf9b000000ffff)
#define DESCRIPTOR_DATA UINT64_C(0x00cf93000000ffff)
#define DESCRIPTOR_USER_CODE UINT64_C(0x00affb000000ffff)
#define DESCRIPTOR_USER_DATA UINT64_C(0x00cff3000000ffff)

#define GATE_INTERRUPT64 0x8e /* present, DPL 0, interrupts off on entry */

static void fill_gdt(struct cpu *cpu)
{
	const uint64_t base = (uintptr_t)&cpu->tss;
	const uint64_t limit = sizeof cpu->tss - 1;
	const uint64_t tss_available = UINT64_C(0x89) << 40;

	cpu->gdt[SELECTOR_CODE64 / 8] = DESCRIPTOR_CODE64;
	cpu->gdt[SELECTOR_DATA / 8] = DESCRIPTOR_DATA;
	cpu->gdt[SELECTOR_CODE32 / 8] = DESCRIPTOR_CODE32;
	cpu->gdt[SELECTOR_USER_DATA / 8] = DESCRIPTOR_USER_DATA;
	cpu->gdt[SELECTOR_USER_CODE / 8] = DESCRIPTOR_USER_CODE;
	cpu->gdt[SELECTOR_TSS / 8] = limit | (base & 0xffffff) << 16 | tss_available |
	                             (base >> 24 & 0xff) << 56;
	cpu->gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
}

static void aim(struct idt_gate *gate, uint64_t entry)
{
	gate->offset_low = (uint16_t)entry;
	gate->offset_middle = (uint16_t)(entry >> 16);
	gate->offset_high = (uint32_t)(entry >> 32);
}

static uint64_t stub_of(unsigned vector)
{
	return (uintptr_t)isr_stubs + (uint64_t)vector * ISR_STUB_BYTES;
}

static void fill_idt(struct cpu *cpu)
{
	for (unsigned vector = 0; vector < ISR_VECTORS; vector++) {
		cpu->idt[vector] = (struct idt_gate){
			.selector = SELECTOR_CODE64,
			.type = GATE_INTERRUPT64,
		};
		aim(&cpu->idt[vector], stub_of(vector));
	}
	cpu->idt[VECTOR_NMI].ist = IST_NMI;
	cpu->idt[VECTOR_DOUBLE_FAULT].ist = IST_DOUBLE_FAULT;
	cpu->idt[VECTOR_MACHINE_CHECK].ist = IST_MACHINE_CHECK;
}

void cpu_isolate(struct cpu *cpu, bool isolate)
{
	for (unsigned i = 0; i < ISR_ISOLATED; i++) {
		const unsigned vector = isr_isolated_vectors[i];
		const uint64_t isolated =
			(uintptr_t)isr_isolated_stubs + (uint64_t)i * ISR_STUB_BYTES;

		aim(&cpu->idt[vector], isolate ? isolated : stub_of(vector));
	}
}

/*
 * A far return is the one way to load CS in 64-bit mode that needs no far pointer.  FS
 * and GS are null, as ring 3 leaves them: what IRET makes null there (SDM 2A "IRET")
 * need not keep its base.
 */
static void load_segments(void)
{
	__asm__ volatile("push %0\n\t"
	                 "lea 1f(%%rip), %%rax\n\t"
	                 "push %%rax\n\t"
	                 "lretq\n"
	                 "1:\n\t"
	                 "mov %1, %%ds\n\t"
	                 "mov %1, %%es\n\t"
	                 "mov %1, %%ss\n\t"
	                 "mov %3, %%fs\n\t"
	                 "mov %3, %%gs\n\t"
	                 "ltr %w2"
	                 :
	                 : "i"(SELECTOR_CODE64), "r"(SELECTOR_DATA), "r"(SELECTOR_TSS),
	                   "r"(0)
	                 : "rax", "memory");
}

void cpu_install(struct cpu *cpu, const uint64_t ist_tops[IST_COUNT])
{
	const struct table_pointer gdt = { sizeof cpu->gdt - 1, (uintptr_t)cpu->gdt };
	const struct table_pointer idt = { sizeof cpu->idt - 1, (uintptr_t)cpu->idt };

	cpu->self = cpu;
	for (unsigned i = IST_NMI; i < IST_COUNT; i++)
		cpu->tss.ist[i - 1] = ist_tops[i];
	cpu->tss.io_map = sizeof cpu->tss;
	fill_gdt(cpu);
	fill_idt(cpu);
	__asm__ volatile("lgdt %0" : : "m"(gdt) : "memory");
	load_segments();
	__asm__ volatile("lidt %0" : : "m"(idt) : "memory");
	wrmsr(MSR_GS_BASE, (uintptr_t)cpu);
}

struct msr_access {
	uint32_t msr;
	uint64_t value;
};

static void probe_rdmsr(void *argument)
{
	struct msr_access *const access = argument;

	access->value = rdmsr(access->msr);
}

static void probe_wrmsr(void *argument)
{
	const struct msr_access *const access = argument;

	wrmsr(access->msr, access->value);
}

bool rdmsr_safe(uint32_t msr, uint64_t *value)
{
	struct msr_access access = { .msr = msr };

	if (fault_expect(&this_cpu()->slot, probe_rdmsr, &access) != 0)
		return false;
	*value = access.value;
	return true;
}

bool wrmsr_safe(uint32_t msr, uint64_t value)
{
	struct msr_access access = { .msr = msr, .value = value };

	return fault_expect(&this_cpu()->slot, probe_wrmsr, &access) == 0;
}

static void resume_probe(struct fault_slot *slot, struct trap_frame *frame)
{
	slot->armed = 0;
	slot->vector = (uint32_t)frame->vector;
	slot->error = frame->error;
	frame->rdi = (uintptr_t)slot;
	frame->rip = (uintptr_t)fault_resume;
	if ((frame->cs & 3) == 0)
		return;
	frame->cs = SELECTOR_CODE64;
	frame->ss = SELECTOR_DATA;
	frame->rsp = slot->rsp;
}

struct ring3_run {
	struct cpu *cpu;
	uint64_t rip, turns;
};

static void enter_ring3(void *argument)
{
	const struct ring3_run *const run = argument;

	ring3_enter(run->rip, run->turns, run->cpu->user_cr3, &run->cpu->tss.rsp[0]);
}

/* IRET has made DS and ES null: 32-bit code needs them. */
static void load_data_segments(void)
{
	__asm__ volatile("mov %0, %%ds\n\t"
	                 "mov %0, %%es"
	                 :
	                 : "r"(SELECTOR_DATA)
	                 : "memory");
}

uint32_t cpu_run_ring3(struct cpu *cpu, uint64_t rip, uint64_t turns)
{
	struct ring3_run run = { .cpu = cpu, .rip = rip, .turns = turns };
	const uint32_t vector = fault_expect(&cpu->slot, enter_ring3, &run);

	load_data_segments();
	return vector;
}

struct trap_state trap_state_of(const struct trap_frame *frame)
{
	return (struct trap_state){
		.frame = *frame,
		.cr0 = read_cr0(),
		.cr2 = read_cr2(),
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
	};
}

static bool is_retried(struct page_retries *retries, const struct trap_frame *frame)
{
	const uint64_t at =
		frame->vector == VECTOR_PAGE_FAULT ? read_cr2() : retries->to;

	if (at < retries->from || at >= retries->to || retries->left == 0)
		return false;
	retries->left--;
	retries->taken++;
	return true;
}

void trap_dispatch(struct trap_frame *frame)
{
	struct cpu *const cpu = this_cpu();

	if (is_retried(&cpu->retries, frame))
		return;
	cpu->interrupts++;
	if (frame->rip == (uintptr_t)halt_hlt)
		frame->rip = (uintptr_t)halt_return;
	if (frame->rip == (uintptr_t)halt_mwait_at)
		frame->rip = (uintptr_t)halt_mwait_return;
	if (frame->vector == VECTOR_NMI) {
		cpu->nmis++;
		if (cpu->on_nmi != NULL)
			cpu->on_nmi(cpu);
		return;
	}
	if (frame->vector >= VECTOR_FIRST_INTERRUPT) {
		if (cpu->on_interrupt != NULL)
			cpu->on_interrupt(cpu, frame->vector);
		return;
	}
	if (cpu->slot.armed != 0 && frame->vector != VECTOR_MACHINE_CHECK) {
		resume_probe(&cpu->slot, frame);
		return;
	}
	cpu->on_fatal(cpu, frame);
}

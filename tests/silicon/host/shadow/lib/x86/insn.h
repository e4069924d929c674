#pragma once
/*
 * In place of the program's header of that name: the same functions, done by the
 * modelled processor.
 */
#include "lib/machine/cpuid.h"
#include "lib/x86/registers.h"

#include <stdint.h>

#define INVPCID_ADDRESS UINT64_C(0)
#define INVPCID_ALL_GLOBAL UINT64_C(2)

struct cpu;

uint64_t modelled_read_control(unsigned number);
void modelled_write_control(unsigned number, uint64_t value);
void modelled_invlpg(uint64_t va);
void modelled_invlpgb_tlbsync(uint64_t rax);
void modelled_invpcid(uint64_t type, const void *descriptor);
void modelled_read_tr7(void);
uint64_t modelled_rdmsr(uint32_t msr);
void modelled_wrmsr(uint32_t msr, uint64_t value);
struct cpuid_regs modelled_cpuid(uint32_t leaf, uint32_t subleaf);
uint64_t modelled_rdtsc_ordered(void);
uint64_t modelled_rdpmc_ordered(uint32_t counter);
void modelled_spin(uint64_t turns);
void modelled_out(uint16_t port, uint32_t value);
uint32_t modelled_in(uint16_t port);
uint64_t modelled_interrupts(bool on);
void modelled_interrupts_as(uint64_t flags);
void modelled_hlt(void);
void modelled_pause(void);
void modelled_wbinvd(void);
void modelled_clflush(const void *line);
void modelled_mfence(void);
void modelled_mfence_lfence(void);
uint64_t modelled_load(uint64_t va, unsigned bytes);
void modelled_store_zero(uint64_t va);
struct cpu *modelled_cpu(void);

#define CONTROL_REGISTER(name, number)                                                 \
	static inline uint64_t read_##name(void)                                       \
	{                                                                              \
		return modelled_read_control(number);                                  \
	}                                                                              \
	static inline void write_##name(uint64_t value)                                \
	{                                                                              \
		modelled_write_control(number, value);                                 \
	}

CONTROL_REGISTER(cr0, 0)
CONTROL_REGISTER(cr2, 2)
CONTROL_REGISTER(cr3, 3)
CONTROL_REGISTER(cr4, 4)

#undef CONTROL_REGISTER

static inline void invlpg(uint64_t va)
{
	modelled_invlpg(va);
}

static inline void invlpgb_tlbsync(uint64_t rax)
{
	modelled_invlpgb_tlbsync(rax);
}

static inline void invpcid(uint64_t type, const void *descriptor)
{
	modelled_invpcid(type, descriptor);
}

static inline void read_tr7(void)
{
	modelled_read_tr7();
}

static inline uint64_t rdmsr(uint32_t msr)
{
	return modelled_rdmsr(msr);
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	modelled_wrmsr(msr, value);
}

static inline struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
	return modelled_cpuid(leaf, subleaf);
}

static inline uint64_t rdtsc_ordered(void)
{
	return modelled_rdtsc_ordered();
}

static inline uint64_t rdpmc_ordered(uint32_t counter)
{
	return modelled_rdpmc_ordered(counter);
}

static inline void spin(uint64_t turns)
{
	modelled_spin(turns);
}

static inline void outb(uint16_t port, uint8_t value)
{
	modelled_out(port, value);
}

static inline uint8_t inb(uint16_t port)
{
	return (uint8_t)modelled_in(port);
}

static inline void outw(uint16_t port, uint16_t value)
{
	modelled_out(port, value);
}

static inline uint16_t inw(uint16_t port)
{
	return (uint16_t)modelled_in(port);
}

static inline void outl(uint16_t port, uint32_t value)
{
	modelled_out(port, value);
}

static inline uint32_t inl(uint16_t port)
{
	return modelled_in(port);
}

static inline void cli(void)
{
	(void)modelled_interrupts(false);
}

static inline void sti(void)
{
	(void)modelled_interrupts(true);
}

static inline uint64_t interrupts_off(void)
{
	return modelled_interrupts(false);
}

static inline void interrupts_as(uint64_t flags)
{
	modelled_interrupts_as(flags);
}

/* No other processor is there to write the line. */
static inline void monitor(const volatile void *line)
{
	(void)line;
}

static inline void hlt(void)
{
	modelled_hlt();
}

static inline void cpu_relax(void)
{
	modelled_pause();
}

static inline void wbinvd(void)
{
	modelled_wbinvd();
}

static inline void clflush(const void *line)
{
	modelled_clflush(line);
}

static inline void mfence(void)
{
	modelled_mfence();
}

static inline void mfence_lfence(void)
{
	modelled_mfence_lfence();
}

static inline void touch(uint64_t va)
{
	(void)modelled_load(va, 1);
}

static inline void touch_by_store(uint64_t va)
{
	modelled_store_zero(va);
}

static inline uint64_t load_word(uint64_t va)
{
	return modelled_load(va, 8);
}

static inline struct cpu *this_cpu(void)
{
	return modelled_cpu();
}

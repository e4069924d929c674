#pragma once
/*
 * One C function per instruction, nothing more: no shadow state, no checks, no
 * loops.  Most of them need ring 0.
 */
#include "lib/machine/cpuid.h"
#include "lib/x86/registers.h"

#include <stdint.h>

#define READ_REGISTER(name)                                                            \
	static inline uint64_t read_##name(void)                                       \
	{                                                                              \
		uint64_t value;                                                        \
                                                                                       \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(value));                 \
		return value;                                                          \
	}

/* The "memory" clobber keeps accesses on their own side of the new mapping. */
#define WRITE_REGISTER(name)                                                           \
	static inline void write_##name(uint64_t value)                                \
	{                                                                              \
		__asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory");        \
	}

READ_REGISTER(cr0)
READ_REGISTER(cr2)
READ_REGISTER(cr3)
READ_REGISTER(cr4)
WRITE_REGISTER(cr0)
WRITE_REGISTER(cr3)
WRITE_REGISTER(cr4)

#undef READ_REGISTER
#undef WRITE_REGISTER

/*
 * Drop the current PCID's translations for the page holding va, and any global
 * translation for it.  The CPU may drop more (SDM 3A 5.10.4.1 "Operations that
 * Invalidate TLBs and Paging-Structure Caches").
 */
static inline void invlpg(uint64_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/*
 * AMD's, of the page and by the fields that RAX says (APM 3 "INVLPGB"), and the wait
 * for it.
 */
static inline void invlpgb_tlbsync(uint64_t rax)
{
	__asm__ volatile("invlpgb\n\ttlbsync" : : "a"(rax), "c"(0), "d"(0) : "memory");
}

/* Types of INVPCID: of an address; everything, global translations too. */
#define INVPCID_ADDRESS UINT64_C(0)
#define INVPCID_ALL_GLOBAL UINT64_C(2)

/* SDM 2A "INVPCID"; a type above 3, or a descriptor that is not right, is #GP. */
static inline void invpcid(uint64_t type, const void *descriptor)
{
	__asm__ volatile("invpcid (%0), %1" : : "r"(descriptor), "r"(type) : "memory");
}

/* What the 386 called MOV EAX, TR7; #UD since. */
static inline void read_tr7(void)
{
	__asm__ volatile(".byte 0x0f, 0x24, 0xf8" : : : "rax");
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
	                 :
	                 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
	                 : "memory");
}

/* Also the serialising instruction of choice, hence volatile and "memory". */
static inline struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_regs r;

	__asm__ volatile("cpuid"
	                 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
	                 : "a"(leaf), "c"(subleaf)
	                 : "memory");
	return r;
}

/* Ordered on both sides by LFENCE; stores may still be pending. */
static inline uint64_t rdtsc_ordered(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence"
	                 : "=a"(low), "=d"(high)
	                 :
	                 : "memory");
	return (uint64_t)high << 32 | low;
}

/* A counter of the processor, ordered in the same way. */
static inline uint64_t rdpmc_ordered(uint32_t counter)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdpmc\n\tlfence"
	                 : "=a"(low), "=d"(high)
	                 : "c"(counter)
	                 : "memory");
	return (uint64_t)high << 32 | low;
}

/* A loop of DEC and JNZ, so many times; at least once. */
static inline void spin(uint64_t turns)
{
	__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(turns) : : "cc");
}

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void cli(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline void sti(void)
{
	__asm__ volatile("sti" : : : "memory");
}

/* RFLAGS as it was; interrupts are off behind it. */
static inline uint64_t interrupts_off(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq\n\tpop %0\n\tcli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void interrupts_as(uint64_t flags)
{
	__asm__ volatile("push %0\n\tpopfq" : : "r"(flags) : "memory", "cc");
}

/* SDM 2B "MONITOR", "MWAIT"; only where CPUID has MONITOR. */
static inline void monitor(const volatile void *line)
{
	__asm__ volatile("monitor" : : "a"(line), "c"(0), "d"(0) : "memory");
}

static inline void hlt(void)
{
	__asm__ volatile("hlt" : : : "memory");
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static inline void wbinvd(void)
{
	__asm__ volatile("wbinvd" : : : "memory");
}

/* The line's address leaves all caches; ordered by MFENCE (SDM 2A "CLFLUSH"). */
static inline void clflush(const void *line)
{
	__asm__ volatile("clflush (%0)" : : "r"(line) : "memory");
}

static inline void mfence(void)
{
	__asm__ volatile("mfence" : : : "memory");
}

static inline void mfence_lfence(void)
{
	__asm__ volatile("mfence\n\tlfence" : : : "memory");
}

/*
 * One load, so that the TLB holds the page.  Not in C, where one from address 0, which
 * faults on purpose, would be a mistake.
 */
static inline void touch(uint64_t va)
{
	uint8_t value;

	__asm__ volatile("movb (%1), %0" : "=q"(value) : "r"(va) : "memory");
	(void)value;
}

/* One store, so that it holds the page as dirty. */
static inline void touch_by_store(uint64_t va)
{
	__asm__ volatile("movb $0, (%0)" : : "r"(va) : "memory");
}

/* One load of a word that is wanted. */
static inline uint64_t load_word(uint64_t va)
{
	uint64_t value;

	__asm__ volatile("mov (%1), %0" : "=r"(value) : "r"(va) : "memory");
	return value;
}

struct cpu;

/* Of the processor that this runs on (cpu.h): the word that GS points at. */
static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

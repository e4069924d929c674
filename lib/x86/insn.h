#pragma once
/*
 * One C function per instruction, nothing more: no shadow state, no checks, no
 * loops.  Most of them need ring 0.
 */
#include "lib/machine/cpuid.h"

#include <stdint.h>

#define CR0_PE (UINT64_C(1) << 0)
#define CR0_MP (UINT64_C(1) << 1)
#define CR0_EM (UINT64_C(1) << 2)
#define CR0_TS (UINT64_C(1) << 3)
#define CR0_ET (UINT64_C(1) << 4)
#define CR0_NE (UINT64_C(1) << 5)
#define CR0_WP (UINT64_C(1) << 16)
#define CR0_PG (UINT64_C(1) << 31)

#define CR3_FRAME UINT64_C(0x000ffffffffff000)

#define CR4_PAE (UINT64_C(1) << 5)
#define CR4_MCE (UINT64_C(1) << 6)
#define CR4_PGE (UINT64_C(1) << 7)
#define CR4_OSFXSR (UINT64_C(1) << 9)
#define CR4_OSXMMEXCPT (UINT64_C(1) << 10)
#define CR4_LA57 (UINT64_C(1) << 12)
#define CR4_VMXE (UINT64_C(1) << 13)
#define CR4_SMXE (UINT64_C(1) << 14)
#define CR4_PCIDE (UINT64_C(1) << 17)
#define CR4_SMEP (UINT64_C(1) << 20)
#define CR4_CET (UINT64_C(1) << 23)

#define MSR_APIC_BASE 0x1bu
#define MSR_TSC_ADJUST 0x3bu
#define MSR_MICROCODE 0x8bu /* Intel: revision in 63:32; AMD: in 31:0 */
#define MSR_MTRR_CAP 0xfeu
#define MSR_MTRR_PHYS_BASE0 0x200u
#define MSR_MTRR_FIX64K 0x250u
#define MSR_MTRR_FIX16K 0x258u
#define MSR_MTRR_FIX4K 0x268u
#define MSR_PAT 0x277u
#define MSR_MTRR_DEF_TYPE 0x2ffu
#define MSR_X2APIC_LDR 0x80du
#define MSR_TME_ACTIVATE 0x982u
#define MSR_EFER 0xc0000080u
#define MSR_GS_BASE 0xc0000101u
#define MSR_AMD_SYSCFG 0xc0010010u
#define MSR_AMD_SEV 0xc0010131u
#define MSR_AMD_DE_CFG 0xc0011029u

#define EFER_NXE (UINT64_C(1) << 11)
#define EFER_TCE (UINT64_C(1) << 15) /* AMD: translation cache extension */

#define DE_CFG_LFENCE_SERIALISES (UINT64_C(1) << 1)

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

/* A type of INVPCID: everything, global translations too. */
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

static inline void pause(void)
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

/* The same for a word that is wanted. */
static inline uint64_t load_word(uint64_t va)
{
	uint64_t value;

	__asm__ volatile("mov (%1), %0" : "=r"(value) : "r"(va) : "memory");
	return value;
}

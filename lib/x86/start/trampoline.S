/*
 * The first code of a started processor, from real mode to C.
 *
 * It is copied to the first page of an area below 1 MiB (trampoline.h) and runs
 * wherever that is: 16-bit code goes by %cs and %ds, later code by %ebx, and far
 * jumps through pointers that are filled in with the data.  A check reads the
 * object: no relocation.
 *
 * On entry (SDM 3A 10.4.4 "MP Initialization Example"): %cs = area >> 4, %ip = 0,
 * real mode, interrupts off.  Everything else is as INIT, or whoever sent a stray
 * SIPI, left it.
 *
 * One processor, one ticket.  Who finds no slot for it came late, twice, or without
 * being asked, and stops here: it has touched nothing but the ticket.
 */
#include "lib/x86/start/trampoline.h"

#define CR0_PE_ET_NE 0x00000031		/* CD and NW clear: caches on */
#define CR0_PG_WP 0x80010000
#define MSR_EFER 0xc0000080
#define MSR_MISC_ENABLE 0x1a0
#define XD_DISABLE_HIGH 2		/* bit 34, in the upper half */
#define CPUID_LEVELS 0x0b
#define CPUID_FEATURES 7
#define CPUID_LA57 16			/* in ECX */
#define CR4_LA57_BIT 0x1000
#define CPUID_EXTENDED 0x80000001
#define VENDOR_GENU 0x756e6547		/* EBX of leaf 0: "Genu" */

	.section .rodata
	.balign	16
	.globl	trampoline, trampoline_protected, trampoline_long, trampoline_end
	.hidden	trampoline, trampoline_protected, trampoline_long, trampoline_end

	.code16
trampoline:
	cli
	cld
	mov	%cs, %ax
	movzwl	%ax, %ebx
	shl	$4, %ebx
	add	$LOW_DATA, %ebx			/* %ebx = address of the data */
	add	$(LOW_DATA >> 4), %ax
	mov	%ax, %ds

	mov	$1, %esi
	lock xaddl %esi, LOW_TICKET		/* %esi = ticket */
	cmpl	LOW_SLOTS, %esi
	jae	park

	lgdtl	LOW_GDTR
	mov	$CR0_PE_ET_NE, %eax
	mov	%eax, %cr0
	ljmpl	*LOW_PROTECTED

park:
	cli
	hlt
	jmp	park

	.code32
trampoline_protected:
	mov	$LOW_DATA32, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss

	/*
	 * EFER.NXE faults, and here is no IDT yet, where the firmware has disabled
	 * the NX bit of this processor (SDM 4 table 2-2, IA32_MISC_ENABLE[34]; INIT
	 * keeps it, and CPUID shows it).  It is enabled once, as Linux does in
	 * verify_cpu.S.
	 */
	mov	%ebx, %ebp
	mov	$2, %edi			/* looks */
look:
	mov	$CPUID_EXTENDED, %eax
	cpuid
	mov	%ebp, %ebx
	and	LOW_NEEDS(%ebx), %edx
	cmp	LOW_NEEDS(%ebx), %edx
	je	fit
	dec	%edi
	jz	refuse
	xor	%eax, %eax
	cpuid
	cmp	$VENDOR_GENU, %ebx
	jne	refuse
	mov	$MSR_MISC_ENABLE, %ecx
	rdmsr
	btr	$XD_DISABLE_HIGH, %edx
	jnc	refuse
	wrmsr
	jmp	look

	/* The id is 0BH's where there is one, else that of leaf 1. */
refuse:
	xor	%eax, %eax
	cpuid
	cmp	$CPUID_LEVELS, %eax
	jb	1f
	mov	$CPUID_LEVELS, %eax
	xor	%ecx, %ecx
	cpuid
	test	%ebx, %ebx
	jnz	2f
1:	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	mov	%ebx, %edx
2:	inc	%edx
	mov	$1, %eax
	lock xaddl %eax, LOW_REFUSED(%ebp)
	cmp	$LOW_REFUSED_IDS, %eax
	jae	halted
	mov	%edx, %ds:LOW_REFUSED_ID(%ebp, %eax, 4)
halted:
	cli
	hlt
	jmp	halted

fit:
	/* Whoever has not what the others run with would fault here, without an IDT. */
	testl	$CR4_LA57_BIT, LOW_CR4(%ebx)
	jz	levels_fit
	xor	%eax, %eax
	cpuid
	cmp	$CPUID_FEATURES, %eax
	jb	refuse
	mov	$CPUID_FEATURES, %eax
	xor	%ecx, %ecx
	cpuid
	bt	$CPUID_LA57, %ecx
	jnc	refuse
	mov	%ebp, %ebx
levels_fit:
	/* SDM 3A 11.8.5 "Initializing IA-32e Mode": CR4, CR3, LME, then PG. */
	mov	LOW_CR4(%ebx), %eax
	mov	%eax, %cr4
	mov	LOW_CR3(%ebx), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	LOW_EFER(%ebx), %eax
	wrmsr
	mov	%cr0, %eax
	or	$CR0_PG_WP, %eax
	mov	%eax, %cr0
	ljmpl	*LOW_LONG(%ebx)

	.code64
trampoline_long:
	mov	%ebx, %ebx			/* upper halves are undefined here */
	mov	%esi, %edi
	shl	$SLOT_SHIFT, %rdi
	add	LOW_SLOT_TABLE(%rbx), %rdi	/* first argument: the slot */
	mov	SLOT_STACK(%rdi), %rsp
	xor	%ebp, %ebp
	call	*LOW_ENTRY(%rbx)
	ud2					/* it does not return */
trampoline_end:

	.section .note.GNU-stack, "", @progbits

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
 * One processor, one ticket.  Who finds no seat for it came late, twice, or without
 * being asked, and stops here: it has touched nothing but the ticket.
 */
#include "lib/x86/trampoline.h"

#define CR0_PE_ET_NE 0x00000031		/* CD and NW clear: caches on */
#define CR0_PG_WP 0x80010000
#define CR4_PAE 0x00000020
#define MSR_EFER 0xc0000080

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
	cmpl	LOW_SEATS, %esi
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

	/* SDM 3A 11.8.5 "Initializing IA-32e Mode": PAE, CR3, LME, then PG. */
	mov	$CR4_PAE, %eax
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
	shl	$SEAT_SHIFT, %rdi
	add	LOW_SEAT_TABLE(%rbx), %rdi	/* first argument: the seat */
	mov	SEAT_STACK(%rdi), %rsp
	xor	%ebp, %ebp
	call	*LOW_ENTRY(%rbx)
	ud2					/* it does not return */
trampoline_end:

	.section .note.GNU-stack, "", @progbits

/*
 * Changes CR4.LA57.  In IA-32e mode that faults (SDM 3A 2.5 "Control Registers"), so this
 * leaves it through compatibility mode, as SDM 3A 11.8.5.4 "Switching Out of IA-32e Mode
 * Operation" has it, and enters it again with a root of the other kind.
 *
 * It is copied to the area below 1 MiB (trampoline.h), where physical and linear
 * addresses are the same, and called there from C: %rdi = address of the area's data,
 * %esi = value for CR3, %edx = value for CR4.  Interrupts off, CR4.PCIDE clear, SS flat.
 *  An NMI in the middle ends in a reset: no IDT fits.  A check reads the object: no
 * relocation.
 */
#include "lib/x86/start/trampoline.h"

#define CR0_PG_BIT 31

	.section .rodata
	.balign	16
	.globl	la57_switch, la57_long, la57_end
	.hidden	la57_switch, la57_long, la57_end

	.code64
la57_switch:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%cs, %eax
	push	%rax
	sub	$16, %rsp
	sgdt	(%rsp)
	/* Upper halves are undefined behind this, that of %rsp too. */
	mov	%rsp, LOW_LA57_STACK(%rdi)
	lgdt	LOW_LA57_GDTR(%rdi)
	push	$LOW_CODE32
	lea	la57_compatible(%rip), %rax
	push	%rax
	lretq

	.code32
la57_compatible:
	/* Null behind an IRET to ring 3.  Both GDTs have this selector for data. */
	mov	$LOW_DATA32, %ax
	mov	%ax, %ds
	mov	%cr0, %eax
	btr	$CR0_PG_BIT, %eax
	mov	%eax, %cr0
	mov	%edx, %cr4
	mov	%esi, %cr3
	bts	$CR0_PG_BIT, %eax
	mov	%eax, %cr0
	ljmpl	*LOW_LA57_BACK(%edi)

	.code64
la57_long:
	mov	%edi, %edi
	mov	LOW_LA57_STACK(%rdi), %rsp
	lgdt	(%rsp)
	add	$16, %rsp
	lea	la57_returned(%rip), %rax
	push	%rax
	lretq					/* to %cs as it was */
la57_returned:
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret
la57_end:

	.section .note.GNU-stack, "", @progbits

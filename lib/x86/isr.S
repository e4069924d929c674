/*
 * Entry points of all 256 vectors, and the expected-fault slot.
 *
 * On entry: interrupts off, long mode, the stack of the interrupted code or the
 * one the IST names.  Every vector ends up as struct trap_frame on that stack.
 */
#include "lib/x86/trap.h"

	.text
	.balign	ISR_STUB_BYTES
	.globl	isr_stubs
	.hidden	isr_stubs
isr_stubs:
	.set	vector, 0
	.rept	ISR_VECTORS
	.balign	ISR_STUB_BYTES
	/* Vectors that push an error code (SDM 3A 7.13 "Error Code"; 29, 30: AMD). */
	.if	!(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	push	$0
	.endif
	push	$vector
	jmp	isr_common
	.set	vector, vector + 1
	.endr

/* Registers are kept, trap_dispatch() sees them, and they come back. */
	.macro	dispatch
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rbp
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	cld
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	and	$-16, %rsp			/* the ABI's alignment at a call */
	call	trap_dispatch
	mov	%rbx, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rbp
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rbx
	pop	%rax
	.endm

isr_common:
	dispatch
	add	$16, %rsp			/* vector and error code */
	iretq

/*
 * With page-table isolation, as Linux's SWITCH_TO_KERNEL_CR3 and SWITCH_TO_USER_CR3: what
 * interrupts ring 3 loads CR3 before anything else, and again before it goes back there.
 */
	.balign	ISR_STUB_BYTES
	.globl	isr_isolated_stubs
	.hidden	isr_isolated_stubs
isr_isolated_stubs:
	.irp	vector, ISR_ISOLATED_VECTORS
	.balign	ISR_STUB_BYTES
	push	$0
	push	$\vector
	jmp	isr_isolated
	.endr

isr_isolated:
	testb	$3, 24(%rsp)			/* CS: from ring 0 as usual */
	jz	isr_common
	push	%rax
	mov	%gs:CPU_KERNEL_CR3, %rax
	mov	%rax, %cr3
	pop	%rax
	dispatch
	testb	$3, 24(%rsp)			/* an expected fault does not go back */
	jz	1f
	push	%rax
	mov	%gs:CPU_USER_CR3, %rax
	mov	%rax, %cr3
	pop	%rax
1:	add	$16, %rsp
	iretq

	.globl	ring3_enter
	.hidden	ring3_enter
ring3_enter:
	cli
	mov	%rsp, (%rcx)
	push	$(SELECTOR_USER_DATA | 3)
	push	$0
	push	$RING3_FLAGS
	push	$(SELECTOR_USER_CODE | 3)
	push	%rdi
	mov	%rsi, %rcx
	mov	%rdx, %cr3
	iretq

/* STI takes effect behind the next instruction: what is pending ends the HLT. */
	.globl	halt, halt_hlt, halt_return
	.hidden	halt, halt_hlt, halt_return
halt:
	sti
halt_hlt:
	hlt
halt_return:
	ret

	.globl	halt_mwait, halt_mwait_at, halt_mwait_return
	.hidden	halt_mwait, halt_mwait_at, halt_mwait_return
halt_mwait:
	mov	%edi, %eax
	xor	%ecx, %ecx
	sti
halt_mwait_at:
	mwait
halt_mwait_return:
	ret

	.globl	fault_expect, fault_resume
	.hidden	fault_expect, fault_resume
fault_expect:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, SLOT_RSP(%rdi)
	push	%rdi
	movl	$1, SLOT_ARMED(%rdi)
	mov	%rsi, %rax
	mov	%rdx, %rdi
	call	*%rax
	pop	%rdi
	movl	$0, SLOT_ARMED(%rdi)
	xor	%eax, %eax
	jmp	1f
fault_resume:
	mov	SLOT_RSP(%rdi), %rsp
	mov	SLOT_VECTOR(%rdi), %eax
1:	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.section .rodata, "a", @progbits
	.globl	isr_isolated_vectors
	.hidden	isr_isolated_vectors
isr_isolated_vectors:
	.byte	ISR_ISOLATED_VECTORS

	.section .note.GNU-stack, "", @progbits

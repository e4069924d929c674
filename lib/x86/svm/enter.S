/*
 * Into a guest and out of it (APM 2 15.5 "VMRUN Instruction").  GIF is clear from before
 * VMRUN until what the guest left is safe: nothing interrupts a half-loaded state.
 */
#include "lib/x86/svm/guest.h"

	.text
	.globl	svm_enter
	.hidden	svm_enter
svm_enter:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rsi
	mov	%rdi, %rax
	mov	GUEST_RBX(%rsi), %rbx
	mov	GUEST_RCX(%rsi), %rcx
	mov	GUEST_RDX(%rsi), %rdx
	mov	GUEST_RDI(%rsi), %rdi
	mov	GUEST_RBP(%rsi), %rbp
	mov	GUEST_R8(%rsi), %r8
	mov	GUEST_R9(%rsi), %r9
	mov	GUEST_R10(%rsi), %r10
	mov	GUEST_R11(%rsi), %r11
	mov	GUEST_R12(%rsi), %r12
	mov	GUEST_R13(%rsi), %r13
	mov	GUEST_R14(%rsi), %r14
	mov	GUEST_R15(%rsi), %r15
	mov	GUEST_RSI(%rsi), %rsi
	clgi
	vmrun
	push	%rsi
	mov	8(%rsp), %rsi
	mov	%rbx, GUEST_RBX(%rsi)
	mov	%rcx, GUEST_RCX(%rsi)
	mov	%rdx, GUEST_RDX(%rsi)
	mov	%rdi, GUEST_RDI(%rsi)
	mov	%rbp, GUEST_RBP(%rsi)
	mov	%r8, GUEST_R8(%rsi)
	mov	%r9, GUEST_R9(%rsi)
	mov	%r10, GUEST_R10(%rsi)
	mov	%r11, GUEST_R11(%rsi)
	mov	%r12, GUEST_R12(%rsi)
	mov	%r13, GUEST_R13(%rsi)
	mov	%r14, GUEST_R14(%rsi)
	mov	%r15, GUEST_R15(%rsi)
	pop	%rbx
	mov	%rbx, GUEST_RSI(%rsi)
	stgi
	pop	%rsi
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

/* The guest's VMMCALL is intercepted, so its RIP stays there: each VMRUN meets it again. */
	.globl	svm_round_trips
	.hidden	svm_round_trips
svm_round_trips:
	mov	%rdi, %rax
	mov	%rsi, %rcx
	clgi
	jrcxz	2f
1:	vmrun
	dec	%rcx
	jnz	1b
2:	stgi
	ret

/* In the guest: RBX(RDI), and out. */
	.globl	svm_guest_call, svm_guest_leave
	.hidden	svm_guest_call, svm_guest_leave
svm_guest_call:
	cld
	call	*%rbx
svm_guest_leave:
	vmmcall
	jmp	svm_guest_leave

	.section .note.GNU-stack, "", @progbits

/*
 * From compiled code, which calls it as any function, to entry_run().  On entry: RAX
 * the address of the code, the arguments in their registers (System V).
 */
	.text
	.globl	entry_enter
	.hidden	entry_enter
entry_enter:
	push	%rbp
	mov	%rsp, %rbp
	push	%r9
	push	%r8
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	mov	%rax, %rdi
	mov	%rsp, %rsi		/* the six, RDI first */
	call	entry_run
	leave
	ret

	.section .note.GNU-stack, "", @progbits

#include "tests/silicon/host/exceptions.h"

#include "lib/x86/cpu.h"
#include "lib/x86/trap.h"
#include "tests/silicon/host/host.h"

/* Behind a fault that was expected: the handler has said where (lib/x86/isr.S). */
static void go_on(const struct trap_frame *frame)
{
	if (frame->rip == (uintptr_t)fault_resume)
		__asm__ volatile("jmp *%0" : : "r"(frame->rip), "D"(frame->rdi));
}

static struct trap_frame frame_of(unsigned vector, uint32_t error_code)
{
	return (struct trap_frame){
		.vector = vector,
		.error = error_code,
		.rip = (uintptr_t)__builtin_return_address(0),
		.rsp = (uintptr_t)__builtin_frame_address(0),
		.cs = SELECTOR_CODE64,
		.rflags = host_here()->interrupts ? 0x202 : 0x002,
		.ss = SELECTOR_DATA,
	};
}

static void raise(struct trap_frame *frame)
{
	struct host *const host = host_here();

	host->bus.vector = 0;
	silicon_charge(host->silicon, host->number, SILICON_EXCEPTION, 1);
	trap_dispatch(frame);
	go_on(frame);
}

void exceptions_raise(unsigned vector, uint32_t error_code)
{
	struct trap_frame frame = frame_of(vector, error_code);

	raise(&frame);
	host_give_up("a handler came back from vector", vector);
}

void exceptions_raise_in_window(unsigned vector, uint32_t error_code)
{
	const struct interpreter *const it = &host_here()->interpreter;
	struct trap_frame frame = frame_of(vector, error_code);

	frame.rax = it->gpr[RAX];
	frame.rbx = it->gpr[RBX];
	frame.rcx = it->gpr[RCX];
	frame.rdx = it->gpr[RDX];
	frame.rsi = it->gpr[RSI];
	frame.rdi = it->gpr[RDI];
	frame.rbp = it->gpr[RBP];
	frame.rsp = it->gpr[RSP];
	frame.r8 = it->gpr[R8];
	frame.r9 = it->gpr[R9];
	frame.r10 = it->gpr[R10];
	frame.r11 = it->gpr[R11];
	frame.r12 = it->gpr[R12];
	frame.r13 = it->gpr[R13];
	frame.r14 = it->gpr[R14];
	frame.r15 = it->gpr[R15];
	frame.rip = it->rip;
	frame.rflags = interpreter_flags(it);
	raise(&frame);
	silicon_charge(host_here()->silicon, host_here()->number, SILICON_IRET, 1);
}

void exceptions_interrupt(unsigned vector)
{
	struct host *const host = host_here();
	struct trap_frame frame = frame_of(vector, 0);

	silicon_charge(host->silicon, host->number,
	               vector == VECTOR_NMI ? SILICON_NMI : SILICON_INTERRUPT, 1);
	trap_dispatch(&frame);
	silicon_charge(host->silicon, host->number, SILICON_IRET, 1);
}

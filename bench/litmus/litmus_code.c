#include "bench/litmus/litmus_code.h"

#include "bench/harness/window/emit.h"

#include <stdbool.h>

/* Displacements in the arguments, as the code below has them. */
#define ARGS_ICR_LOW 48
#define ARGS_READ_ONLY 96
#define ARGS_INTERRUPTS 104
#define ARGS_TIMEOUTS 108
#define ARGS_REGISTERS 112

_Static_assert(offsetof(struct litmus_args, entries) == 8, "RDI");
_Static_assert(offsetof(struct litmus_args, descriptor) == 16, "R9");
_Static_assert(offsetof(struct litmus_args, cr3) == 24, "R10");
_Static_assert(offsetof(struct litmus_args, cr3_keep) == 32, "R11");
_Static_assert(offsetof(struct litmus_args, icr) == 40, "ICR");
_Static_assert(offsetof(struct litmus_args, icr_low) == ARGS_ICR_LOW, "ICR");
_Static_assert(offsetof(struct litmus_args, icr_high) == ARGS_ICR_LOW + 4, "ICR");
_Static_assert(offsetof(struct litmus_args, read_only) == ARGS_READ_ONLY, "entry");
_Static_assert(offsetof(struct litmus_args, interrupts) == ARGS_INTERRUPTS, "taken");
_Static_assert(offsetof(struct litmus_args, timeouts) == ARGS_TIMEOUTS, "timeouts");
_Static_assert(offsetof(struct litmus_args, registers) == ARGS_REGISTERS, "registers");

BODY(litmus_enter, "push %rbx\n"
                   "push %r12\n"
                   "push %r13\n"
                   "push %r14\n"
                   "mov %rdi, %rbx\n"
                   "mov (%rbx), %rsi\n"
                   "mov 8(%rbx), %rdi\n"
                   "mov 16(%rbx), %r9\n"
                   "mov 24(%rbx), %r10\n"
                   "mov 32(%rbx), %r11\n"
                   "xor %r12d, %r12d\n"
                   "xor %r13d, %r13d\n"
                   "xor %r14d, %r14d")
BODY(litmus_leave, "mov %r12d, 112(%rbx)\n"
                   "mov %r13d, 116(%rbx)\n"
                   "mov %r14d, 120(%rbx)\n"
                   "pop %r14\n"
                   "pop %r13\n"
                   "pop %r12\n"
                   "pop %rbx\n"
                   "ret")
BODY(litmus_to_r0, "mov %eax, %r12d")
BODY(litmus_to_r1, "mov %eax, %r13d")
BODY(litmus_to_r2, "mov %eax, %r14d")

BODY(litmus_store, "movl $0x7fffffff, 0x7fffffff(%rsi)")
BODY(litmus_store_locked, "mov $0x7fffffff, %eax\n"
                          "xchg %eax, 0x7fffffff(%rsi)")
BODY(litmus_load, "mov 0x7fffffff(%rsi), %eax")
BODY(litmus_await, "mov $0x7fffffff, %ecx\n"
                   "1: cmpl $0x7fffffff, 0x7fffffff(%rsi)\n"
                   "je 2f\n"
                   "pause\n"
                   "dec %ecx\n"
                   "jnz 1b\n"
                   "incl 108(%rbx)\n"
                   "2:")
BODY(litmus_await_ipi, "mov $0x7fffffff, %ecx\n"
                       "1: cmpl $0, 104(%rbx)\n"
                       "jne 2f\n"
                       "pause\n"
                       "dec %ecx\n"
                       "jnz 1b\n"
                       "incl 108(%rbx)\n"
                       "2:")
BODY(litmus_map, "mov 0x7fffffff(%rbx), %rax\n"
                 "mov %rax, 0x7fffffff(%rdi)")
BODY(litmus_unmap, "movq $0, 0x7fffffff(%rdi)")
BODY(litmus_entry, "mov 0x7fffffff(%rdi), %eax")
BODY(litmus_xchg_unmap, "xor %eax, %eax\n"
                        "xchg %rax, 0x7fffffff(%rdi)")
BODY(litmus_xchg_rdonly, "mov 96(%rbx), %rax\n"
                         "xchg %rax, 0x7fffffff(%rdi)")
BODY(litmus_invlpg, "invlpg 0x7fffffff(%rsi)")
BODY(litmus_invpcid, "xor %eax, %eax\n"
                     "invpcid (%r9), %rax")
BODY(litmus_cr3, "mov %r10, %cr3")
BODY(litmus_cr3_noflush, "mov %r11, %cr3")
BODY(litmus_fence, "mfence\n"
                   "lfence")
BODY(litmus_ipi_xapic, "mov 48(%rbx), %ecx\n"
                       "mov 40(%rbx), %rax\n"
                       "mov %ecx, (%rax)")
BODY(litmus_ipi_x2apic, "mov 48(%rbx), %eax\n"
                        "mov 52(%rbx), %edx\n"
                        "mov $0x830, %ecx\n"
                        "wrmsr")

/* A kind's bytes, and where in them its operands stand; 0: it has none of these. */
struct form {
	struct body body;
	uint8_t displacement; /* of the page's word or entry */
	uint8_t value;        /* of the step */
	uint8_t frame;        /* displacement of an entry's value in the arguments */
	uint8_t looks;
	bool is_entry;    /* the displacement is of the entry */
	bool to_register; /* EAX goes to the register in value */
};

static const struct form forms[LITMUS_KINDS] = {
	[LITMUS_STORE] = { .body = { BODY_RANGE(litmus_store) },
	                   .displacement = 2,
	                   .value = 6 },
	[LITMUS_STORE_LOCKED] = { .body = { BODY_RANGE(litmus_store_locked) },
	                          .displacement = 7,
	                          .value = 1 },
	[LITMUS_LOAD] = { .body = { BODY_RANGE(litmus_load) },
	                  .displacement = 2,
	                  .to_register = true },
	[LITMUS_AWAIT] = { .body = { BODY_RANGE(litmus_await) },
	                   .looks = 1,
	                   .displacement = 7,
	                   .value = 11 },
	[LITMUS_MAP] = { .body = { BODY_RANGE(litmus_map) },
	                 .frame = 3,
	                 .displacement = 10,
	                 .is_entry = true },
	[LITMUS_UNMAP] = { .body = { BODY_RANGE(litmus_unmap) },
	                   .displacement = 3,
	                   .is_entry = true },
	[LITMUS_ENTRY] = { .body = { BODY_RANGE(litmus_entry) },
	                   .displacement = 2,
	                   .is_entry = true,
	                   .to_register = true },
	[LITMUS_XCHG_UNMAP] = { .body = { BODY_RANGE(litmus_xchg_unmap) },
	                        .displacement = 5,
	                        .is_entry = true,
	                        .to_register = true },
	[LITMUS_XCHG_RDONLY] = { .body = { BODY_RANGE(litmus_xchg_rdonly) },
	                         .displacement = 7,
	                         .is_entry = true,
	                         .to_register = true },
	[LITMUS_INVLPG] = { .body = { BODY_RANGE(litmus_invlpg) }, .displacement = 3 },
	[LITMUS_INVPCID] = { .body = { BODY_RANGE(litmus_invpcid) } },
	[LITMUS_CR3] = { .body = { BODY_RANGE(litmus_cr3) } },
	[LITMUS_CR3_NOFLUSH] = { .body = { BODY_RANGE(litmus_cr3_noflush) } },
	[LITMUS_FENCE] = { .body = { BODY_RANGE(litmus_fence) } },
	[LITMUS_IPI_XAPIC] = { .body = { BODY_RANGE(litmus_ipi_xapic) } },
	[LITMUS_IPI_X2APIC] = { .body = { BODY_RANGE(litmus_ipi_x2apic) } },
	[LITMUS_AWAIT_IPI] = { .body = { BODY_RANGE(litmus_await_ipi) }, .looks = 1 },
};

static const struct body to_register[LITMUS_REGISTERS] = {
	{ BODY_RANGE(litmus_to_r0) },
	{ BODY_RANGE(litmus_to_r1) },
	{ BODY_RANGE(litmus_to_r2) },
};
static const struct body enter = { BODY_RANGE(litmus_enter) };
static const struct body leave = { BODY_RANGE(litmus_leave) };

/* Bytes from a page to the next: of words that are translated, and of their entries. */
static uint32_t step_of(struct litmus_layout layout, bool is_entry)
{
	return layout.stride * (is_entry ? 8u : 4096u);
}

static uint8_t *put_step(uint8_t *at, const struct litmus_step *step,
                         struct litmus_layout layout)
{
	const struct form *const form = &forms[step->kind];
	uint8_t *const end = emit_body(at, &form->body);

	if (form->displacement != 0)
		emit_operand(at + form->displacement,
		             step->page * step_of(layout, form->is_entry) +
		                     (form->is_entry
		                              ? 0
		                              : litmus_word_offset(
							(enum litmus_page)step->page)));
	if (form->value != 0)
		emit_operand(at + form->value, step->value);
	if (form->frame != 0)
		emit_operand(at + form->frame,
		             (uint32_t)offsetof(struct litmus_args, values) +
		                     8u * step->value);
	if (form->looks != 0)
		emit_operand(at + form->looks, LITMUS_LOOKS);
	return form->to_register ? emit_body(end, &to_register[step->value]) : end;
}

/* What an xAPIC's store is in x2APIC mode: a WRMSR that waits for earlier stores. */
static uint8_t *put_as_x2apic(uint8_t *at, struct litmus_layout layout)
{
	at = put_step(at, &(struct litmus_step){ .kind = LITMUS_FENCE }, layout);
	return put_step(at, &(struct litmus_step){ .kind = LITMUS_IPI_X2APIC }, layout);
}

uint32_t litmus_code_assemble(uint8_t *at, const struct litmus_step *steps,
                              unsigned count, struct litmus_layout layout, bool x2apic)
{
	uint8_t *next = emit_body(at, &enter);

	for (unsigned i = 0; i < count; i++)
		next = x2apic && steps[i].kind == LITMUS_IPI_XAPIC
		               ? put_as_x2apic(next, layout)
		               : put_step(next, &steps[i], layout);
	next = emit_body(next, &leave);
	return (uint32_t)(next - at);
}

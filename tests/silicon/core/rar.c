/*
 * Remote Action Request, by what patches for Linux of 2019 and 2025 and their reviews
 * say of it: the SDM does not describe it, and Intel's white paper 341431 was not read.
 * What they leave open is done as little as the words allow, so that who expects more
 * sees it.
 */
#include "tests/silicon/core/bits.h"
#include "tests/silicon/core/clock.h"
#include "tests/silicon/core/drop.h"
#include "tests/silicon/core/strike.h"

#define MSR_IS_CORE_CAPABILITIES 0xcfu
#define MSR_IS_RAR_CONTROL 0xedu
#define MSR_IS_RAR_ACTION_VECTOR 0xeeu
#define MSR_IS_RAR_PAYLOAD_TABLE 0xefu
#define MSR_IS_RAR_INFO 0xf0u

#define CAPABILITY_IS_RAR BIT(1)

#define CONTROL_IS_ON BIT(31)
#define CONTROL_IGNORES_IF BIT(30)

#define SLOTS 64u
#define PAYLOAD_BYTES 64u

#define STATUS_DONE 0x00u
#define STATUS_PENDING 0x01u
#define STATUS_FAILED 0x80u

enum { TYPE_INVLPG_OF_CR3, TYPE_INVLPG, TYPE_INVPCID };
enum { SUBTYPE_ADDRESS, SUBTYPE_PCID, SUBTYPE_ALL, SUBTYPE_ALL_NON_GLOBAL };

#define PAYLOAD_RESERVED (~UINT64_C(0x7ff0000ffff))

struct payload {
	uint64_t type, subtype, page_size, pages;
	bool has_reserved;
	uint64_t of; /* CR3, or PCID */
	uint64_t va;
};

enum silicon_msr silicon_read_rar(const struct silicon *s, const struct cpu_state *cpu,
                                  uint32_t msr, uint64_t *value)
{
	if (!s->params.rar)
		return MSR_FOREIGN;
	switch (msr) {
	case MSR_IS_CORE_CAPABILITIES:
		*value = CAPABILITY_IS_RAR;
		return MSR_DONE;
	case MSR_IS_RAR_CONTROL:
		*value = cpu->rar.control;
		return MSR_DONE;
	case MSR_IS_RAR_ACTION_VECTOR:
		*value = cpu->rar.action_vector;
		return MSR_DONE;
	case MSR_IS_RAR_PAYLOAD_TABLE:
		*value = cpu->rar.payload_table;
		return MSR_DONE;
	case MSR_IS_RAR_INFO:
		*value = (uint64_t)(SLOTS - 1) << 32;
		return MSR_DONE;
	default:
		return MSR_FOREIGN;
	}
}

static enum silicon_msr write_if(bool fits, uint64_t *to, uint64_t value)
{
	if (!fits)
		return MSR_FAULTS;
	*to = value;
	return MSR_DONE;
}

enum silicon_msr silicon_write_rar(const struct silicon *s, struct cpu_state *cpu,
                                   uint32_t msr, uint64_t value)
{
	if (!s->params.rar)
		return MSR_FOREIGN;
	switch (msr) {
	case MSR_IS_RAR_CONTROL:
		return write_if((value & ~(CONTROL_IS_ON | CONTROL_IGNORES_IF)) == 0,
		                &cpu->rar.control, value);
	case MSR_IS_RAR_ACTION_VECTOR:
		return write_if((value & ~ENTRY_ADDRESS & ~UINT64_C(0xfc0)) == 0,
		                &cpu->rar.action_vector, value);
	case MSR_IS_RAR_PAYLOAD_TABLE:
		return write_if((value & ~ENTRY_ADDRESS) == 0, &cpu->rar.payload_table,
		                value);
	case MSR_IS_CORE_CAPABILITIES:
	case MSR_IS_RAR_INFO:
		return MSR_FAULTS;
	default:
		return MSR_FOREIGN;
	}
}

static struct payload payload_of(const struct silicon *s, const struct cpu_state *cpu,
                                 uint32_t slot)
{
	const uint64_t at = cpu->rar.payload_table + (uint64_t)slot * PAYLOAD_BYTES;
	const uint64_t word = s->memory.read(s->memory.of, at);

	return (struct payload){
		.type = word >> 8 & 0xff,
		.subtype = word >> 32 & 7,
		.page_size = word >> 35 & 3,
		.pages = word >> 37 & 0x3f,
		.has_reserved = (word & PAYLOAD_RESERVED) != 0 ||
		                s->memory.read(s->memory.of, at + 8) != 0,
		.of = s->memory.read(s->memory.of, at + 16),
		.va = s->memory.read(s->memory.of, at + 24),
	};
}

/* INVEPT and INVVPID need VMX operation, which there is none of; WRMSR is not here. */
static bool is_lawful(const struct silicon *s, const struct cpu_state *cpu,
                      const struct payload *payload)
{
	const bool names_pcid =
		payload->type == TYPE_INVPCID && payload->subtype <= SUBTYPE_PCID;

	if (payload->has_reserved || payload->type > TYPE_INVPCID ||
	    payload->subtype > SUBTYPE_ALL_NON_GLOBAL ||
	    payload->page_size >= SILICON_SIZES)
		return false;
	if (payload->type != TYPE_INVPCID && payload->subtype == SUBTYPE_PCID)
		return false;
	if (names_pcid &&
	    ((payload->of & ~CR3_PCID) != 0 || (payload->of != 0 && !has_pcide(cpu))))
		return false;
	return payload->subtype != SUBTYPE_ADDRESS ||
	       is_canonical(payload->va, s->params.la57);
}

/* An address form is not said to drop more upper levels than it uses. */
static struct drop meant_by(const struct cpu_state *cpu, const struct payload *payload)
{
	const bool is_invpcid = payload->type == TYPE_INVPCID;
	const bool is_address = payload->subtype == SUBTYPE_ADDRESS;
	struct drop what = {
		.any_page = !is_address,
		.any_pcid = is_invpcid && payload->subtype >= SUBTYPE_ALL,
		.uppers = is_address ? DROP_UPPERS_OF_PATH : DROP_ALL_UPPERS,
		.pcid = is_invpcid ? (uint16_t)(payload->of & CR3_PCID)
		                   : current_pcid(cpu),
		.va = payload->va,
	};

	if (payload->subtype == SUBTYPE_ALL || (!is_invpcid && is_address))
		what.globals = DROP_ALL_GLOBALS;
	return what;
}

static void act(struct silicon *s, struct cpu_state *cpu, const struct payload *payload)
{
	struct drop what = meant_by(cpu, payload);
	const uint64_t pages = payload->subtype == SUBTYPE_ADDRESS ? payload->pages : 1;

	if (payload->type == TYPE_INVLPG_OF_CR3 && payload->of != cpu->registers.cr3)
		return;
	for (uint64_t i = 0; i < pages; i++) {
		silicon_work(s, cpu, cpu->core->type->costs[SILICON_RAR_PAGE]);
		silicon_drop(s, cpu, what, OPERATION_RAR);
		what.va += UINT64_C(1)
		           << size_shift((enum silicon_size)payload->page_size);
	}
}

static unsigned answer(struct silicon *s, struct cpu_state *cpu, uint32_t slot)
{
	const struct payload payload = payload_of(s, cpu, slot);

	if (!is_lawful(s, cpu, &payload) ||
	    silicon_lone_strikes(s, cpu, EFFECT_RAR_FAILS))
		return STATUS_FAILED;
	act(s, cpu, &payload);
	return STATUS_DONE;
}

/* Eight slots of the action vector at once, as memory is read. */
static void serve_word(struct silicon *s, struct cpu_state *cpu, uint32_t first)
{
	const uint64_t at = cpu->rar.action_vector + first;
	const uint64_t asked = s->memory.read(s->memory.of, at);
	uint64_t answered = asked;

	for (uint32_t i = 0; i < 8; i++)
		if ((asked >> 8 * i & 0xff) == STATUS_PENDING) {
			answered &= ~(UINT64_C(0xff) << 8 * i);
			answered |= (uint64_t)answer(s, cpu, first + i) << 8 * i;
		}
	if (answered != asked)
		s->memory.write(s->memory.of, at, answered);
}

bool silicon_rar(struct silicon *s, uint32_t cpu, uint32_t from, bool takes_interrupts)
{
	struct cpu_state *const one = &s->cpus[cpu];

	if (!s->params.rar || (one->rar.control & CONTROL_IS_ON) == 0)
		return true;
	if (!takes_interrupts && (one->rar.control & CONTROL_IGNORES_IF) == 0)
		return false;
	if (silicon_lone_strikes(s, one, EFFECT_RAR_NEVER_ANSWERS) ||
	    (cpu == from && silicon_lone_strikes(s, one, EFFECT_RAR_NOT_TO_SELF)))
		return true;
	silicon_pay(s, one, SILICON_RAR);
	for (uint32_t first = 0; first < SLOTS; first += 8)
		serve_word(s, one, first);
	return true;
}

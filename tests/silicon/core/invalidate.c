/*
 * INVLPG, INVPCID, INVLPGB and TLBSYNC: what they drop, and when they fault instead
 * (SDM 3A 5.10.4.1, SDM 2A "INVPCID", APM 2 5.5.3 "TLB Management", APM 3 "INVLPGB").
 */
#include "tests/silicon/core/bits.h"
#include "tests/silicon/core/clock.h"
#include "tests/silicon/core/drop.h"
#include "tests/silicon/core/strike.h"

/* With EFER.TCE the upper levels of the address are enough; Intel has no such bit. */
static enum drop_uppers uppers_of_address(const struct silicon *s,
                                          const struct cpu_state *cpu,
                                          enum drop_uppers without_tce)
{
	if (!s->params.tce)
		return without_tce;
	return (cpu->registers.efer & EFER_BIT_TCE) != 0 ? DROP_UPPERS_OF_PATH
	                                                 : DROP_ALL_UPPERS;
}

void silicon_invlpg(struct silicon *s, uint32_t cpu, uint64_t va)
{
	struct cpu_state *const one = &s->cpus[cpu];
	const struct drop what = {
		.globals = DROP_ALL_GLOBALS,
		.uppers = uppers_of_address(s, one, DROP_ALL_UPPERS),
		.pcid = current_pcid(one),
		.va = va,
	};

	silicon_pay(s, one, SILICON_INVLPG);
	if (is_canonical(va, s->params.la57))
		silicon_drop(s, one, what, OPERATION_INVLPG);
}

enum { TYPE_ADDRESS, TYPE_CONTEXT, TYPE_ALL_GLOBAL, TYPE_ALL_NON_GLOBAL };

unsigned silicon_invpcid(struct silicon *s, uint32_t cpu, uint64_t type, uint64_t low,
                         uint64_t high)
{
	struct cpu_state *const one = &s->cpus[cpu];
	const struct drop what = {
		.any_pcid = type >= TYPE_ALL_GLOBAL,
		.any_page = type != TYPE_ADDRESS,
		.globals = type == TYPE_ALL_GLOBAL ? DROP_ALL_GLOBALS : DROP_NO_GLOBALS,
		.uppers = type == TYPE_ADDRESS
		                  ? uppers_of_address(s, one, DROP_UPPERS_OF_PATH)
		                  : DROP_ALL_UPPERS,
		.pcid = (uint16_t)(low & CR3_PCID),
		.va = high,
	};

	if (!s->params.invpcid)
		return VECTOR_IS_UD;
	if (type > TYPE_ALL_NON_GLOBAL || (low & ~CR3_PCID) != 0)
		return VECTOR_IS_GP;
	if (type == TYPE_ADDRESS && !is_canonical(high, s->params.la57))
		return VECTOR_IS_GP;
	if (type <= TYPE_CONTEXT && low != 0 && !has_pcide(one))
		return VECTOR_IS_GP;
	silicon_pay(s, one, (enum silicon_cost)(SILICON_INVPCID_0 + type));
	silicon_drop(s, one, what,
	             (enum silicon_operation)(OPERATION_INVPCID_0 + type));
	return 0;
}

#define RAX_VA BIT(0)
#define RAX_PCID BIT(1)
#define RAX_ASID BIT(2)
#define RAX_GLOBALS BIT(3)
#define RAX_ONLY_LEAVES BIT(4)
#define RAX_RESERVED UINT64_C(0xfc0)
#define ECX_COUNT UINT32_C(0xffff)
#define ECX_2M (UINT32_C(1) << 31)
#define EDX_ASID UINT32_C(0xffff)
#define EDX_RESERVED UINT32_C(0xf0000000)

static uint32_t pages_of(const struct pending_broadcast *broadcast)
{
	return (broadcast->rax & RAX_VA) == 0 ? 1 : (broadcast->ecx & ECX_COUNT) + 1;
}

unsigned silicon_invlpgb(struct silicon *s, uint32_t cpu, uint64_t rax, uint32_t ecx,
                         uint32_t edx)
{
	struct cpu_state *const one = &s->cpus[cpu];
	const struct pending_broadcast broadcast = { rax, ecx, edx };

	if (!s->params.invlpgb || silicon_lone_strikes(s, one, EFFECT_INVLPGB_FAULTS))
		return VECTOR_IS_UD;
	if ((rax & RAX_RESERVED) != 0 || (edx & EDX_RESERVED) != 0 ||
	    (ecx & ~(ECX_COUNT | ECX_2M)) != 0 ||
	    (ecx & ECX_COUNT) >= s->params.invlpgb_pages ||
	    ((rax & RAX_PCID) != 0 && !has_pcide(one)))
		return VECTOR_IS_GP;
	silicon_pay(s, one, SILICON_INVLPGB);
	silicon_work(s, one,
	             one->core->type->costs[SILICON_INVLPGB_PAGE] *
	                     pages_of(&broadcast));
	if (one->pending_count == PENDING_MOST)
		one->pending_all = true;
	else
		one->pending[one->pending_count++] = broadcast;
	return 0;
}

static struct drop meant_by(const struct pending_broadcast *broadcast)
{
	const bool has_va = (broadcast->rax & RAX_VA) != 0;
	enum drop_uppers uppers = has_va ? DROP_UPPERS_OF_PATH : DROP_ALL_UPPERS;

	if ((broadcast->rax & RAX_ONLY_LEAVES) != 0)
		uppers = DROP_NO_UPPERS;
	return (struct drop){
		.any_pcid = (broadcast->rax & RAX_PCID) == 0,
		.any_page = !has_va,
		.globals = (broadcast->rax & RAX_GLOBALS) != 0 ? DROP_GLOBALS_OF_PCID
		                                               : DROP_NO_GLOBALS,
		.uppers = uppers,
		.pcid = (uint16_t)(broadcast->edx >> 16 & CR3_PCID),
		.va = broadcast->rax & ~UINT64_C(0xfff),
	};
}

/* On one processor; of a guest's address space there is nothing here. */
static void arrive(struct silicon *s, struct cpu_state *at,
                   const struct pending_broadcast *broadcast)
{
	struct drop what = meant_by(broadcast);
	const unsigned shift = (broadcast->ecx & ECX_2M) != 0 ? SHIFT_2M : SHIFT_4K;

	if ((broadcast->rax & RAX_ASID) != 0 && (broadcast->edx & EDX_ASID) != 0)
		return;
	for (uint32_t left = pages_of(broadcast); left != 0; left--) {
		silicon_drop(s, at, what, OPERATION_INVLPGB);
		what.va += UINT64_C(1) << shift;
	}
}

unsigned silicon_tlbsync(struct silicon *s, uint32_t cpu)
{
	struct cpu_state *const one = &s->cpus[cpu];

	if (!s->params.invlpgb)
		return VECTOR_IS_UD;
	silicon_pay(s, one, SILICON_TLBSYNC);
	for (uint32_t i = 0; i < s->cpu_count; i++) {
		for (uint32_t k = 0; k < one->pending_count; k++)
			arrive(s, &s->cpus[i], &one->pending[k]);
		if (one->pending_all)
			silicon_drop_everything(&s->cpus[i]);
	}
	one->pending_count = 0;
	one->pending_all = false;
	return 0;
}

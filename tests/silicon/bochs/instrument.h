/*
 * The callbacks of Bochs' instrumentation (its instrument/instrumentation.txt) that the
 * modelled machine uses; the others are empty.  Bochs includes this file everywhere, as
 * C++, under this name.
 */
#if BX_INSTRUMENTATION

class bxInstruction_c;

void body_initialize(unsigned cpu);
void body_reset(unsigned cpu, unsigned type);
void body_decoded(unsigned cpu, bxInstruction_c *i, const Bit8u *bytes,
                  unsigned length);
void body_before(unsigned cpu, bxInstruction_c *i);
void body_exception(unsigned cpu);
void body_interrupt(unsigned cpu, unsigned vector);
void body_mwait(unsigned cpu, Bit32u hints);
void body_sleeps(unsigned cpu);
void body_unpaged(unsigned cpu, bx_address linear, unsigned kind);

/* True while some processor of the model has paging off. */
extern bool body_is_unpaged;

#define BX_INSTR_INIT_ENV()
#define BX_INSTR_EXIT_ENV()
#define BX_INSTR_INITIALIZE(cpu) body_initialize(cpu)
#define BX_INSTR_EXIT(cpu)
#define BX_INSTR_RESET(cpu, type) body_reset(cpu, type)
#define BX_INSTR_HLT(cpu) body_sleeps(cpu)
#define BX_INSTR_MWAIT(cpu, address, length, flags) body_mwait(cpu, flags)
#define BX_INSTR_DEBUG_PROMPT()
#define BX_INSTR_DEBUG_CMD(text)
#define BX_INSTR_CNEAR_BRANCH_TAKEN(cpu, from, to)
#define BX_INSTR_CNEAR_BRANCH_NOT_TAKEN(cpu, from)
#define BX_INSTR_UCNEAR_BRANCH(cpu, what, from, to)
#define BX_INSTR_FAR_BRANCH(cpu, what, old_cs, from, new_cs, to)
#define BX_INSTR_OPCODE(cpu, i, bytes, length, is_32, is_64)                           \
	body_decoded(cpu, i, bytes, length)
#define BX_INSTR_EXCEPTION(cpu, vector, error_code) body_exception(cpu)
#define BX_INSTR_INTERRUPT(cpu, vector)
#define BX_INSTR_HWINTERRUPT(cpu, vector, cs, at) body_interrupt(cpu, vector)
#define BX_INSTR_CLFLUSH(cpu, linear, physical)
#define BX_INSTR_CACHE_CNTRL(cpu, what)
#define BX_INSTR_TLB_CNTRL(cpu, what, cr3)
#define BX_INSTR_PREFETCH_HINT(cpu, what, segment, offset)
#define BX_INSTR_BEFORE_EXECUTION(cpu, i) body_before(cpu, i)
#define BX_INSTR_AFTER_EXECUTION(cpu, i)
#define BX_INSTR_REPEAT_ITERATION(cpu, i)
#define BX_INSTR_LIN_ACCESS(cpu, linear, physical, length, memory_type, kind)          \
	do {                                                                           \
		if (body_is_unpaged)                                                   \
			body_unpaged(cpu, linear, kind);                               \
	} while (0)
#define BX_INSTR_PHY_ACCESS(cpu, physical, length, memory_type, kind)
#define BX_INSTR_INP(port, length)
#define BX_INSTR_INP2(port, length, value)
#define BX_INSTR_OUTP(port, length, value)
#define BX_INSTR_WRMSR(cpu, msr, value)
#define BX_INSTR_VMEXIT(cpu, reason, qualification)

#endif

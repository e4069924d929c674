#include "lib/x86/start/la57.h"

#include "lib/x86/insn.h"
#include "lib/x86/mapped.h"
#include "lib/x86/start/trampoline.h"

typedef void la57_code(uint64_t data, uint32_t cr3, uint32_t cr4);

void la57_set(uint64_t low, bool on)
{
	const uint64_t cr4 = read_cr4() & ~CR4_PCIDE;
	const uint64_t from = low + (on ? LOW_PML4 : LOW_ROOT);
	const uint64_t to = low + (on ? LOW_ROOT : LOW_PML4);

	if (((cr4 & CR4_LA57) != 0) == on)
		return;
	/*
	 * While paging goes off PCIDE must be clear.  The area may not be executable in
	 * the firmware's tables, of which nothing global is to stay.
	 */
	write_cr4(cr4 & ~CR4_PGE);
	write_cr3(from);
	((la57_code *)mapped_code(low + LOW_LA57))(
		low + LOW_DATA, (uint32_t)to, (uint32_t)((cr4 & ~CR4_PGE) ^ CR4_LA57));
	write_cr4(cr4 ^ CR4_LA57);
}

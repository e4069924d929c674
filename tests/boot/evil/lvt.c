#include "lib/x86/insn.h"
#include "tests/boot/evil/evil.h"

#define LVT_THERMAL UINT64_C(0xfee00330)
#define DELIVERY_SMI 0x200u

/* As laptops have it: when the processor is too hot, firmware hears of it by an SMI. */
void evil_lvt(const struct evil *evil)
{
	if (evil->thermal_smi)
		*(volatile uint32_t *)LVT_THERMAL = DELIVERY_SMI;
}

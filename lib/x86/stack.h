#pragma once
/* Continue on another stack; the way back is not used. */
#include <stdint.h>

static inline _Noreturn void stack_switch(uint64_t top, void (*function)(void *),
                                          void *argument)
{
	__asm__ volatile("mov %0, %%rsp\n\t"
	                 "xor %%ebp, %%ebp\n\t"
	                 "call *%1\n\t"
	                 "ud2"
	                 :
	                 : "r"(top & ~UINT64_C(15)), "r"(function), "D"(argument)
	                 : "memory");
	__builtin_unreachable();
}

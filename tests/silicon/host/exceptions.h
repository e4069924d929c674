#pragma once
/*
 * Exceptions and NMIs of the modelled processor: the program's own handlers take them
 * (lib/x86/cpu.c), with a frame as its stubs would have made.
 */
#include <stdint.h>

/* In compiled code.  Returns only if the handler does, which those of faults do not. */
void exceptions_raise(unsigned vector, uint32_t error_code);

/* At an instruction that the interpreter was to run.  Returns if it is to run again. */
void exceptions_raise_in_window(unsigned vector, uint32_t error_code);

/* An NMI, or an interrupt that its APIC delivers. */
void exceptions_interrupt(unsigned vector);

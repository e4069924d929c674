#pragma once
#include <stdbool.h>

/*
 * Sends this processor an NMI through its own local APIC, in the mode it is in, and
 * waits, bounded, until it was accepted.  False if the APIC is off.  (A fixed interrupt
 * would wait for IF, and the self shorthand may not carry an NMI: SDM 3A 12.6.1
 * "Interrupt Command Register (ICR)".)
 */
bool apic_send_nmi_to_self(void);

#pragma once
/*
 * The local APIC of the processor that calls, in xAPIC or x2APIC mode (SDM 3A chapter
 * 12 "Advanced Programmable Interrupt Controller (APIC)").
 *
 * Destinations are 32-bit APIC ids; xAPIC mode reaches ids below 255 only, and a
 * send to another returns false without sending.
 *
 * In xAPIC mode a send first waits, bounded, for the one before it to be accepted,
 * takes two stores, and must not be interrupted by another send of the same
 * processor.  In x2APIC mode it is one WRMSR, which is not serialising: whoever has
 * stored what the receiver is to read calls apic_publish() first (SDM 3A 12.12.3
 * "MSR Access in x2APIC Mode").
 */
#include "lib/base/line.h"
#include "lib/x86/insn.h"

#include <stdbool.h>
#include <stdint.h>

enum apic_mode { APIC_OFF, APIC_XAPIC, APIC_X2APIC };

struct apic {
	enum apic_mode mode;
	uint64_t base; /* of the registers in memory, for xAPIC mode */
};

/* As IA32_APIC_BASE of this processor has it. */
struct apic apic_found(void);

uint32_t apic_id(const struct apic *apic);

/* That of the processor that calls, by CPUID if its APIC is off. */
uint32_t apic_own_id(void);

#define APIC_LVTS 7u

/* LVT entries that firmware has its SMIs by; 0 where an entry is not one of them. */
struct apic_smi_entries {
	uint32_t of[APIC_LVTS];
};

/*
 * Those of this processor.  Laptops whose thermal entry was masked, or was lost by
 * INIT, have hung when they got hot: so they stay as found, and the others get a copy,
 * as Linux does it (arch/x86/kernel/cpu/mce, intel_init_thermal()).
 */
struct apic_smi_entries apic_smi_entries(const struct apic *apic);

/* To this processor; false if it does not keep them.  Behind apic_prepare(). */
bool apic_copy_smi_entries(const struct apic *apic,
                           const struct apic_smi_entries *entries);

/* "thermal counter", in the order of the table of entries. */
void apic_smi_entries_put(struct line *line, const struct apic_smi_entries *entries);

/*
 * Masks every LVT entry but those in SMI delivery, with but_nmi also the NMI's at
 * LINT1, which stay as found; sets the spurious vector, lets only vectors from F0H on
 * pass, and enables the APIC in its mode.
 */
void apic_prepare(const struct apic *apic, uint8_t spurious_vector, bool but_nmi);

/*
 * Vectors from E0H on pass, in place of those from F0H on: whether that signal asks the
 * TPR is written nowhere.
 */
void apic_let_rar_through(const struct apic *apic, bool lets);

/* True if the machine's NMI comes through LINT1. */
bool apic_takes_nmi(const struct apic *apic);

/* Masks it there, where it does, and opens it again: one that comes meanwhile is lost.
 */
void apic_hold_nmi(const struct apic *apic, bool hold);

/* True if CPUID has x2APIC. */
bool apic_has_x2apic(void);

/*
 * xAPIC to x2APIC mode on this processor; false if it did not switch.  There is no
 * way back but through off, which is not gone.
 */
bool apic_enter_x2apic(struct apic *apic);

/* MFENCE; LFENCE: stores before it are seen before anything sent behind it. */
static inline void apic_publish(void)
{
	mfence_lfence();
}

/* Fixed interrupts.  False: the APIC stayed busy, or the destination is out of reach.
 */
bool apic_send(const struct apic *apic, uint32_t destination, uint8_t vector);
bool apic_send_self(const struct apic *apic, uint8_t vector);
/* To every processor there is but this one, whether it was started by us or not. */
bool apic_send_others(const struct apic *apic, uint8_t vector);
/* x2APIC: cluster id in 31:16, a bit for each member in 15:0. */
bool apic_send_cluster(const struct apic *apic, uint32_t logical, uint8_t vector);

/*
 * For code that sends by an instruction of its own: in xAPIC mode a store of low to
 * where the ICR is, which knows the destination from here on; in x2APIC mode a WRMSR of
 * both halves.  The vector is sent as apic_send() does it; false as there.
 */
struct apic_command {
	uint64_t icr; /* 0 in x2APIC mode */
	uint32_t low, high;
};
bool apic_aim(const struct apic *apic, uint32_t destination, uint8_t vector,
              struct apic_command *command);

bool apic_send_nmi(const struct apic *apic, uint32_t destination);
/* The signal of a Remote Action Request; only where the feature is. */
bool apic_send_rar(const struct apic *apic, uint32_t destination);
/*
 * Sends it to itself, of which nothing must be pending.  False if that faults: in
 * x2APIC mode the command is a register.
 */
bool apic_takes_rar(const struct apic *apic);
bool apic_send_init(const struct apic *apic, uint32_t destination);
/* Starts the processor at physical address page << 12, in real mode. */
bool apic_send_startup(const struct apic *apic, uint32_t destination, uint8_t page);

/* Logical x2APIC id of an APIC id (SDM 3A 12.12.10.2 "Deriving Logical x2APIC ID"). */
static inline uint32_t apic_logical_id(uint32_t id)
{
	return (id >> 4) << 16 | UINT32_C(1) << (id & 15);
}

/* The interrupt in service is done. */
void apic_eoi(const struct apic *apic);

/*
 * Sends this processor an NMI through its own local APIC, in the mode it is in, and
 * waits, bounded, until it was accepted.  False if the APIC is off.  (A fixed interrupt
 * would wait for IF, and the self shorthand may not carry an NMI: SDM 3A 12.6.1
 * "Interrupt Command Register (ICR)".)
 */
bool apic_send_nmi_to_self(void);

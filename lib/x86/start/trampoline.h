#pragma once
/*
 * The area below 1 MiB that application processors start in, and that CR4.LA57 is
 * changed in, four pages: code, which is only ever executed; data, only ever written;
 * the first root; and, if that is a PML5, a PML4 with the same tables below.  Offsets
 * are shared with trampoline.S and la57.S.
 */
/* Code: what starts processors, then, from here on, what changes CR4.LA57. */
#define LOW_LA57 0x800

#define LOW_DATA 0x1000 /* from the start of the area */
#define LOW_ROOT 0x2000
#define LOW_PML4 0x3000
#define LOW_BYTES 0x4000

#define LOW_TICKET 0x00    /* counted up by each processor that comes */
#define LOW_SLOTS 0x04     /* tickets from here on find no slot */
#define LOW_GDTR 0x08      /* m16:32, then padding */
#define LOW_PROTECTED 0x10 /* m16:32 far pointer to trampoline_protected */
#define LOW_LONG 0x18      /* m16:32 far pointer to trampoline_long */
#define LOW_CR3 0x20
#define LOW_EFER 0x24 /* low half, with LME */
#define LOW_SLOT_TABLE 0x28
#define LOW_ENTRY 0x30   /* void (*)(struct start_slot *) */
#define LOW_GDT 0x38     /* four descriptors */
#define LOW_NEEDS 0x58   /* of CPUID 8000_0001 EDX: who lacks one of these is refused */
#define LOW_REFUSED 0x5c /* how many were */
#define LOW_REFUSED_ID 0x60 /* APIC id of each, and 1 */
#define LOW_REFUSED_IDS 960
#define LOW_CR4 0xf60        /* of whoever starts */
#define LOW_LA57_STACK 0xf68 /* kept while registers have 32 bits */
#define LOW_LA57_BACK 0xf70  /* m16:32 far pointer to la57_long */
#define LOW_LA57_GDTR 0xf78  /* m16:64, then padding */

#define SLOT_STACK 0 /* in struct start_slot */
#define SLOT_SHIFT 6 /* its size is 64 bytes */

#define LOW_CODE32 0x08 /* selectors */
#define LOW_DATA32 0x10
#define LOW_CODE64 0x18

#ifndef __ASSEMBLER__
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct low_pointer {
	uint32_t offset;
	uint16_t selector;
	uint16_t unused;
};

struct low_data {
	_Atomic uint32_t ticket;
	uint32_t slots;
	uint8_t gdtr[6]; /* limit and base, which no C type aligns so */
	uint16_t unused;
	struct low_pointer protected_entry;
	struct low_pointer long_entry;
	uint32_t cr3;
	uint32_t efer;
	uint64_t slot_table;
	uint64_t entry;
	uint64_t gdt[4];
	uint32_t needs;
	_Atomic uint32_t refused;
	_Atomic uint32_t refused_id[LOW_REFUSED_IDS];
	uint32_t cr4;
	uint32_t unused2;
	uint64_t la57_stack;
	struct low_pointer la57_back;
	uint16_t la57_gdtr[8];
};

_Static_assert(sizeof(struct low_data) <= LOW_ROOT - LOW_DATA, "the data is a page");

#define LOW_CHECK(member, offset)                                                      \
	_Static_assert(offsetof(struct low_data, member) == (offset), #member)

LOW_CHECK(ticket, LOW_TICKET);
LOW_CHECK(slots, LOW_SLOTS);
LOW_CHECK(gdtr, LOW_GDTR);
LOW_CHECK(protected_entry, LOW_PROTECTED);
LOW_CHECK(long_entry, LOW_LONG);
LOW_CHECK(cr3, LOW_CR3);
LOW_CHECK(efer, LOW_EFER);
LOW_CHECK(slot_table, LOW_SLOT_TABLE);
LOW_CHECK(entry, LOW_ENTRY);
LOW_CHECK(gdt, LOW_GDT);
LOW_CHECK(needs, LOW_NEEDS);
LOW_CHECK(refused, LOW_REFUSED);
LOW_CHECK(refused_id, LOW_REFUSED_ID);
LOW_CHECK(cr4, LOW_CR4);
LOW_CHECK(la57_stack, LOW_LA57_STACK);
LOW_CHECK(la57_back, LOW_LA57_BACK);
LOW_CHECK(la57_gdtr, LOW_LA57_GDTR);

/* In the image, from where the code is copied. */
extern const uint8_t trampoline[], trampoline_protected[], trampoline_long[],
	trampoline_end[];
extern const uint8_t la57_switch[], la57_long[], la57_end[];
#endif

#pragma once
/*
 * Remote Action Request: an invalidation that another processor does without running
 * code of its own.  The SDM does not describe it.  Intel's white paper 341431, "Remote
 * Action Request", does, and was not read: this is what patches for Linux of 2019 and
 * 2025 (arch/x86/mm/rar.c, not merged) and their reviews say.
 *
 * A table of 64 payloads is shared by all; each processor has an action vector, a byte
 * for each of them.  Who asks writes a payload, then 01H into that byte of each target,
 * and sends a signal; the target does it and answers in the byte.
 */
#include <stdbool.h>
#include <stdint.h>

#define RAR_SLOTS 64u
#define RAR_PAYLOAD_BYTES 64u
#define RAR_PAGES_MOST 63u /* of one payload */

/* Types 3 to 5 (INVEPT, INVVPID, WRMSR) are for VMX operation, or change registers. */
enum rar_type { RAR_INVLPG_OF_CR3, RAR_INVLPG, RAR_INVPCID };

/* RAR_PCID is of RAR_INVPCID alone, whose RAR_ADDRESS leaves global pages. */
enum rar_subtype { RAR_ADDRESS, RAR_PCID, RAR_ALL, RAR_ALL_NON_GLOBAL };

/* Of a byte of an action vector.  Others are not known to be answers. */
enum rar_status { RAR_DONE = 0x00, RAR_PENDING = 0x01, RAR_FAILED = 0x80 };

struct rar_payload {
	uint64_t word[RAR_PAYLOAD_BYTES / 8];
};

/*
 * What a target is asked to do.  The program asks all that are lawful outside of VMX
 * operation.
 */
struct rar_action {
	const char *name; /* of its type, as a word of a variant */
	enum rar_type type;
	enum rar_subtype subtype;
	const char *op; /* what does the same on the own processor */
	bool pcide;     /* where CR4.PCIDE is set */
};

extern const struct rar_action rar_actions[];
extern const unsigned rar_action_count;

/*
 * cr3 is that of who asks, PCID and all: a target with another does nothing if the type
 * asks for it.  pages: 4 KiB each, from va on; RAR_PAGES_MOST at most, of RAR_ADDRESS
 * alone.
 */
struct rar_payload rar_payload_of(const struct rar_action *action, uint64_t cr3,
                                  uint16_t pcid, uint64_t va, uint32_t pages);

/* Payloads that so many pages need; 1 where the action takes none. */
uint32_t rar_payloads(const struct rar_action *action, uint32_t pages);

/*
 * What the text says must be gone: a page that is aimed at always; besides global
 * pages, and entries of upper levels.
 */
bool rar_drops_globals(const struct rar_action *action);
bool rar_drops_uppers(const struct rar_action *action);

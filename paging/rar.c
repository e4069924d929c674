#include "paging/rar.h"

#define TYPE_SHIFT 8
#define SUBTYPE_SHIFT 32
#define PAGES_SHIFT 37 /* bits 36:35 are the page size, 0 for 4 KiB */

const struct rar_action rar_actions[] = {
	{ "any", RAR_INVLPG, RAR_ADDRESS, "invlpg", false },
	{ "any", RAR_INVLPG, RAR_ALL, "invpcid_all_global", false },
	{ "any", RAR_INVLPG, RAR_ALL_NON_GLOBAL, "invpcid_all_non_global", false },
	{ "match", RAR_INVLPG_OF_CR3, RAR_ADDRESS, "invlpg", false },
	{ "match", RAR_INVLPG_OF_CR3, RAR_ALL, "invpcid_all_global", false },
	{ "match", RAR_INVLPG_OF_CR3, RAR_ALL_NON_GLOBAL, "invpcid_all_non_global",
	  false },
	{ "invpcid", RAR_INVPCID, RAR_ADDRESS, "invlpg", true },
	{ "invpcid", RAR_INVPCID, RAR_PCID, "invpcid_context", true },
	{ "invpcid", RAR_INVPCID, RAR_ALL, "invpcid_all_global", false },
	{ "invpcid", RAR_INVPCID, RAR_ALL_NON_GLOBAL, "invpcid_all_non_global", false },
};

const unsigned rar_action_count = sizeof rar_actions / sizeof rar_actions[0];

static bool takes_pages(const struct rar_action *action)
{
	return action->subtype == RAR_ADDRESS;
}

struct rar_payload rar_payload_of(const struct rar_action *action, uint64_t cr3,
                                  uint16_t pcid, uint64_t va, uint32_t pages)
{
	const uint64_t count = takes_pages(action) ? pages : 0;

	return (struct rar_payload){
		.word = {
			[0] = (uint64_t)action->type << TYPE_SHIFT |
			      (uint64_t)action->subtype << SUBTYPE_SHIFT |
			      count << PAGES_SHIFT,
			[2] = action->type == RAR_INVPCID ? pcid : cr3,
			[3] = takes_pages(action) ? va : 0,
		},
	};
}

uint32_t rar_payloads(const struct rar_action *action, uint32_t pages)
{
	return takes_pages(action) ? (pages + RAR_PAGES_MOST - 1) / RAR_PAGES_MOST : 1;
}

bool rar_drops_globals(const struct rar_action *action)
{
	return action->subtype == RAR_ALL;
}

bool rar_drops_uppers(const struct rar_action *action)
{
	return action->subtype != RAR_ADDRESS;
}

#include "lib/base/text.h"
#include "tests/boot/evil/evil.h"

struct word {
	const char *text;
	size_t offset;
	uint32_t value;
};

#define WORD(text, member, value)                                                      \
	{                                                                              \
		text, offsetof(struct evil, member), value                             \
	}

static const struct word words[] = {
	WORD("free=nothing", frees_nothing, true),
	WORD("low=none", no_low_memory, true),
	WORD("any=high", any_is_high, true),
	WORD("rename=fails", no_rename, true),
	WORD("device=marked", chained, true),
	WORD("blocks=lost", blocks, BLOCKS_LOSE_ALL),
	WORD("blocks=lose_results", blocks, BLOCKS_LOSE_RESULTS),
	WORD("data=unconnected", unconnected, true),
	WORD("labels=padded", padded_labels, true),
	WORD("dates=none", no_dates, true),
	WORD("write=full", write, WRITE_FULL),
	WORD("write=short", write, WRITE_SHORT),
	WORD("write=protected", write, WRITE_PROTECTED),
	WORD("write=lost", write, WRITE_LOST),
	WORD("variable=lost", variable, VARIABLE_LOST),
	WORD("variable=refused", variable, VARIABLE_REFUSED),
	WORD("variable=no-option", variable, VARIABLE_NO_OPTION),
	WORD("option=class", option, OPTION_CLASS),
	WORD("option=empty", option, OPTION_EMPTY),
	WORD("order=without", order, ORDER_WITHOUT),
	WORD("order=added", order, ORDER_ADDED),
	WORD("device=ram", in_ram, true),
	WORD("loader=driver", loader, LOADER_DRIVER),
	WORD("loader=named", loader, LOADER_NAMED),
	WORD("loader=silent", loader, LOADER_SILENT),
	WORD("start=once", once, true),
	WORD("options=bare", options, OPTIONS_BARE),
	WORD("options=narrow", options, OPTIONS_NARROW),
	WORD("options=whole", options, OPTIONS_WHOLE),
	WORD("options=data", options, OPTIONS_DATA),
	WORD("conout=none", console, CONSOLE_NONE),
	WORD("conout=com2", console, CONSOLE_COM2),
	WORD("shim=old", shim, true),
	WORD("mok=list", mok, true),
	WORD("reset=returns", reset, RESET_RETURNS),
	WORD("reset=ud", reset, RESET_UD),
	WORD("reset=pf", reset, RESET_PF),
	WORD("reset=hang", reset, RESET_HANGS),
	WORD("screen=blt", screen, SCREEN_BLT),
	WORD("screen=two", screen, SCREEN_TWO),
	WORD("screen=stride", screen, SCREEN_STRIDE),
	WORD("screen=masks", screen, SCREEN_MASKS),
	WORD("madt=ffffffff", madt, MADT_FFFFFFFF),
	WORD("madt=duplicates", madt, MADT_DUPLICATES),
	WORD("madt=ghosts", madt, MADT_GHOSTS),
	WORD("madt=order", madt, MADT_ORDER),
	WORD("madt=none", madt, MADT_NONE),
	WORD("madt=damaged", madt, MADT_DAMAGED),
	WORD("mp=none", no_mp_services, true),
	WORD("lvt=smi", thermal_smi, true),
	WORD("la57=on", la57, true),
	WORD("map=no_step", map, MAP_NO_STEP),
	WORD("map=beyond", map, MAP_BEYOND),
	WORD("map=special", map, MAP_SPECIAL),
	WORD("acpi=xsdt_zero", acpi, ACPI_XSDT_ZERO),
	WORD("acpi=xsdt_damaged", acpi, ACPI_XSDT_DAMAGED),
	WORD("acpi=fadt_sum", acpi, ACPI_FADT_SUM),
	WORD("mor=set", clears_memory, true),
};

static const struct word numbers[] = {
	WORD("exits", exits, 0),
	WORD("grow", grow, 0),
	WORD("keys", keys, 0),
	WORD("write_from", write_from, 0),
	WORD("damaged_headers", damaged_headers, 0),
	WORD("damaged_streams", damaged_streams, 0),
	WORD("held", held, 0),
	WORD("held_behind", held_behind, 0),
	WORD("guarded", guarded, 0),
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Enumerations have the size of numbers here. */
static void set(struct evil *evil, size_t offset, uint32_t value)
{
	*(uint32_t *)((char *)evil + offset) = value;
}

static bool read_word(struct evil *evil, struct text_slice word)
{
	struct text_slice value;
	const struct text_slice name = text_split(word, '=', &value);
	uint64_t number = 0;

	for (unsigned i = 0; i < COUNT(words); i++)
		if (text_is(word, words[i].text)) {
			set(evil, words[i].offset, words[i].value);
			return true;
		}
	for (unsigned i = 0; i < COUNT(numbers); i++)
		if (text_is(name, numbers[i].text) &&
		    text_to_u64(value, UINT32_MAX, &number)) {
			set(evil, numbers[i].offset, (uint32_t)number);
			return true;
		}
	return false;
}

bool evil_read(struct evil *evil, const char *text, size_t length)
{
	struct text_slice rest = { text, length };

	*evil = (struct evil){ 0 };
	while (rest.length != 0) {
		struct text_slice line = text_split(rest, '\n', &rest);

		while (line.length != 0) {
			const struct text_slice word =
				text_trim(text_split(line, ' ', &line));

			if (word.length != 0 && !read_word(evil, word))
				return false;
		}
	}
	return true;
}

#include "efi/countdown.h"

#include "bench/harness/experiment/bench.h"
#include "efi/firmware/console.h"

#define TICK_US 100000u
#define TICKS_PER_SECOND 10u

/* Noise on a serial line is a key too: the menu does not wait for ever. */
#define MENU_SECONDS 60u

#define CPU_CHOICES 6u

/* Firmware keeps some dozens; a serial line may have more. */
#define KEYS_FORGOTTEN 1024u

static bool read_key(const struct firmware *firmware, CHAR16 *key)
{
	SIMPLE_INPUT_INTERFACE *const in = firmware->table->ConIn;
	EFI_INPUT_KEY stroke = { 0 };

	if (in == NULL || EFI_ERROR(in->ReadKeyStroke(in, &stroke)))
		return false;
	*key = stroke.UnicodeChar;
	return true;
}

static void show_seconds(const struct firmware *firmware, const char *what,
                         uint32_t seconds)
{
	char text[80];

	format_text(text, sizeof text, "\rtlbmark: %s%u s   ", what, seconds);
	console_print(firmware, text);
}

static bool key_within(const struct firmware *firmware, uint32_t seconds,
                       const char *what, CHAR16 *key)
{
	for (uint32_t ticks = seconds * TICKS_PER_SECOND; ticks != 0; ticks--) {
		if (read_key(firmware, key))
			return true;
		if (ticks % TICKS_PER_SECOND == 0)
			show_seconds(firmware, what, ticks / TICKS_PER_SECOND);
		firmware->table->BootServices->Stall(TICK_US);
	}
	return false;
}

static void put_choice(struct line *line, const char *key, const char *what,
                       const char *value)
{
	line_format(line, "  %-7s%-15s%s\n", key, what, value);
}

static void show_menu(const struct firmware *firmware, const struct config *config,
                      bool asks)
{
	struct line menu;
	char cpus[16];
	char text[LINE_CAPACITY];

	format_text(cpus, sizeof cpus, "%u", config->cpus);
	line_clear(&menu);
	line_put(&menu, "\n\n");
	put_choice(&menu, "p", "profile", config->profile->name);
	put_choice(&menu, "c", "processors", config->cpus == 0 ? "all" : cpus);
	put_choice(&menu, "o", "what to run",
	           config->only[0] == '\0' ? "all" : config->only);
	if (asks)
		put_choice(&menu, "w", "internal disk",
		           config->allow_internal ? "results are written to it"
		                                  : "nothing is written to it");
	put_choice(&menu, "Enter", "start", "");
	put_choice(&menu, "q", "back to the firmware", "");
	line_to_string(&menu, text, sizeof text);
	console_print(firmware, text);
}

static void next_profile(struct config *config)
{
	unsigned i = 0;

	while (profile_at(i) != config->profile)
		i++;
	config->profile = profile_at(i + 1);
	if (config->profile == NULL)
		config->profile = profile_at(0);
}

/* All, then 1, 2, 4 ... */
static void next_cpus(struct config *config)
{
	config->cpus = config->cpus == 0 ? 1 : config->cpus * 2;
	if (config->cpus > UINT32_C(1) << CPU_CHOICES)
		config->cpus = 0;
}

/* All, then one benchmark after the other. */
static void next_only(struct config *config)
{
	unsigned i = 0;

	while (i < bench_count && !text_equal(config->only, benches[i]->name))
		i++;
	if (config->only[0] == '\0')
		i = 0;
	else
		i = i < bench_count ? i + 1 : bench_count;
	text_copy(config->only, sizeof config->only,
	          i < bench_count ? benches[i]->name : "");
}

/*
 * Keys from before, which were meant for the firmware or its boot menu.  A line that
 * never falls silent is given up: it brings the menu, which does not wait for ever.
 */
static void forget_keys(const struct firmware *firmware)
{
	CHAR16 key = 0;

	for (unsigned i = 0; i < KEYS_FORGOTTEN && read_key(firmware, &key); i++)
		;
}

/* What somebody who agrees has to know; nobody is asked where nobody is waited for. */
static void ask(const struct firmware *firmware)
{
	console_print(firmware,
	              "tlbmark: this disk is part of the machine.  Another system that "
	              "hibernates on\n"
	              "it (Windows does, with Fast Startup) loses files if results are "
	              "written here.\n"
	              "Without the key w nothing is written to it.\n");
}

bool countdown(const struct firmware *firmware, struct config *config, bool starts,
               bool asks)
{
	CHAR16 key = 0;

	forget_keys(firmware);
	if (asks && config->countdown != 0)
		ask(firmware);
	if (!key_within(firmware, config->countdown,
	                starts ? "any key shows a menu; starting in "
	                       : "any key shows a menu; back to the firmware in ",
	                &key)) {
		console_print(firmware, config->countdown == 0 ? "" : "\n");
		return starts;
	}
	if (asks && key == L'w')
		config->allow_internal = true;
	for (;;) {
		show_menu(firmware, config, asks);
		if (!key_within(firmware, MENU_SECONDS,
		                starts ? "starting in " : "back to the firmware in ",
		                &key))
			return starts;
		if (key == L'p')
			next_profile(config);
		else if (key == L'c')
			next_cpus(config);
		else if (key == L'o')
			next_only(config);
		else if (key == L'w' && asks)
			config->allow_internal = !config->allow_internal;
		else if (key == L'q')
			return false;
		else if (key == L'\r')
			break;
	}
	console_print(firmware, "\n");
	return true;
}

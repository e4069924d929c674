/* tlbmark.cfg and the command line: whatever is there, the configuration is sane. */
#include "lib/options/config.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct config *config)
{
	REQUIRE(config->profile != NULL);
	REQUIRE(strnlen(config->only, sizeof config->only) < sizeof config->only);
	REQUIRE(strnlen(config->run_id, sizeof config->run_id) < sizeof config->run_id);
	REQUIRE(config->primed_pages <= PRIMED_PAGES_MAX);
	for (uint32_t i = 0; i < config->bad_count && i < CONFIG_BAD_KEPT; i++) {
		struct line line;

		config_describe_bad(config, i, &line);
		for (size_t c = 0; c < line.length; c++)
			REQUIRE(line.text[c] >= ' ' && line.text[c] <= '~');
	}
	(void)config_selects(config, "single_op", "invlpg");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct config config = config_default();
	char *const words = malloc(length + 1);

	config_read_file(&config, "fuzz", (const char *)bytes, length);
	check(&config);
	memcpy(words, bytes, length);
	words[length] = '\0';
	config = config_default();
	config_read_words(&config, "fuzz", words);
	check(&config);
	free(words);
	return 0;
}

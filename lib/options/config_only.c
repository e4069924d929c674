/* Which benchmarks the option "only" selects. */
#include "lib/options/config.h"

bool config_selects(const struct config *config, const char *bench, const char *op)
{
	struct text_slice rest = { config->only, 0 };
	char full[CONFIG_TEXT];

	while (config->only[rest.length] != '\0')
		rest.length++;
	if (rest.length == 0)
		return true;
	format_text(full, sizeof full, "%s%s%s", bench, op != NULL ? "/" : "", op);
	while (rest.length != 0) {
		const struct text_slice pattern =
			text_trim(text_split(rest, ',', &rest));

		if (text_matches(pattern, bench) || text_matches(pattern, full))
			return true;
	}
	return false;
}

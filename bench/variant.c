#include "bench/variant.h"

#include "lib/base/line.h"

void variant_add(struct experiment_spec *spec, const char *part)
{
	struct line line;

	if (part == NULL)
		return;
	line_clear(&line);
	line_put(&line, spec->variant);
	if (line.length != 0)
		line_put_char(&line, '-');
	line_put(&line, part);
	line_to_string(&line, spec->variant, sizeof spec->variant);
}

void variant_add_number(struct experiment_spec *spec, const char *word, uint32_t number)
{
	char part[16];

	variant_add(spec, format_text(part, sizeof part, "%s%u", word, number));
}

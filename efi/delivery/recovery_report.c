#include "efi/delivery/recovery_report.h"

#include "efi/firmware/console.h"

static void print_costs(const struct firmware *firmware, const struct costs *costs)
{
	for (unsigned i = 0; i < costs->count; i++)
		console_format(firmware, "%s\n", costs->lines[i]);
}

void recovery_report_print(const struct firmware *firmware,
                           const struct log_header *header,
                           const struct unpack_run *run, const struct outcome *outcome)
{
	struct line line;

	outcome_verdict(run, header->flags, &line);
	console_format(firmware, "tlbmark: run %s: %.*s\n", header->run_id,
	               (int)line.length, line.text);
	outcome_write(outcome, &line);
	console_format(firmware, "%.*s", (int)line.length, line.text);
	print_costs(firmware, &outcome->costs);
}

#include "efi/delivery/recovery_report.h"

#include "efi/firmware/console.h"

static void print_costs(const struct firmware *firmware, const struct costs *costs)
{
	for (unsigned i = 0; i < costs->count; i++) {
		console_print(firmware, costs->lines[i]);
		console_print(firmware, "\n");
	}
}

void recovery_report_print(const struct firmware *firmware,
                           const struct log_header *header,
                           const struct unpack_run *run, const struct outcome *outcome)
{
	struct line line;
	char text[300];

	outcome_verdict(run, header->flags, &line);
	line_to_string(&line, text, sizeof text);
	console_print(firmware, "tlbmark: run ");
	console_print(firmware, header->run_id);
	console_print(firmware, ": ");
	console_print(firmware, text);
	console_print(firmware, "\n");
	outcome_write(outcome, &line);
	line_to_string(&line, text, sizeof text);
	console_print(firmware, text);
	print_costs(firmware, &outcome->costs);
}

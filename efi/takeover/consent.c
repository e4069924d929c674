#include "efi/takeover/consent.h"

#include "efi/firmware/console.h"

static void allow(struct program *program)
{
	for (unsigned i = 0; i < program->volumes.count; i++) {
		struct volume *const volume = &program->volumes.list[i];

		if (program->config.allow_internal ||
		    marker_file_is_pending_on(volume, program->machine.identity))
			volume->is_kept_out_of = false;
	}
}

void consent_at_start(struct program *program)
{
	struct line line;

	allow(program);
	volumes_describe(&program->volumes, &line);
	console_format(&program->firmware, "tlbmark: volumes of the stick: %.*s\n",
	               (int)line.length, line.text);
}

void consent_before_leaving(struct program *program)
{
	struct line line;

	allow(program);
	volumes_describe(&program->volumes, &line);
	line_to_string(&line, program->machine.volumes,
	               sizeof program->machine.volumes);
	for (unsigned i = 0; i < program->volumes.count; i++) {
		const struct volume *const volume = &program->volumes.list[i];

		if (volume->is_kept_out_of)
			console_format(
				&program->firmware,
				"tlbmark: nothing is written to %s: it is on an "
				"internal disk, and neither\n"
				"         allow_internal = 1 nor a key has allowed "
				"it\n",
				volume->name);
	}
}

#include "efi/delivery/keep_marker.h"

#include "efi/firmware/boot_variables.h"

/* Results have the numbers from 1 on. */
#define MARKER_NUMBER 0u

static struct nvram_variable variable_of(const struct program *program, void *bytes,
                                         UINTN size)
{
	return (struct nvram_variable){
		.runtime = program->firmware.table->RuntimeServices,
		.number = MARKER_NUMBER,
		.size = size,
		.bytes = bytes,
	};
}

static bool read_variable(const struct program *program, struct run_marker *marker)
{
	char text[LINE_CAPACITY];
	struct nvram_variable variable = variable_of(program, text, sizeof text);

	nvram_get(&variable);
	return !EFI_ERROR(variable.status) &&
	       run_marker_read(marker, text, variable.size) == ERR_NONE &&
	       marker->machine == program->machine.identity;
}

void keep_marker_read(struct program *program)
{
	struct run_marker kept;

	marker_file_read(&program->volumes, program->machine.identity,
	                 &program->marker);
	if (!read_variable(program, &kept) ||
	    program->marker.state == RUN_MARKER_PENDING ||
	    (kept.state != RUN_MARKER_PENDING &&
	     program->marker.state != RUN_MARKER_NONE))
		return;
	program->marker = kept;
	program->marker_is_variable = true;
}

/* It comes back as it was written, or does not count. */
static EFI_STATUS write_variable(const struct program *program, const struct line *text)
{
	char back[LINE_CAPACITY];
	struct nvram_variable variable =
		variable_of(program, (void *)text->text, text->length);
	struct nvram_variable read = variable_of(program, back, sizeof back);

	nvram_set(&variable);
	if (EFI_ERROR(variable.status))
		return variable.status;
	nvram_get(&read);
	if (EFI_ERROR(read.status) || read.size != text->length)
		return EFI_CRC_ERROR;
	for (size_t i = 0; i < text->length; i++)
		if (back[i] != text->text[i])
			return EFI_CRC_ERROR;
	return EFI_SUCCESS;
}

/* For `after = reboot` the next start has to know that there is no other run to begin.
 */
static bool is_spent(const struct program *program)
{
	const enum run_marker_state state = program->marker.state;

	return (state == RUN_MARKER_DELIVERED || state == RUN_MARKER_SENT) &&
	       program->config.after != AFTER_REBOOT;
}

EFI_STATUS keep_marker_write(struct program *program)
{
	struct line text;

	if (!program->marker_is_variable)
		return marker_file_write(&program->volumes, &program->marker);
	if (is_spent(program)) {
		nvram_delete(program->firmware.table->RuntimeServices, MARKER_NUMBER);
		return EFI_SUCCESS;
	}
	program->marker.sequence++;
	run_marker_write(&program->marker, &text);
	if (!boot_variable_has_room(&program->firmware, text.length))
		return EFI_OUT_OF_RESOURCES;
	return write_variable(program, &text);
}

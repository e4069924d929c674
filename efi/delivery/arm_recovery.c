#include "efi/delivery/arm_recovery.h"

#include "efi/delivery/keep_marker.h"
#include "efi/stick/marker_file.h"
#include "lib/base/crc32.h"
#include "lib/machine/smbios.h"
#include "lib/x86/insn.h"

#define BOARD_CHARS 20u
#define DATE_CHARS 10u
#define FOLDERS_MOST 100u

/* BOARD-DATE-RUN, as far as they are known, and from the second on a number. */
static void name_folder(const struct machine *machine, unsigned number, char *folder)
{
	char board[BOARD_CHARS + 1];
	char date[DATE_CHARS + 1];
	struct line line;

	smbios_short_name(machine->board, board, sizeof board);
	text_copy(date, sizeof date, machine->date);
	line_clear(&line);
	line_format(&line, "%s-%s%s%s", board[0] != '\0' ? board : "machine", date,
	            date[0] != '\0' ? "-" : "", machine->run_id);
	if (number > 1)
		line_format(&line, "-%u", number);
	line_to_string(&line, folder, RUN_MARKER_TEXT);
}

/* One that no volume has yet: what an earlier run of this id has left is not ours. */
static bool choose_folder(const struct program *program, char *folder)
{
	for (unsigned number = 1; number <= FOLDERS_MOST; number++) {
		name_folder(&program->machine, number, folder);
		if (!marker_file_has_folder(&program->volumes, folder))
			return true;
	}
	return false;
}

/* Never that of the run before, whatever clock and TSC say. */
static uint64_t nonce_after(const struct program *program)
{
	const char *const date = program->machine.date;
	size_t length = 0;

	while (date[length] != '\0')
		length++;

	const uint64_t nonce = rdtsc_ordered() ^ (uint64_t)crc32_update(0, date, length)
	                                                 << 32;

	return nonce != program->marker.nonce ? nonce : nonce + 1;
}

/* A run of this id that did not come home may not reset the machine once more. */
static uint32_t attempt_of(const struct program *program)
{
	const struct run_marker *const last = &program->marker;

	if (last->state == RUN_MARKER_UNFINISHED &&
	    text_equal(last->run_id, program->machine.run_id))
		return last->attempt + 1;
	return 1;
}

/* What the firmware starts next has to lead to the run marker, which says whether. */
static void plan_reset(struct program *program, uint32_t attempt)
{
	struct boot_next *const next = &program->next;

	if (attempt == 1) {
		boot_next_set(&program->firmware, &program->volumes, program->options,
		              next);
	} else {
		boot_next_look(&program->firmware, next);
		next->stays = "this run has not come home before";
	}
	program->resets = next->stays == NULL;
}

EFI_STATUS arm_recovery(struct program *program, enum run_marker_state state)
{
	struct run_marker marker = {
		.state = state,
		.machine = program->marker.machine,
		.sequence = program->marker.sequence,
		.nonce = nonce_after(program),
		.attempt = attempt_of(program),
		.transports = program->machine.transports,
	};

	if (!choose_folder(program, marker.folder))
		return EFI_ACCESS_DENIED;
	text_copy(marker.run_id, sizeof marker.run_id, program->machine.run_id);
	if (state == RUN_MARKER_PENDING) {
		plan_reset(program, marker.attempt);
		marker.resets = program->resets;
		marker.room = program->ram_log.room;
		for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
			if ((marker.transports & TRANSPORT_RAM) != 0)
				marker.copies[i] = program->ram_log.copies[i];
	}
	program->marker = marker;

	const EFI_STATUS status = keep_marker_write(program);

	if (EFI_ERROR(status) && program->resets)
		boot_next_forget(&program->firmware, &program->next);
	return status;
}

#pragma once
/* Everything the program has: one block, allocated before boot services are left. */
#include "bench/harness/runner/runner.h"
#include "efi/firmware/display.h"
#include "efi/firmware/firmware.h"
#include "efi/firmware/memory.h"
#include "efi/ram_log/nvram_variable.h"
#include "efi/ram_log/ram_log.h"
#include "efi/stick/boot_next.h"
#include "efi/stick/marker_file.h"
#include "efi/stick/options.h"
#include "efi/takeover/guard.h"
#include "lib/chipset/serial.h"
#include "lib/screen/screen.h"
#include "lib/stream/lava.h"
#include "lib/x86/cpu.h"

/* The port that the SPCR table names, and those of ConOut. */
#define SERIALS 5u

struct program {
	struct run run; /* first, being aligned to two cache lines */
	struct firmware firmware;
	struct config config;
	char options[OPTIONS_CHARS]; /* of the command line, for the next start */
	struct machine machine;
	struct volumes volumes;
	struct run_marker marker; /* of an earlier start, then of this one */
	bool marker_is_variable;  /* it is kept in the firmware, not on the stick */
	struct memory_map map;
	struct frame_pool pool;
	struct paint *paints;
	unsigned paint_room;
	uint64_t root;      /* physical address of the own PML4 or PML5 */
	uint64_t stack_top; /* of the own stack */
	uint64_t ist_tops[IST_COUNT];
	uint64_t low; /* LOW_BYTES below 1 MiB; 0: none */
	struct cpu cpu;
	uint16_t ports[SERIALS];        /* to be opened; 0: none */
	struct serial serials[SERIALS]; /* port 0: not open */
	struct ram_log ram_log;
	struct nvram nvram;
	struct video_mode video; /* with TRANSPORT_SCREEN */
	struct screen screen;
	struct guard guard;
	bool resets; /* by itself, to come back to the results in RAM */
	struct boot_next next;
	struct record record;
	struct lava lava;    /* with lava = 1, on the serial ports */
	bool has_taken_over; /* the processor is ours */
	unsigned fatal;      /* exceptions nobody expected; each has less left to use */
};

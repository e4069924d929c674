#include "efi/takeover/takeover.h"

#include "lib/chipset/timers.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"
#include "lib/x86/power.h"
#include "lib/x86/start/la57.h"

#define STACK_FRAMES 16u
#define GUARD_FRAMES 1u

/* Paint that is not in the memory map: image, text, program, pool, guards, MMIO ... */
#define OWN_PAINTS 24u

#define GIANTS_BYTES (UINT64_C(2) << 30)

/* Tables for boundaries that appear after the count was taken. */
#define SPARE_TABLES 96u

#define APIC_BASE_FRAME UINT64_C(0x000ffffffffff000)

/* Of the linker script, each on a page boundary but the last. */
#define IMAGE_SYMBOL(name, symbol)                                                     \
	extern const char(name)[] __asm__(symbol) __attribute__((visibility("hidde"    \
	                                                                    "n")))

IMAGE_SYMBOL(image_base, "ImageBase");
IMAGE_SYMBOL(image_text, "_text");
IMAGE_SYMBOL(image_text_end, "_etext");
IMAGE_SYMBOL(image_data, "_data");
IMAGE_SYMBOL(image_end, "_edata");

static uint64_t page_up(uint64_t address)
{
	return (address + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

struct coats {
	struct paint *paints;
	unsigned count, room;
};

static void paint(struct coats *coats, uint64_t start, uint64_t end, uint64_t flags)
{
	if (coats->count < coats->room)
		coats->paints[coats->count++] = (struct paint){
			.start = start & ~(PAGE_BYTES - 1),
			.end = page_up(end),
			.flags = flags,
		};
}

static void paint_image(struct coats *coats, uint64_t data, uint64_t nx)
{
	const uint64_t read_only = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL;

	paint(coats, (uintptr_t)image_base, (uintptr_t)image_text, read_only | nx);
	paint(coats, (uintptr_t)image_text, (uintptr_t)image_text_end, read_only);
	paint(coats, (uintptr_t)image_text_end, (uintptr_t)image_data, read_only | nx);
	paint(coats, (uintptr_t)image_data, (uintptr_t)image_end, data);
}

/*
 * In the order in which one covers the other.
 *
 * What the program itself runs in, its code, data, stacks and APIC, is global, as it is
 * in kernels: else whoever drops a whole address space would walk to all of that again
 * behind it, and be billed for it, where who drops a page is not.  All address spaces
 * have it alike, the one that processors start with too, which has the same tables
 * below another root.  The firmware gets its CR3 back without CR4.PGE
 * (control_give_back()). The one entry that is changed later is followed by INVLPG,
 * which drops global entries as others (workspace.c, map_flat()).
 */
static unsigned paint_all(const struct program *program)
{
	const struct machine *const machine = &program->machine;
	const uint64_t nx = (machine->features & FEATURE_NX) != 0 ? PTE_NX : 0;
	const uint64_t data =
		PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY | nx;
	const uint64_t own = data | PTE_GLOBAL;
	const uint64_t mmio = data | PTE_PCD | PTE_PWT;
	const uint64_t apic = machine->found.apic_base & APIC_BASE_FRAME;
	struct coats coats = {
		.paints = program->paints,
		.room = program->paint_room,
	};

	coats.count = memory_paint(&program->map, nx, coats.paints, coats.room);
	paint_image(&coats, own, nx);
	paint(&coats, (uintptr_t)program, (uintptr_t)(program + 1), own);
	paint(&coats, program->pool.next, program->pool.limit, own);
	if (machine->giants != 0)
		paint(&coats, machine->giants, machine->giants + GIANTS_BYTES, data);
	if (program->low != 0) {
		paint(&coats, program->low, program->low + LOW_DATA,
		      PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY);
		paint(&coats, program->low + LOW_DATA, program->low + LOW_ROOT, data);
	}
	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		if (program->ram_log.copies[i] != 0)
			paint(&coats, program->ram_log.copies[i],
			      program->ram_log.copies[i] + program->ram_log.room, data);
	/* UC-, so that an MTRR may make write-combining of it, as firmware does. */
	if (program->video.size != 0)
		paint(&coats, program->video.base,
		      program->video.base + program->video.size, data | PTE_PCD);
	paint(&coats, apic, apic + PAGE_BYTES, mmio | PTE_GLOBAL);
	if (machine->hpet_address != 0)
		paint(&coats, machine->hpet_address, machine->hpet_address + 1, mmio);
	paint(&coats, 0, PAGE_BYTES, 0);
	return coats.count;
}

static struct identity identity_of(const struct program *program, unsigned paints)
{
	const bool has_1g = (program->machine.features & FEATURE_1G_PAGES) != 0;

	return (struct identity){
		.paints = program->paints,
		.count = paints,
		.largest = has_1g ? LEVEL_PDPT : LEVEL_PD,
		.la57 = program->machine.la57,
	};
}

static bool is_la57_found(const struct machine *machine)
{
	return (machine->found.cr4 & CR4_LA57) != 0;
}

void takeover_choose_levels(struct program *program)
{
	struct machine *const machine = &program->machine;

	machine->la57 = is_la57_found(machine);
	if (machine->la57)
		machine->la57_fact = "found on";
	else if (!program->config.la57)
		machine->la57_fact = "off";
	else if ((machine->features & FEATURE_LA57) == 0)
		machine->la57_fact = "off: this processor has no five levels";
	else if (program->low == 0)
		machine->la57_fact = "off: no memory below 1 MiB to switch it on in";
	/* In VMX operation CR0.PG is fixed (SDM 3C appendix A.7 "VMX-Fixed Bits in
	 * CR0"). */
	else if ((machine->found.cr4 & CR4_VMXE) != 0)
		machine->la57_fact = "off: CR4.VMXE was found set";
	else {
		machine->la57_fact = "switched on";
		machine->la57 = true;
	}
}

static uint32_t others(const struct program *program)
{
	return program->low == 0
	               ? 0
	               : smp_wanted(&program->machine.processors, &program->config);
}

static unsigned paint_room(const struct program *program)
{
	const struct memory_map *const map = &program->map;

	return (unsigned)(map->capacity / map->descriptor_size) + OWN_PAINTS +
	       others(program);
}

EFI_STATUS takeover_fit_paints(struct program *program)
{
	EFI_BOOT_SERVICES *const boot = program->firmware.table->BootServices;
	const unsigned room = paint_room(program);
	struct paint *paints = NULL;
	EFI_STATUS status = EFI_SUCCESS;

	if (room <= program->paint_room)
		return EFI_SUCCESS;
	status = boot->AllocatePool(EfiLoaderData, room * sizeof *paints,
	                            (void **)&paints);
	if (EFI_ERROR(status))
		return status;
	if (program->paints != NULL)
		boot->FreePool(program->paints);
	program->paints = paints;
	program->paint_room = room;
	return EFI_SUCCESS;
}

uint64_t takeover_frames(const struct program *program)
{
	const struct identity identity = identity_of(program, paint_all(program));

	const uint64_t smp = smp_frames(others(program));

	/* The pages under stacks split what holds them into pages of 4 KiB. */
	return identity_tables(&identity) + SPARE_TABLES + smp + smp / TABLE_ENTRIES +
	       1 + (uint64_t)IST_COUNT * (STACK_FRAMES + GUARD_FRAMES);
}

/* A stack above a page that is not there.  Returns its top, 0 without memory. */
static uint64_t alloc_stack(struct program *program)
{
	const uint64_t bottom = frame_alloc_run(
		&program->pool, GUARD_FRAMES + STACK_FRAMES, PAGE_BYTES);

	return bottom == 0 ? 0 : bottom + (GUARD_FRAMES + STACK_FRAMES) * PAGE_BYTES;
}

static enum err alloc_stacks(struct program *program)
{
	program->stack_top = alloc_stack(program);
	for (unsigned i = IST_NMI; i < IST_COUNT; i++)
		program->ist_tops[i] = alloc_stack(program);
	return program->ist_tops[IST_COUNT - 1] == 0 ? ERR_NO_MEMORY : ERR_NONE;
}

/* The first frame under a stack; whoever runs over the end finds nothing there. */
static void paint_guard(struct coats *coats, uint64_t stack_top)
{
	const uint64_t bottom = stack_top - STACK_FRAMES * PAGE_BYTES;

	paint(coats, bottom - GUARD_FRAMES * PAGE_BYTES, bottom, 0);
}

enum err takeover_build(struct program *program)
{
	struct smp *const smp = &program->run.smp;
	struct coats coats = {
		.paints = program->paints,
		.count = paint_all(program),
		.room = program->paint_room,
	};

	if (alloc_stacks(program) != ERR_NONE ||
	    smp_alloc(smp, &program->pool, others(program)) != ERR_NONE)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < smp->area_count; i++)
		paint(&coats, smp_guard(smp, i), smp_guard(smp, i) + PAGE_BYTES, 0);
	paint_guard(&coats, program->stack_top);
	for (unsigned i = IST_NMI; i < IST_COUNT; i++)
		paint_guard(&coats, program->ist_tops[i]);

	const struct identity identity = identity_of(program, coats.count);

	program->root = frame_alloc(&program->pool);
	if (program->root == 0)
		return ERR_NO_MEMORY;

	const enum err err = identity_map(&identity, &program->pool, program->root);

	if (err == ERR_NONE && program->low != 0)
		start_place(program->low, program->root,
		            (program->machine.features & FEATURE_NX) != 0,
		            program->machine.la57);
	return err;
}

/* Nothing here takes interrupts; a level left high must not become one later. */
static void mask_pic(void)
{
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

void takeover_enter(struct program *program)
{
	struct machine *const machine = &program->machine;

	mask_pic();
	/* First, since it ends shadow stacks, which a change of CS would violate. */
	control_take_over(&machine->found, (machine->features & FEATURE_NX) != 0);
	cpu_install(&program->cpu, program->ist_tops);
	program->has_taken_over = true;
	if (machine->la57)
		la57_set(program->low, true);
	write_cr3(program->root);
	/* Nothing global of the firmware stays. */
	control_drop_all();
	machine->used = control_read();
	identify_by_msr(machine);
	identify_by_trying(machine);
	machine->tsc_rate = timers_measure(&(struct timers){
		.pm_timer_port = machine->pm_timer.port,
		.pm_timer_32_bits = machine->pm_timer.is_32_bits,
		.hpet_address = machine->hpet_address,
		.amd_family = is_amd(machine) ? machine->family : 0,
		.hypervisor_hz = machine->hypervisor.tsc_hz,
	});
	power_record(machine);
	if (program->config.pin)
		power_pin(machine, &machine->pinned);
	if ((machine->features & FEATURE_TCE) != 0 && !control_tce_obeys())
		machine->features &= ~(uint32_t)FEATURE_TCE;
	if (control_lfence_waits(is_amd(machine)))
		machine->features |= FEATURE_LFENCE_WAITS;
}

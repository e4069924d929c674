/*
 * What firmware that maps pages by the section headers asks of an image, and more: it
 * must not need a page that is writable and executable, nor find holes in between.
 *
 *	image FILE PROPERTY	exits with 1, and says why, if the file does not have it
 *
 * Field names and offsets are those of the PE Format specification, PE32+.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096U
#define MAX_IMAGE (1U << 20)

#define MACHINE_AMD64 0x8664U
#define FILE_RELOCS_STRIPPED 0x0001U
#define MAGIC_PE32_PLUS 0x20bU
#define SUBSYSTEM_EFI_APPLICATION 10U
#define SECTION_EXECUTE 0x20000000U
#define SECTION_WRITE 0x80000000U
#define DIRECTORY_RELOCATIONS 5U

static uint8_t image[MAX_IMAGE];
static size_t image_bytes;

struct section {
	char name[9];
	uint32_t begin, end; /* virtual addresses, the end before rounding */
	uint32_t raw_end;    /* in the file */
	uint32_t flags;
};

static struct section sections[96];
static unsigned section_count;

/* Of the file header, and of the optional header behind it. */
static size_t file_header, optional_header;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format,
                                                                 ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	exit(1);
}

static uint32_t field(size_t offset, size_t bytes)
{
	uint32_t value = 0;

	if (offset > image_bytes || bytes > image_bytes - offset)
		fail("the file ends before offset %zu", offset + bytes);
	for (size_t i = bytes; i > 0; i--)
		value = value << 8 | image[offset + i - 1];
	return value;
}

static uint32_t page_up(uint32_t address)
{
	return (address + PAGE - 1) / PAGE * PAGE;
}

static void read_sections(void)
{
	size_t header = optional_header + field(file_header + 16, 2);

	section_count = field(file_header + 2, 2);
	if (section_count == 0 || section_count > sizeof sections / sizeof sections[0])
		fail("%u sections", section_count);
	for (unsigned i = 0; i < section_count; i++, header += 40) {
		struct section *section = &sections[i];

		section->flags = field(header + 36, 4);
		memcpy(section->name, image + header, 8);
		section->begin = field(header + 12, 4);
		section->end = section->begin + field(header + 8, 4);
		section->raw_end = field(header + 20, 4) + field(header + 16, 4);
	}
}

static void has_headers(void)
{
	if (field(file_header, 2) != MACHINE_AMD64)
		fail("machine %x", field(file_header, 2));
	if (field(optional_header, 2) != MAGIC_PE32_PLUS)
		fail("magic %x", field(optional_header, 2));
	if (field(optional_header + 68, 2) != SUBSYSTEM_EFI_APPLICATION)
		fail("subsystem %u", field(optional_header + 68, 2));
}

static void has_alignment(void)
{
	if (field(optional_header + 32, 4) != PAGE)
		fail("SectionAlignment %x", field(optional_header + 32, 4));
	for (unsigned i = 0; i < section_count; i++) {
		if (sections[i].begin % PAGE != 0)
			fail("%s begins at %x", sections[i].name, sections[i].begin);
	}
}

static void has_no_gap(void)
{
	uint32_t end = page_up(field(optional_header + 60, 4)); /* SizeOfHeaders */

	for (unsigned i = 0; i < section_count; i++) {
		if (sections[i].begin != end)
			fail("%s begins at %x, not at %x", sections[i].name,
			     sections[i].begin, end);
		if (sections[i].end <= sections[i].begin)
			fail("%s is empty", sections[i].name);
		end = page_up(sections[i].end);
	}
	if (field(optional_header + 56, 4) != end)
		fail("SizeOfImage %x, not %x", field(optional_header + 56, 4), end);
}

static void has_file_contents(void)
{
	for (unsigned i = 0; i < section_count; i++) {
		if (sections[i].raw_end > image_bytes)
			fail("%s ends behind the file", sections[i].name);
	}
}

static void has_protection(void)
{
	for (unsigned i = 0; i < section_count; i++) {
		if (sections[i].flags & SECTION_WRITE &&
		    sections[i].flags & SECTION_EXECUTE)
			fail("%s is writable and executable", sections[i].name);
	}
}

static const struct section *section_of(uint32_t address)
{
	for (unsigned i = 0; i < section_count; i++) {
		if (address >= sections[i].begin && address < sections[i].end)
			return &sections[i];
	}
	fail("no section holds %x", address);
}

static void has_entry(void)
{
	const struct section *section = section_of(field(optional_header + 16, 4));

	if (!(section->flags & SECTION_EXECUTE))
		fail("the entry is in %s", section->name);
}

/* Without them firmware refuses to load it anywhere else than at its own base. */
static void has_relocations(void)
{
	size_t directory = optional_header + 112 + 8 * (size_t)DIRECTORY_RELOCATIONS;

	if (field(file_header + 18, 2) & FILE_RELOCS_STRIPPED)
		fail("marked as without relocations");
	if (strcmp(section_of(field(directory, 4))->name, ".reloc") != 0)
		fail("the relocations are not in .reloc");
}

static const struct {
	const char *name;
	void (*check)(void);
} properties[] = {
	{ "headers", has_headers },         { "alignment", has_alignment },
	{ "no-gap", has_no_gap },           { "contents", has_file_contents },
	{ "protection", has_protection },   { "entry", has_entry },
	{ "relocations", has_relocations },
};

int main(int argc, char **argv)
{
	FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;

	if (!file)
		fail("usage: image FILE PROPERTY");
	image_bytes = fread(image, 1, sizeof image, file);
	fclose(file);
	if (field(0, 2) != 0x5a4d) /* MZ */
		fail("no MZ header");
	file_header = field(0x3c, 4) + (size_t)4;
	if (field(file_header - 4, 4) != 0x4550) /* PE */
		fail("no PE header");
	optional_header = file_header + 20;
	read_sections();
	for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
		if (strcmp(properties[i].name, argv[2]) == 0) {
			properties[i].check();
			return 0;
		}
	}
	fail("no property is called %s", argv[2]);
}

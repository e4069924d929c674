#include "lib/boot/medium.h"

/* UEFI 2.10 10.3 "Device Path Nodes": type, subtype, length in 16 bits, then data. */
#define NODE_HEADER 4u

enum node_type { MESSAGING = 3, MEDIA = 4, END = 0x7f };
enum messaging_type { FIREWIRE = 4, USB = 5, USB_CLASS = 15, USB_WWID = 16, SD = 26 };
enum media_type { HARD_DRIVE = 1, CD_ROM = 2, RAM_DISK = 9 };

/* Bytes of the node at `at`; 0 at the end, or where there is none that is whole. */
static size_t node_bytes(const uint8_t *path, size_t bytes, size_t at)
{
	size_t length = 0;

	if (path == NULL || bytes < NODE_HEADER || at > bytes - NODE_HEADER ||
	    path[at] == END)
		return 0;
	length = (size_t)(path[at + 2] | path[at + 3] << 8);
	return length < NODE_HEADER || length > bytes - at ? 0 : length;
}

static bool is_external_node(unsigned type, unsigned subtype)
{
	if (type == MESSAGING)
		return subtype == FIREWIRE || subtype == USB || subtype == USB_CLASS ||
		       subtype == USB_WWID || subtype == SD;
	return type == MEDIA && (subtype == CD_ROM || subtype == RAM_DISK);
}

static bool is_external(const uint8_t *path, size_t bytes)
{
	size_t length = 0;

	for (size_t at = 0; (length = node_bytes(path, bytes, at)) != 0; at += length)
		if (is_external_node(path[at], path[at + 1]))
			return true;
	return false;
}

bool medium_is_labelled(const uint16_t *label, size_t chars, const char *name)
{
	size_t i = 0;

	if (label == NULL)
		return false;
	for (; name[i] != '\0'; i++)
		if (i == chars || label[i] != (uint16_t)name[i])
			return false;
	for (; i < chars && label[i] != 0; i++)
		if (label[i] != ' ')
			return false;
	return true;
}

enum medium medium_of(const struct medium_facts *facts)
{
	/* The labels that stick/make.sh gives. */
	if (medium_is_labelled(facts->label, facts->label_chars, "TLBMARK") ||
	    medium_is_labelled(facts->label, facts->label_chars, "TLBMARK_ESP"))
		return MEDIUM_OWN;
	if (!facts->has_blocks)
		return MEDIUM_NONE;
	if (facts->removable || is_external(facts->path, facts->path_bytes))
		return MEDIUM_EXTERNAL;
	return MEDIUM_INTERNAL;
}

const char *medium_name(enum medium medium)
{
	static const char *const names[] = {
		[MEDIUM_NONE] = "no disk",
		[MEDIUM_OWN] = "made for tlbmark",
		[MEDIUM_EXTERNAL] = "external disk",
		[MEDIUM_INTERNAL] = "internal disk",
	};

	return names[medium];
}

size_t medium_disk_bytes(const uint8_t *path, size_t bytes)
{
	size_t length = 0;

	for (size_t at = 0; (length = node_bytes(path, bytes, at)) != 0; at += length)
		if (path[at] == MEDIA && path[at + 1] == HARD_DRIVE)
			return at;
	return 0;
}

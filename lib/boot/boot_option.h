#pragma once
/*
 * Boot options of the firmware, the content of a variable Boot####: where one leads,
 * and one of our own (UEFI 2.10 3.1.3 "Load Options", 3.1.2 "Load Option Processing").
 */
#include "lib/boot/device_path.h"

struct boot_option {
	uint32_t attributes;
	const uint8_t *description; /* 16-bit characters, and a NUL */
	struct device_path path;
	const uint8_t *data; /* optional data, of whoever made the option */
	size_t data_length;
};

/* False if the bytes are not whole; where the path leads is not looked at. */
bool boot_option_read(const uint8_t *bytes, size_t length, struct boot_option *option);

/* What a boot menu shows; what is not of printable ASCII becomes '?'. */
void boot_option_describe(const struct boot_option *option, char *text,
                          size_t capacity);

/*
 * True if it leads to the file system with this device path.  The option may name its
 * partition, with or without the way to the disk, or the device alone, on which
 * firmware looks for a file system by itself.
 */
bool boot_option_leads_to(const struct boot_option *option, struct device_path own);

/*
 * True if an option that leads to our file system starts our file there: it is the one
 * that the option names, or that firmware takes where none is named, or it is the one
 * that shim starts if shim is what the option names.
 */
bool boot_option_starts(const struct boot_option *option, const char *file);

/*
 * True if it names a class of devices, of which the firmware takes one at each start:
 * by a node of the vendor's, as "USB HDD" of Lenovo and Phoenix, by one of the BIOS
 * Boot Specification, or by no node at all, as Insyde's "EFI USB Device".
 */
bool boot_option_is_class(const struct boot_option *option);

/*
 * True if that is the file that firmware starts on a device by itself (UEFI 2.10
 * 3.5.1.1 "Removable Media Boot Behavior").
 */
bool boot_option_is_default(const char *file);

/* A mark of our own, the device and file it leads to, and options for the program. */
#define BOOT_OPTION_OWN_BYTES 1024u

/*
 * Writes an option of our own; returns its bytes, 0 if they would be more than capacity
 * or the path has no end.  The device's path is with its end node.
 */
size_t boot_option_write(uint8_t *to, size_t capacity, struct device_path device,
                         const char *file, const char *options);

/* True if boot_option_write() has made it. */
bool boot_option_is_own(const struct boot_option *option);

/* What it has behind our mark, as the firmware hands it to the program; true if so. */
bool boot_option_own_data(const uint8_t *data, size_t length, const char **options,
                          size_t *options_length);

/* BootOrder: numbers of 16 bits.  True if one of them is that. */
bool boot_order_has(const uint8_t *order, size_t length, uint16_t number);

/* Takes it out, every time it is there; returns the bytes that are left. */
size_t boot_order_remove(uint8_t *order, size_t length, uint16_t number);

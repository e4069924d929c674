#pragma once
/* Boot options as firmware has them, each in a heap block of its size. */
#include "lib/boot/boot_option.h"
#include "tests/unit/support/unit.h"

/* Nodes of device paths, as bytes. */
#define ROOT "\2\1\14\0\320\101\3\12\0\0\0\0"
#define PCI(device) "\1\1\6\0\0" device
#define USB(port) "\3\5\6\0" port "\0"
#define USB_CLASS "\3\17\13\0\377\377\377\377\377\377\377"
#define HD(number, signature)                                                          \
	"\4\1\52\0" number "\0\0\0"                                                    \
	"\0\10\0\0\0\0\0\0"                                                            \
	"\0\170\0\0\0\0\0\0" signature "\2\2"
#define FILE "\4\4\10\0\\\0\0\0"
#define SHELL "\4\7\24\0ABCDEFGHIJKLMNOP"
/* Lenovo's and Phoenix's "USB HDD" is such a vendor's message. */
#define CLASS "\3\12\30\0ABCDEFGHIJKLMNOPWXYZ"
#define VENDOR "\1\4\24\0ABCDEFGHIJKLMNOP"
#define BBS "\5\1\11\0\2\0\0\0\0"
#define OVER "\177\377\4\0"

#define ONE "0123456789abcdef"
#define OTHER "0123456789abcdeX"

#define STICK ROOT PCI("\24") USB("\1") HD("\1", ONE) OVER

struct bytes {
	uint8_t *bytes;
	size_t length;
};

/* Attributes, length of the path, "A", and what some firmware has behind the path. */
static inline struct bytes option_with(const char *path, size_t length)
{
	const uint8_t head[] = { 1,   0, 0, 0, (uint8_t)length, (uint8_t)(length >> 8),
		                 'A', 0, 0, 0 };
	struct bytes option = { .length = sizeof head + length + 2 };

	option.bytes = malloc(option.length);
	assert_non_null(option.bytes);
	memcpy(option.bytes, head, sizeof head);
	memcpy(option.bytes + sizeof head, path, length);
	memcpy(option.bytes + sizeof head + length, "WX", 2);
	return option;
}

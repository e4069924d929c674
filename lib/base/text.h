#pragma once
/* C strings, as far as they are needed without a C library. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One name in front of a value. */
struct text_slice {
	const char *text;
	size_t length;
};

/* Without the NUL at the end. */
size_t text_length(const char *text);

bool text_equal(const char *a, const char *b);
bool text_is(struct text_slice slice, const char *text);

/* Copies at most capacity - 1 characters and ends them with a NUL. */
void text_copy(char *to, size_t capacity, const char *from);
void text_copy_slice(char *to, size_t capacity, struct text_slice from);

/* Without the spaces, tabs and carriage returns on both sides. */
struct text_slice text_trim(struct text_slice slice);

/* The part before the first separator; *rest is what follows it, empty at the end. */
struct text_slice text_split(struct text_slice slice, char separator,
                             struct text_slice *rest);

/* Decimal, or hexadecimal after 0x; false for anything else and for > limit. */
bool text_to_u64(struct text_slice slice, uint64_t limit, uint64_t *value);

/* Shell pattern with * and ?, against the whole name. */
bool text_matches(struct text_slice pattern, const char *name);

#pragma once
/* Words of a line of a machine's file; for the files that read it. */
#include "tests/silicon/params/params.h"

#define WORDS_MOST 24u

struct word {
	const char *text;
	size_t length;
};

struct words {
	struct word at[WORDS_MOST];
	uint32_t count;
	uint32_t next; /* to be taken */
};

struct reader {
	const char *name;
	uint32_t line; /* 0: not of a file */
	struct word value;
	struct machine_params *params;
	struct silicon_core_type *core; /* its keys now; NULL: the machine's */
	struct silicon_error *error;
};

/* Says why, about the value of the line; false, for the caller to return. */
bool reader_refuse(const struct reader *reader, const char *reason);

/* Blanks are between words; false if there are too many. */
bool words_split(struct word value, struct words *words);

bool word_is(struct word word, const char *text);

/* Takes the next word if it is that. */
bool words_take(struct words *words, const char *text);

/* Takes a number, the next word; false if it is none or more than most. */
bool words_number(struct words *words, uint64_t most, uint64_t *number);

/* Of thousandths, "1.5" is 1500. */
bool words_thousandths(struct words *words, uint64_t most, uint64_t *number);

/* Takes one word that a list has; false if it has none.  The list ends with NULL. */
bool words_choose(struct words *words, const char *const *names, uint32_t *chosen);

/* The word in pieces at '+', each of a list: their bits. */
bool word_bits(struct word word, const char *const *names, uint32_t *bits);

/* "16x4". */
bool words_product(struct words *words, uint32_t *first, uint32_t *second);

/* The number of the core type of that name; false if there is none. */
bool core_type_named(const struct machine_params *params, struct word name,
                     uint32_t *number);

/* A value, and nothing else may be it: false, and the reason was said. */
bool reader_number(const struct reader *reader, struct words *words, uint64_t most,
                   uint64_t *number);
bool reader_u32(const struct reader *reader, struct words *words, uint32_t most,
                uint32_t *number);
bool reader_yes(const struct reader *reader, struct words *words, bool *yes);
bool reader_cache(const struct reader *reader, struct words *words,
                  struct silicon_cache_params *cache);

/* A key, and what reads its value; false: the reason was said. */
struct key {
	const char *name;
	bool (*read)(const struct reader *reader, struct words *words);
	bool repeats;
};

/* The last has no name. */
extern const struct key silicon_machine_keys[];
extern const struct key silicon_core_keys[];

/* The value of an "erratum" line. */
bool reader_erratum(const struct reader *reader, struct words *words);

/* What no line can say alone; false with the reason. */
bool params_complete(const struct reader *reader);

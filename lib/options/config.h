#pragma once
/*
 * Options: "key = value" lines from tlbmark.cfg and from the command line.
 *
 * A bad line is kept, with the reason, so that it can be named on every console
 * and in machine.csv; it changes nothing.  The last good line of a key wins.
 */
#include "lib/base/line.h"
#include "lib/base/url.h"
#include "lib/options/injected_fault.h"
#include "lib/options/profile.h"
#include "lib/options/transport.h"

#include <stdbool.h>
#include <stdint.h>

enum config_after { AFTER_WAIT, AFTER_REBOOT, AFTER_SHUTDOWN, AFTER_DEBUG_EXIT };

/* Which processors are verified. */
enum verify_on { VERIFY_ON_PROFILE, VERIFY_ON_TYPES, VERIFY_ON_ALL };

enum serial_choice { SERIAL_AUTO, SERIAL_NONE, SERIAL_PORT };

#define CONFIG_TEXT 64u
#define CONFIG_ONLY 256u
#define CONFIG_BAD_KEPT 8u
#define CONFIG_IP 20u

struct config_bad {
	char source[24];
	uint32_t line;
	char text[CONFIG_TEXT];
	const char *reason;
};

struct config {
	const struct profile *profile;
	char only[CONFIG_ONLY]; /* patterns, separated by commas; empty: all */
	uint32_t cpus;          /* most to start; 0: all */
	uint32_t primed_pages;  /* in the TLB before an operation */
	uint64_t seed;
	bool raw;                 /* send every sample */
	bool lava;                /* signals of LAVA on the serial line */
	bool pin;                 /* turbo off while measuring */
	bool la57;                /* five-level paging, where there is any */
	bool all_core_types;      /* one core of each type, not the boot processor's */
	enum verify_on verify_on; /* as the profile has it, if nobody says */
	bool allow_internal;      /* results may be written to an internal disk */
	char run_id[CONFIG_TEXT]; /* empty: made from clock and TSC */
	enum serial_choice serial;
	uint16_t serial_port;  /* with SERIAL_PORT */
	uint32_t countdown;    /* seconds before it starts */
	uint32_t transports;   /* enum transport; 0: whatever there is */
	char upload[URL_TEXT]; /* where files are sent to; empty: where it came from */
	char ip[CONFIG_IP];    /* the own address with its bits; empty: by DHCP */
	enum config_after after;
	char broken_op[CONFIG_TEXT]; /* body replaced by nothing; empty: none */
	uint32_t injected_faults;    /* enum injected_fault */
	uint32_t bad_count;          /* all bad lines; the first are kept */
	struct config_bad bad[CONFIG_BAD_KEPT];
};

#define PRIMED_PAGES_MAX 4096u
#define COUNTDOWN_MAX 3600u

/* How the value of a key is read. */
enum config_kind {
	KEY_U32,
	KEY_U64,
	KEY_BOOL, /* 0 or 1 */
	KEY_TEXT,
	KEY_URL,
	KEY_SUBNET,
	KEY_PROFILE,
	KEY_CORE_TYPES,
	KEY_VERIFY_ON,
	KEY_SERIAL,
	KEY_TRANSPORT,
	KEY_AFTER,
	KEY_FAULTS,
};

struct config_key {
	const char *name;
	enum config_kind kind;
	size_t member;       /* numbers and text: where it is in struct config */
	uint64_t limit;      /* the largest number; of a text, its NUL included */
	const char *allowed; /* in a text, beside letters and digits */
};

/* All keys there are; NULL behind the last. */
const struct config_key *config_key(unsigned i);

/* What a key of this kind can be, where that is words. */
struct words config_words(enum config_kind kind);

struct config config_default(void);

/* A whole file; source is named with the line number of each bad line. */
void config_read_file(struct config *config, const char *source, const char *text,
                      size_t length);

/* key=value words.  A first word without '=' is the program's own name. */
void config_read_words(struct config *config, const char *source, const char *text);

/* Reports a line that turned out to be unusable later on. */
void config_reject(struct config *config, const char *source, uint32_t line,
                   struct text_slice text, const char *reason);

/* "source:line: text: reason" of the kept bad line i. */
void config_describe_bad(const struct config *config, uint32_t i, struct line *line);

/*
 * Whether all processors are verified, and not one core of each type alone.  Where
 * core_types = boot leaves the other types out it is the boot processor's alone.
 */
bool config_verifies_all(const struct config *config);

/* Whether selftest.break names op, or each. */
bool config_breaks(const struct config *config, const char *op);

/* True if bench, or bench/op, is selected by only.  op may be NULL. */
bool config_selects(const struct config *config, const char *bench, const char *op);

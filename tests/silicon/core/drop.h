#pragma once
/* Dropping what is cached, as an operation says and as errata change it. */
#include "tests/silicon/core/array.h"
#include "tests/silicon/core/strike.h"

enum drop_globals {
	DROP_NO_GLOBALS,
	DROP_GLOBALS_OF_PCID, /* that its PCID filled */
	DROP_ALL_GLOBALS,
};

enum drop_uppers {
	DROP_NO_UPPERS,
	DROP_UPPERS_OF_PATH, /* used for its address */
	DROP_ALL_UPPERS,     /* of its PCIDs */
};

struct drop {
	bool nothing; /* but what errata add */
	bool any_pcid, any_page;
	bool sibling; /* of the other thread, too */
	enum drop_globals globals;
	enum drop_uppers uppers;
	uint16_t pcid, current;
	uint64_t va;
};

/* As the operation's errata of this moment have it; and counts the operation. */
void silicon_drop(struct silicon *s, struct cpu_state *cpu, struct drop what,
                  enum silicon_operation operation);

/* Exactly that. */
void silicon_drop_plainly(struct cpu_state *cpu, const struct drop *what);

void silicon_drop_everything(struct cpu_state *cpu);

/* The MSRs of Remote Action Request; MSR_FOREIGN for all others. */
enum silicon_msr silicon_read_rar(const struct silicon *s, const struct cpu_state *cpu,
                                  uint32_t msr, uint64_t *value);
enum silicon_msr silicon_write_rar(const struct silicon *s, struct cpu_state *cpu,
                                   uint32_t msr, uint64_t value);

/* The PCID that is loaded now: caches with a limit let the one used longest ago go. */
void silicon_drop_old_pcids(struct cpu_state *cpu, uint16_t loaded);

#pragma once

/* Outcome of anything that can fail for reasons outside the program. */
enum err {
	ERR_NONE = 0,
	ERR_NO_MEMORY,   /* frame pool empty */
	ERR_LARGER_PAGE, /* a 2 MiB or 1 GiB page covers the address */
	ERR_DAMAGED,     /* a table of the firmware contradicts itself */
	ERR_ABSENT,      /* what was looked for is not there */
	ERR_TOO_LARGE,   /* does not fit the space given */
};

#define MUST_CHECK __attribute__((warn_unused_result))

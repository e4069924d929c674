#pragma once
/*
 * In place of the program's header of that name: compiled code runs on this computer's
 * own tables, the tables it writes are the modelled machine's.
 */
#include <stdint.h>

/* The physical memory behind, by the tables in use; nobody notices the walk. */
uintptr_t mapped_data(uint64_t va);

/* Code of this computer that runs what is there on the modelled machine (entry.h). */
uintptr_t mapped_code(uint64_t va);

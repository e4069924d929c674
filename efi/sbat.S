/*
 * Which generation of the program this is, for shim's revocation lists (SBAT.md of
 * shim): name, generation, vendor, package, version, where it comes from.
 */
#include "version.h"

	.section .sbat, "a"
	.ascii "sbat,1,SBAT Version,sbat,1,"
	.ascii "https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii "tlbmark,1,tlbmark,tlbmark," TLBMARK_VERSION ",README.md\n"

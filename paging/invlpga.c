#include "paging/invlpga.h"

BODY(invlpga, "lea 0x7fffffff(%rsi), %rax\n"
              "mov %edi, %ecx\n"
              "invlpga %rax, %ecx")

const struct body invlpga_body = {
	BODY_RANGE(invlpga),
	.fixup = FIXUP_ADDRESS,
	.fixup_offset = 3,
};

/*
 * A loop of an operation that takes many pages at once: what its bytes do, by an
 * interpreter of the few instructions there are (no disassembler here knows INVLPGB).
 */
#include "bench/harness/window/operation_call.h"
#include "bench/harness/window/window_loop.h"
#include "paging/tlb_op.h"
#include "tests/unit/support/unit.h"

#define PAGE 4096
#define FIRST UINT64_C(0xffffa00000000000)

static uint8_t code[70000];

struct seen {
	uint64_t rax, rsi;
	uint32_t ecx, edx, r12;
	uint64_t next;           /* page to be dropped */
	uint32_t pages, largest; /* in all; in one instruction */
	uint32_t syncs;
	uint32_t fences; /* MFENCE, before the first page */
};

static uint32_t operand(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

static bool is(const uint8_t *at, const char *bytes, size_t count)
{
	return memcmp(at, bytes, count) == 0;
}

/* Pages from RAX on, ECX more than one (APM 3 "INVLPGB"). */
static void invlpgb(struct seen *seen)
{
	const uint32_t pages = seen->ecx + 1;

	assert_int_equal(seen->syncs, 0);
	assert_int_equal(seen->rax, seen->next | 0xd);
	assert_int_equal(seen->edx, 0x10000);
	seen->next += (uint64_t)pages * PAGE;
	seen->pages += pages;
	if (pages > seen->largest)
		seen->largest = pages;
}

/* Runs one instruction; the next one. */
static const uint8_t *step(const uint8_t *at, struct seen *seen)
{
	if (is(at, "\x41\xbc", 2)) { /* mov imm32, %r12d */
		seen->r12 = operand(at + 2);
		return at + 6;
	}
	if (is(at, "\x48\x8d\x86", 3)) { /* lea disp32(%rsi), %rax */
		seen->rax = seen->rsi + (uint64_t)(int64_t)(int32_t)operand(at + 3);
		return at + 7;
	}
	if (is(at, "\x89\xfa", 2)) { /* mov %edi, %edx */
		seen->edx = 0x10000;
		return at + 2;
	}
	if (*at == 0xb9) { /* mov imm32, %ecx */
		seen->ecx = operand(at + 1);
		return at + 5;
	}
	if (is(at, "\x48\x81\xc6", 3)) { /* add imm32, %rsi */
		seen->rsi += (uint64_t)(int64_t)(int32_t)operand(at + 3);
		return at + 7;
	}
	if (is(at, "\x41\xff\xcc\x75", 4)) /* dec %r12d; jnz */
		return --seen->r12 != 0 ? at + 5 + (int8_t)at[4] : at + 5;
	if (is(at, "\x0f\xae\xf0", 3)) { /* mfence */
		assert_int_equal(seen->pages, 0);
		seen->fences++;
		return at + 3;
	}
	if (is(at, "\x0f\x01\xfe", 3)) {
		invlpgb(seen);
		return at + 3;
	}
	assert_true(is(at, "\x0f\x01\xff", 3)); /* tlbsync */
	seen->syncs++;
	return at + 3;
}

static struct seen run(uint32_t times, uint32_t most)
{
	const struct tlb_op *const op = tlb_op_named("invlpgb_tlbsync");
	const struct repeat repeat = {
		.times = times, .step = PAGE, .batch = &op->batch, .most = most
	};
	struct seen seen = { .rsi = FIRST | 0xd, .next = FIRST - 0x80000000 };
	const uint8_t *at = code;
	const uint8_t *const end =
		repeat_put(code, &repeat, &op->body, (uint32_t)-0x80000000);

	assert_in_range(end - code, 1, repeat_bytes(&repeat, &op->body));
	for (unsigned steps = 0; at != end; steps++) {
		assert_in_range(steps, 0, 100000);
		at = step(at, &seen);
	}
	return seen;
}

/* The same as a function; what is around it: PUSH, two MOVs; POP, RET. */
static struct seen run_bare(uint32_t pages, uint32_t most)
{
	const struct tlb_op *const op = tlb_op_named("invlpgb_tlbsync");
	const struct operation_call_spec spec = {
		.body = &op->body,
		.copies = pages,
		.stride = PAGE,
		.batch = &op->batch,
		.most = most,
	};
	struct seen seen = { .rsi = FIRST | 0xd, .next = FIRST };
	const uint32_t bytes = operation_call_bytes(&spec);

	assert_in_range(bytes, 1, sizeof code);
	assert_int_equal(operation_call_assemble(code, &spec), bytes);
	for (const uint8_t *at = code + 7; at != code + bytes - 2;)
		at = step(at, &seen);
	return seen;
}

TEST(invlpgb_has_the_bytes_of_amds_manual)
{
	static const uint8_t bytes[] = {
		0x48, 0x8d, 0x86, 0xff, 0xff, 0xff, 0x7f, /* lea disp32(%rsi), %rax */
		0x89, 0xfa,                               /* mov %edi, %edx */
		0x31, 0xc9,                               /* xor %ecx, %ecx */
		0x0f, 0x01, 0xfe,                         /* invlpgb */
		0x0f, 0x01, 0xff,                         /* tlbsync */
	};
	const struct body *const body = &tlb_op_named("invlpgb_tlbsync")->body;

	assert_int_equal(body_bytes(body), sizeof bytes);
	assert_memory_equal(body->begin, bytes, sizeof bytes);
	assert_int_equal(body->fixup_offset, 3);
}

TEST(a_whole_pcid_and_everything_have_the_bytes_of_amds_manual)
{
	static const char *const names[] = { "invlpgb_context", "invlpgb_all_global",
		                             "invlpgb_all_non_global" };
	static const uint8_t bytes[] = {
		0x48, 0x89, 0xf0, /* mov %rsi, %rax */
		0x89, 0xfa,       /* mov %edi, %edx */
		0x31, 0xc9,       /* xor %ecx, %ecx */
		0x0f, 0x01, 0xfe, /* invlpgb */
		0x0f, 0x01, 0xff, /* tlbsync */
	};

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		const struct body *const body = &tlb_op_named(names[i])->body;

		assert_int_equal(body_bytes(body), sizeof bytes);
		assert_memory_equal(body->begin, bytes, sizeof bytes);
	}
}

TEST(many_pages_at_once_have_the_bytes_of_amds_manual)
{
	static const uint8_t bytes[] = {
		0x48, 0x8d, 0x86, 0xff, 0xff, 0xff, 0x7f, /* lea disp32(%rsi), %rax */
		0x89, 0xfa,                               /* mov %edi, %edx */
		0xb9, 0xff, 0xff, 0xff, 0x7f,             /* mov imm32, %ecx */
		0x0f, 0x01, 0xfe,                         /* invlpgb */
	};
	static const uint8_t end[] = { 0x0f, 0x01, 0xff }; /* tlbsync */

	for (unsigned i = 0; i < TLB_OPS; i++) {
		const struct batch *const batch = &tlb_ops[i].batch;

		if (tlb_ops[i].by != BY_INVLPGB) {
			assert_null(batch->body.begin);
			continue;
		}
		assert_int_equal(body_bytes(&batch->body), sizeof bytes);
		assert_memory_equal(batch->body.begin, bytes, sizeof bytes);
		assert_int_equal(batch->body.fixup, FIXUP_ADDRESS);
		assert_int_equal(batch->body.fixup_offset, 3);
		assert_int_equal(batch->count_offset, 10);
		assert_int_equal(body_bytes(&batch->end), sizeof end);
		assert_memory_equal(batch->end.begin, end, sizeof end);
	}
}

TEST(every_page_is_named_once_and_there_is_one_wait_at_the_end)
{
	static const uint32_t mosts[] = { 1, 2, 8, 9, 33, 4096, 65536 };
	static const uint32_t counts[] = { 1, 2, 7, 8, 9, 16, 33, 512, 4096 };

	for (unsigned i = 0; i < COUNT_OF(mosts); i++)
		for (unsigned k = 0; k < COUNT_OF(counts); k++) {
			const struct seen seen = run(counts[k], mosts[i]);

			assert_int_equal(seen.pages, counts[k]);
			assert_int_equal(seen.largest,
			                 counts[k] < mosts[i] ? counts[k] : mosts[i]);
			assert_int_equal(seen.syncs, 1);
		}
}

TEST(a_broadcast_has_a_fence_before_its_first_page_and_does_not_wait)
{
	static const uint32_t mosts[] = { 1, 2, 8, 9, 33, 65536 };
	static const uint32_t counts[] = { 1, 8, 33, 512 };

	for (unsigned i = 0; i < COUNT_OF(mosts); i++)
		for (unsigned k = 0; k < COUNT_OF(counts); k++) {
			const struct seen seen = run_bare(counts[k], mosts[i]);

			assert_int_equal(seen.fences, 1);
			assert_int_equal(seen.pages, counts[k]);
			assert_int_equal(seen.largest,
			                 counts[k] < mosts[i] ? counts[k] : mosts[i]);
			assert_int_equal(seen.syncs, 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invlpgb_has_the_bytes_of_amds_manual),
		cmocka_unit_test(
			a_whole_pcid_and_everything_have_the_bytes_of_amds_manual),
		cmocka_unit_test(many_pages_at_once_have_the_bytes_of_amds_manual),
		cmocka_unit_test(
			every_page_is_named_once_and_there_is_one_wait_at_the_end),
		cmocka_unit_test(
			a_broadcast_has_a_fence_before_its_first_page_and_does_not_wait),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

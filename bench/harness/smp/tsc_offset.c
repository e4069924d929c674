#include "bench/harness/smp/tsc_offset.h"

void tsc_offset_add(struct tsc_offset *offset, uint64_t t0, uint64_t t1, uint64_t t2)
{
	const int64_t lo = (int64_t)(t1 - t2);
	const int64_t hi = (int64_t)(t1 - t0);

	if (offset->rounds == 0 || lo > offset->lo)
		offset->lo = lo;
	if (offset->rounds == 0 || hi < offset->hi)
		offset->hi = hi;
	offset->rounds++;
}

bool tsc_offset_valid(const struct tsc_offset *offset)
{
	return offset->rounds != 0 && offset->lo <= offset->hi;
}

int64_t tsc_offset_middle(const struct tsc_offset *offset)
{
	return offset->lo + (offset->hi - offset->lo) / 2;
}

uint64_t tsc_offset_half(const struct tsc_offset *offset)
{
	return (uint64_t)(offset->hi - tsc_offset_middle(offset));
}

struct tsc_offset tsc_offset_between(const struct tsc_offset *a,
                                     const struct tsc_offset *b)
{
	if (!tsc_offset_valid(a) || !tsc_offset_valid(b))
		return (struct tsc_offset){ 0 };
	return (struct tsc_offset){
		.rounds = a->rounds < b->rounds ? a->rounds : b->rounds,
		.lo = b->lo - a->hi,
		.hi = b->hi - a->lo,
	};
}

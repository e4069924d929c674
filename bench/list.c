#include "bench/harness/experiment/bench.h"

#define BENCH(name) extern const struct bench bench_##name;
#include "bench/list.h"
#undef BENCH

#define BENCH(name) &bench_##name,
const struct bench *const benches[] = {
#include "bench/list.h"
};
#undef BENCH

const unsigned bench_count = sizeof benches / sizeof benches[0];

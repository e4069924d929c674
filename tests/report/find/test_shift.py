"""The comparison of two sets of samples, on samples whose truth is known.

The model of a row: a median of 100 to 2000 ticks; normal noise whose MAD is 3 to 5 % of it; 3 %
of the samples late by half the median on average, because something else happened; a clock that
advances in steps of two; 1023 pairs, at which a sampler that wants an interval of 1 % is not
done yet with so much noise. Samples are independent; those that hang together are below.
"""

from dataclasses import replace
from itertools import product
from statistics import median

import numpy as np
from rundir import RunTest  # which makes tlbreport known

from tlbreport.find import shift

DRAWS, PAIRS, MILLI = 1000, 1023, 1000
STEP = 2


def draw(random, middle: float, mad: float, n: int = PAIRS) -> np.ndarray:
    """Samples of one row in thousandths of a tick."""
    noise = 1 + 1.4826 * mad * random.standard_normal(n)
    late = (random.random(n) < 0.03) * random.exponential(0.5, n)
    return (middle * (noise + late) / STEP).round().astype(np.int64) * STEP * MILLI


class Verdict(RunTest):
    def called_different(self, factor: float, seed: int, percent: float = 0.5,
                         draws: int = DRAWS) -> int:
        """In how many draws the second set is called different."""
        random, called = np.random.default_rng(seed), 0
        for _ in range(draws):
            middle, mad = random.uniform(100, 2000), random.uniform(0.03, 0.05)
            both = draw(random, middle, mad), draw(random, middle * factor, mad)
            called += shift.compare(*both, percent).different
        return called

    def test_equal_sets_are_called_equal_in_99_of_100(self):
        self.assertLessEqual(self.called_different(1, 1), DRAWS // 100)

    def test_a_shift_of_4_percent_is_called_different_in_95_of_100(self):
        # In 4 chunks, from whose own scatter it has to be told.
        self.assertGreaterEqual(self.called_different(1.04, 2), DRAWS * 95 // 100)

    def test_a_shift_of_2_percent_below_the_a_a_limit_is_not_called_different(self):
        self.assertLessEqual(self.called_different(1.02, 3, percent=4, draws=100), 1)

    def test_the_order_of_the_runs_does_not_matter(self):
        random = np.random.default_rng(4)
        for factor in (1, 1.01, 1.02, 1.3):
            first, second = draw(random, 300, 0.03), draw(random, 300 * factor, 0.03)
            there, back = shift.compare(first, second, 0), shift.compare(second, first, 0)
            self.assertEqual((there.different, there.shift, there.limit),
                             (back.different, -back.shift, back.limit))

    def test_a_large_shift_of_few_samples_is_not_called_different(self):
        self.assertFalse(shift.compare([100, 101], [200, 201], 0).different)

    def test_a_small_shift_of_many_samples_is_not_called_different(self):
        random = np.random.default_rng(5)
        first, second = draw(random, 1000, 0.005, 8191), draw(random, 1006, 0.005, 8191)
        result = shift.compare(first, second, 0)
        self.assertLess(result.p, 1e-6)
        self.assertFalse(result.moved)

    def test_equal_sets_of_two_modes_are_called_equal_in_99_of_100(self):
        random, called = np.random.default_rng(12), 0
        for _ in range(DRAWS):
            both = [draw(random, 300, 0.02) + 100 * MILLI * (random.random(PAIRS) < 0.22)
                    for _ in "AB"]
            called += shift.compare(*both, 0).different
        print(f"# equal sets of two modes: {100 * called / DRAWS:.1f} % called different (1 % "
              "claimed)")
        self.assertLessEqual(called, DRAWS * 3 // 100)

    def test_samples_that_are_all_the_same(self):
        self.assertEqual(shift.compare([32] * 50, [32] * 70, 0),
                         shift.Shift(1.0, 0.0, 1.0, 0.0, 0.32, chunks=1))
        self.assertTrue(shift.compare([32] * 50, [64] * 70, 0).different)


def median_of(samples) -> shift.Median:
    """The median and its 99 % interval, as the program takes them: by rank."""
    ordered, n = np.sort(samples), len(samples)
    rank = int(n / 2 - 2.576 * n ** 0.5 / 2)
    return shift.Median(float(np.median(ordered)), float(ordered[rank]),
                        float(ordered[n - 1 - rank]), shift.mean_of(samples))


class Medians(RunTest):
    def test_equal_medians_are_called_equal_and_their_interval_holds_0_in_99_of_100(self):
        random, called, held = np.random.default_rng(11), 0, 0
        for _ in range(DRAWS):
            middle, mad = random.uniform(100, 2000), random.uniform(0.03, 0.05)
            both = [median_of(draw(random, middle, mad)) for _ in "AB"]
            low, high = shift.between(*both)
            called += shift.compare_medians(*both, 0).different
            held += low <= 0 <= high
        print(f"# equal medians: {100 * called / DRAWS:.1f} % called different (1 % claimed), the "
              f"interval holds 0 in {100 * held / DRAWS:.1f} % (99 % claimed)")
        self.assertLessEqual(called, DRAWS // 100)
        self.assertGreaterEqual(held, DRAWS * 97 // 100)

    def test_a_shift_of_medians_is_as_sure_as_their_intervals(self):
        for half, called in ((1, True), (6, False)):
            both = [shift.Median(m, m - half, m + half, shift.Mean(200, 1, 99))
                    for m in (200, 206)]
            self.assertEqual(shift.compare_medians(*both, 0).different, called, half)


class Chunks(RunTest):
    """A chunk is off by a fifth of what a sample is, and no sample of it shows that."""

    def scattering(self, random, n: int) -> np.ndarray:
        parts = np.diff([0, *shift.chunk_ends(n)])
        return (MILLI * (500 + 25 * random.standard_normal(n) + np.repeat(
            5 * random.standard_normal(len(parts)), parts))).astype(np.int64)

    def spread_of(self, samples) -> shift.Median:
        """As a row without samples has it."""
        middles = [np.median(part) for part in shift.chunks(samples)]
        return replace(median_of(samples), spread=float(max(middles) - min(middles)))

    def test_equal_rows_whose_chunks_scatter_are_called_different_in_1_of_100(self):
        random = np.random.default_rng(13)
        for n, draws in ((381, 400), (1023, 400), (4000, 200)):
            called = {"samples": 0, "medians": 0}
            for _ in range(draws):
                both = [self.scattering(random, n) for _ in "AB"]
                for name, made in (
                        ("samples", shift.compare(*both, 0)),
                        ("medians", shift.compare_medians(*map(self.spread_of, both), 0))):
                    called[name] += min(made.p, made.mean_p) < shift.MOST_P
            for name, count in called.items():
                print(f"# {n} samples in chunks that scatter, by {name}: p of "
                      f"{100 * count / draws:.1f} % below the limit (1 % claimed)")
                self.assertLessEqual(count, 0.03 * draws, (n, name))

    def test_chunks_end_where_the_program_ends_them(self):
        for n, sizes in ((90, [90]), (300, [127, 128, 45]), (260, [127, 128]),
                         (1023, [127, 128, 256, 512])):
            self.assertEqual([len(part) for part in shift.chunks(range(n))], sizes)
            self.assertEqual(shift.chunks_of(self.spread_of(np.arange(n))), len(sizes))


class HodgesLehmann(RunTest):
    def test_it_is_the_median_of_all_differences(self):
        random = np.random.default_rng(6)
        for first, second in product((1, 2, 7, 40), (1, 3, 8, 41)):
            for spread in (1, 3, 10**9):
                x = np.sort(random.integers(-spread, spread + 1, first))
                y = np.sort(random.integers(-spread, spread + 1, second))
                every = [int(b) - int(a) for a in x for b in y]
                self.assertEqual(shift.hodges_lehmann(x, y), median(every))

    def test_8191_samples_of_each_take_no_time(self):
        random = np.random.default_rng(7)
        x = np.sort(random.integers(0, 10**9, 8191))
        self.assertEqual(shift.hodges_lehmann(x, x + 12345), 12345)


class Bootstrap(RunTest):
    def covered(self, block: int, draws: int) -> int:
        """In how many pairs of equal sets the interval holds 0; each 32 samples in a row
        share a disturbance as large as the noise."""
        random, held = np.random.default_rng(8), 0
        default, shift.BLOCK = shift.BLOCK, block
        try:
            for seed in range(draws):
                both = [(1000 * (50 + random.standard_normal(512) + np.repeat(
                    random.standard_normal(16), 32))).astype(np.int64) for _ in "AB"]
                low, high = shift.bootstrap(*both, seed)
                held += low <= 0 <= high
        finally:
            shift.BLOCK = default
        return held

    def test_the_interval_holds_the_truth_though_samples_of_a_block_hang_together(self):
        self.assertGreaterEqual(self.covered(32, 200), 190)

    def test_drawing_single_samples_would_be_too_sure(self):
        self.assertLess(self.covered(1, 40), 30)

    def test_of_fewer_than_10_blocks_there_is_no_interval(self):
        samples = np.arange(320)
        self.assertIsNone(shift.bootstrap(samples[:319], samples, 1))
        self.assertIsNone(shift.bootstrap(samples, samples[:319], 1))
        self.assertIsNotNone(shift.bootstrap(samples, samples, 1))

    def test_medians_of_draws_are_medians(self):
        class Chosen:
            def integers(self, blocks, size):
                return np.random.default_rng(9).integers(blocks, size=size)

        samples = np.random.default_rng(10).integers(0, 50, 100)
        found = shift.drawn_medians(samples, Chosen())
        for drawn, value in zip(Chosen().integers(4, (shift.DRAWS, 4)), found):
            every = np.concatenate([samples[32 * b:32 * b + 32] for b in drawn])
            self.assertEqual(value, np.sort(every)[(len(every) - 1) // 2])

/* Chapters are those of ISO/IEC 18004:2015. */
#include "lib/codes/qr_matrix.h"

static void set(struct qr_grid *grid, unsigned x, unsigned y, bool value)
{
	const uint8_t bit = (uint8_t)(1u << x % 8);

	if (value)
		grid->rows[y][x / 8] |= bit;
	else
		grid->rows[y][x / 8] &= (uint8_t)~bit;
}

static void set_fixed(struct qr *qr, unsigned x, unsigned y, bool dark)
{
	set(&qr->dark, x, y, dark);
	set(&qr->fixed, x, y, true);
}

static unsigned distance(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

/* Rings around a centre, by distance; what lies outside of the code is left out. */
static void put_rings(struct qr *qr, unsigned cx, unsigned cy, unsigned radius,
                      unsigned light)
{
	for (unsigned y = cy < radius ? 0 : cy - radius; y <= cy + radius; y++) {
		for (unsigned x = cx < radius ? 0 : cx - radius; x <= cx + radius;
		     x++) {
			const unsigned dx = distance(x, cx), dy = distance(y, cy);
			const unsigned ring = dx > dy ? dx : dy;

			if (x < qr->side && y < qr->side)
				set_fixed(qr, x, y, (light >> ring & 1) == 0);
		}
	}
}

/* 6.3.6 and annex E: on a grid whose last line is 7 from the far side. */
static void put_alignments(struct qr *qr)
{
	const unsigned lines = qr->version / 7 + 2;
	/* The first line is at 6; the others keep an even distance from the last. */
	const unsigned step = (qr->version * 4 + lines * 2 + 1) / (lines * 2 - 2) * 2;
	const unsigned last = lines - 1;

	if (qr->version == 1)
		return;
	for (unsigned i = 0; i < lines; i++) {
		for (unsigned k = 0; k < lines; k++) {
			const bool in_finder = (i == 0 && k == 0) ||
			                       (i == 0 && k == last) ||
			                       (i == last && k == 0);
			const unsigned x =
				i == 0 ? 6 : qr->side - 7 - (last - i) * step;
			const unsigned y =
				k == 0 ? 6 : qr->side - 7 - (last - k) * step;

			if (!in_finder)
				put_rings(qr, x, y, 2, 1u << 1);
		}
	}
}

/* The value followed by the remainder of a BCH code's division: annexes C and D. */
static unsigned with_remainder(unsigned value, unsigned bits, unsigned generator)
{
	unsigned remainder = value;

	for (unsigned i = 0; i < bits; i++)
		remainder = remainder << 1 ^
		            ((remainder >> (bits - 1) & 1) != 0 ? generator : 0);
	return value << bits | remainder;
}

/* 7.10, from version 7 on. */
static void put_version(struct qr *qr)
{
	const unsigned bits = with_remainder(qr->version, 12, 0x1f25);

	if (qr->version < 7)
		return;
	for (unsigned i = 0; i < 18; i++) {
		const unsigned along = i / 3, across = qr->side - 11 + i % 3;

		set_fixed(qr, along, across, (bits >> i & 1) != 0);
		set_fixed(qr, across, along, (bits >> i & 1) != 0);
	}
}

/* 7.9: level L is 01; twice, around the first finder and at the other two. */
static void put_format(struct qr *qr)
{
	const unsigned bits = with_remainder(1u << 3 | qr->mask, 10, 0x537) ^ 0x5412;

	for (unsigned i = 0; i < 15; i++) {
		const bool dark = (bits >> i & 1) != 0;
		/* Column 8 downwards, then row 8 to the left; over the timing pattern.
		 */
		const unsigned down = i < 6 ? i : i + 1;
		const unsigned left = 14 - i + (i < 9 ? 1 : 0);

		if (i < 8)
			set_fixed(qr, 8, down, dark);
		else
			set_fixed(qr, left, 8, dark);
		if (i < 8)
			set_fixed(qr, qr->side - 1 - i, 8, dark);
		else
			set_fixed(qr, 8, qr->side - 15 + i, dark);
	}
	set_fixed(qr, 8, qr->side - 8, true);
}

/* 6.3 */
static void put_patterns(struct qr *qr)
{
	const unsigned far = qr->side - 4;

	for (unsigned y = 0; y < QR_SIDE_MAX; y++)
		for (unsigned x = 0; x < sizeof qr->dark.rows[y]; x++)
			qr->dark.rows[y][x] = qr->fixed.rows[y][x] = 0;
	for (unsigned i = 0; i < qr->side; i++) {
		set_fixed(qr, i, 6, i % 2 == 0);
		set_fixed(qr, 6, i, i % 2 == 0);
	}
	/* Finder patterns with their separators. */
	put_rings(qr, 3, 3, 4, 1u << 2 | 1u << 4);
	put_rings(qr, far, 3, 4, 1u << 2 | 1u << 4);
	put_rings(qr, 3, far, 4, 1u << 2 | 1u << 4);
	put_alignments(qr);
	put_version(qr);
	put_format(qr);
}

/* 7.7.3: two columns at a time from the right, upwards and downwards by turns. */
static void put_codewords(struct qr *qr, unsigned count)
{
	const unsigned pairs = (qr->side - 1) / 2;
	unsigned bit = 0;

	for (unsigned pair = 0; pair < pairs; pair++) {
		const unsigned behind = qr->side - 1 - 2 * pair;
		/* The timing pattern in column 6 is no part of a pair. */
		const unsigned right = behind <= 6 ? behind - 1 : behind;

		for (unsigned i = 0; i < 2 * qr->side; i++) {
			const unsigned x = right - i % 2;
			const unsigned y = pair % 2 == 0 ? qr->side - 1 - i / 2 : i / 2;

			if (qr_grid_get(&qr->fixed, x, y) || bit == 8 * count)
				continue;
			set(&qr->dark, x, y,
			    (qr->sent[bit / 8] >> (7 - bit % 8) & 1) != 0);
			bit++;
		}
	}
}

/* 7.8.2, table 10 */
static bool is_masked(unsigned mask, unsigned x, unsigned y)
{
	switch (mask) {
	case 0:
		return (x + y) % 2 == 0;
	case 1:
		return y % 2 == 0;
	case 2:
		return x % 3 == 0;
	case 3:
		return (x + y) % 3 == 0;
	case 4:
		return (x / 3 + y / 2) % 2 == 0;
	case 5:
		return x * y % 2 + x * y % 3 == 0;
	case 6:
		return (x * y % 2 + x * y % 3) % 2 == 0;
	default:
		return ((x + y) % 2 + x * y % 3) % 2 == 0;
	}
}

/* Done twice, it is undone. */
static void apply_mask(struct qr *qr)
{
	for (unsigned y = 0; y < qr->side; y++)
		for (unsigned x = 0; x < qr->side; x++)
			if (is_masked(qr->mask, x, y) && !qr_grid_get(&qr->fixed, x, y))
				set(&qr->dark, x, y, !qr_is_dark(qr, x, y));
}

/* Runs of five and more, and what looks like a finder pattern, along one line. */
static unsigned line_penalty(const struct qr *qr, unsigned line, bool is_column)
{
	const unsigned finder = 0x5d; /* 1011101, before or behind four light modules */
	unsigned penalty = 0, run = 0, last = 0;
	bool previous = false;

	for (unsigned i = 0; i < qr->side; i++) {
		const bool dark =
			is_column ? qr_is_dark(qr, line, i) : qr_is_dark(qr, i, line);

		run = i != 0 && dark == previous ? run + 1 : 1;
		if (run == 5)
			penalty += 3;
		else if (run > 5)
			penalty++;
		previous = dark;
		last = (last << 1 | dark) & 0x7ff;
		if (i >= 10 && (last == finder || last == finder << 4))
			penalty += 40;
	}
	return penalty;
}

static unsigned square_penalty(const struct qr *qr)
{
	unsigned penalty = 0;

	for (unsigned y = 0; y + 1 < qr->side; y++) {
		for (unsigned x = 0; x + 1 < qr->side; x++) {
			const unsigned dark =
				0U + qr_is_dark(qr, x, y) + qr_is_dark(qr, x + 1, y) +
				qr_is_dark(qr, x, y + 1) + qr_is_dark(qr, x + 1, y + 1);

			if (dark % 4 == 0)
				penalty += 3;
		}
	}
	return penalty;
}

/* 10 for each whole 5 % that the dark modules are away from half. */
static unsigned balance_penalty(const struct qr *qr)
{
	const unsigned all = qr->side * qr->side;
	unsigned dark = 0;

	for (unsigned y = 0; y < qr->side; y++)
		for (unsigned x = 0; x < qr->side; x++)
			dark += qr_is_dark(qr, x, y);

	unsigned off = distance(20 * dark, 10 * all), penalty = 0;

	for (; off >= all && penalty < 100; off -= all)
		penalty += 10;
	return penalty;
}

unsigned qr_matrix_penalty(const struct qr *qr)
{
	unsigned penalty = square_penalty(qr) + balance_penalty(qr);

	for (unsigned i = 0; i < qr->side; i++)
		penalty += line_penalty(qr, i, false) + line_penalty(qr, i, true);
	return penalty;
}

void qr_matrix_mask(struct qr *qr, unsigned mask)
{
	apply_mask(qr);
	qr->mask = mask;
	put_format(qr);
	apply_mask(qr);
}

void qr_matrix_make(struct qr *qr, unsigned count)
{
	unsigned best = 0, least = UINT32_MAX;

	qr->mask = 0;
	put_patterns(qr);
	put_codewords(qr, count);
	apply_mask(qr);
	for (unsigned mask = 0; mask < 8; mask++) {
		qr_matrix_mask(qr, mask);

		const unsigned penalty = qr_matrix_penalty(qr);

		if (penalty < least) {
			least = penalty;
			best = mask;
		}
	}
	qr_matrix_mask(qr, best);
}

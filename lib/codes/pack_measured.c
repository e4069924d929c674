/*
 * The numbers of a measured row.  Each statistic is a whole number of ticks divided by
 * the row's divisor, and often the clock moves by several ticks at a time: so they are
 * counted in steps of that grid, each as the difference to its neighbour, from the
 * median outwards.  Only the mean lies off the grid.
 */
#include "lib/codes/pack_measured.h"

#include "lib/stats/stats.h"

enum statistic {
	MIN,
	P01,
	P05,
	P25,
	P50,
	P75,
	P95,
	P99,
	MAX,
	MEAN,
	MAD,
	CI95_LO,
	CI95_HI,
	CI99_LO,
	CI99_HI,
};
enum arm { A_MIN, A_P50, B_MIN, B_P50 };

/* A grid has 2^n points a tick; or 1000, on which every value lies. */
#define GRID_LOG2_MOST 12
#define GRID_MILLI (GRID_LOG2_MOST + 1)
/* Of what is read; a writer's fields have nine digits, and stay below. */
#define LARGEST (INT64_C(1) << 44)
#define LARGEST_MILLI INT64_C(1000000000000)

struct measured {
	int64_t milli[PACK_STATISTICS];
	int64_t points[PACK_STATISTICS]; /* of the grid, in steps; not the mean's */
	int64_t arms[PACK_ARMS];         /* ticks, in steps of their own */
	int64_t grid_log2, step, arm_step;
};

static int64_t points_per_tick(int64_t grid_log2)
{
	return grid_log2 == GRID_MILLI ? 1000 : INT64_C(1) << grid_log2;
}

static bool take_digits(struct text_slice *field, unsigned most, int64_t *value)
{
	const char *const text = field->text;
	unsigned count = 0;

	*value = 0;
	while (count < field->length && count < most && text[count] >= '0' &&
	       text[count] <= '9')
		*value = *value * 10 + (text[count++] - '0');
	if (count == 0 || (count > 1 && text[0] == '0' && most != 3))
		return false;
	field->text += count;
	field->length -= count;
	return true;
}

/* As csv_milli() writes it, and nothing else. */
static bool take_milli(struct text_slice field, int64_t *value)
{
	const bool negative = field.length != 0 && field.text[0] == '-';
	int64_t whole, part;

	if (negative) {
		field.text++;
		field.length--;
	}
	if (!take_digits(&field, 9, &whole) || field.length != 4 ||
	    field.text[0] != '.')
		return false;
	field.text++;
	field.length--;
	if (!take_digits(&field, 3, &part) || field.length != 0)
		return false;
	*value = whole * 1000 + part;
	if (negative && *value == 0)
		return false;
	if (negative)
		*value = -*value;
	return true;
}

static bool take_fields(const struct text_slice *fields, struct measured *m)
{
	for (unsigned i = 0; i < PACK_STATISTICS; i++)
		if (!take_milli(fields[i], &m->milli[i]))
			return false;
	for (unsigned i = 0; i < PACK_ARMS; i++) {
		struct text_slice field = fields[PACK_STATISTICS + i];

		if (!take_digits(&field, 12, &m->arms[i]) || field.length != 0)
			return false;
	}
	return true;
}

/* The step of values that keep to step, and of another one. */
static int64_t common_step(int64_t step, int64_t value)
{
	return (int64_t)gcd((uint64_t)step, (uint64_t)(value < 0 ? -value : value));
}

static int64_t nearest(int64_t value, int64_t divisor)
{
	return (value + (value < 0 ? -divisor : divisor) / 2) / divisor;
}

static bool fits_grid(struct measured *m, int64_t grid_log2)
{
	const int64_t points = points_per_tick(grid_log2);

	for (unsigned i = 0; i < PACK_STATISTICS; i++) {
		m->points[i] = nearest(m->milli[i] * points, 1000);
		if (i != MEAN &&
		    per_operation_milli(m->points[i], (uint32_t)points) != m->milli[i])
			return false;
	}
	return true;
}

/* The coarsest grid on which all lie, and the steps that they keep to on it. */
static void find_grid(struct measured *m)
{
	m->grid_log2 = 0;
	while (!fits_grid(m, m->grid_log2))
		m->grid_log2++;
	m->step = m->arm_step = 0;
	for (unsigned i = 0; i < PACK_STATISTICS; i++)
		if (i != MEAN)
			m->step = common_step(m->step, m->points[i]);
	for (unsigned i = 0; i < PACK_ARMS; i++)
		m->arm_step = common_step(m->arm_step, m->arms[i]);
	m->step += m->step == 0;
	m->arm_step += m->arm_step == 0;
	for (unsigned i = 0; i < PACK_STATISTICS; i++)
		m->points[i] /= m->step;
	for (unsigned i = 0; i < PACK_ARMS; i++)
		m->arms[i] /= m->arm_step;
}

static bool within(int64_t value, int64_t limit)
{
	return value <= limit && value >= -limit;
}

/* The value, coded as the difference to another. */
static int64_t code(struct packer *packer, struct number_model *model, int64_t value,
                    int64_t other)
{
	const int64_t difference = coder_number(&packer->coder, model, value - other);

	if (!within(difference, LARGEST)) {
		packer->broken = true;
		return 0;
	}
	return other + difference;
}

static void code_grid(struct packer *packer, struct measured *m)
{
	struct pack_model *const model = &packer->model;

	m->grid_log2 = code(packer, &model->grid[0], m->grid_log2, model->grid_log2);
	m->step = code(packer, &model->grid[1], m->step, model->step);
	m->arm_step = code(packer, &model->grid[2], m->arm_step, model->arm_step);
	if (m->grid_log2 < 0 || m->grid_log2 > GRID_MILLI || m->step < 1 ||
	    m->arm_step < 1 || m->step > LARGEST || m->arm_step > LARGEST) {
		packer->broken = true;
		m->grid_log2 = 0;
		m->step = m->arm_step = 1;
	}
	model->grid_log2 = m->grid_log2;
	model->step = m->step;
	model->arm_step = m->arm_step;
}

static void code_statistics(struct packer *packer, struct measured *m)
{
	/* Each after the one that it is compared with. */
	static const uint8_t pairs[][2] = {
		{ P25, P50 },         { P05, P25 },         { P01, P05 },
		{ MIN, P01 },         { P75, P50 },         { P95, P75 },
		{ P99, P95 },         { MAX, P99 },         { MAD, MAD },
		{ CI95_LO, P50 },     { CI99_LO, CI95_LO }, { CI95_HI, P50 },
		{ CI99_HI, CI95_HI },
	};
	struct number_model *const models = packer->model.statistics;
	const int64_t points = points_per_tick(m->grid_log2);
	const int64_t guess = nearest(packer->model.p50 * points, 1000 * m->step);
	int64_t *const p = m->points;

	p[P50] = code(packer, &models[P50], p[P50], guess);
	for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		const unsigned which = pairs[i][0], other = pairs[i][1];

		p[which] = code(packer, &models[which], p[which],
		                which == other ? 0 : p[other]);
	}
	for (unsigned i = 0; i < PACK_STATISTICS; i++) {
		if (i == MEAN)
			continue;
		if (!within(p[i], LARGEST / m->step)) {
			packer->broken = true;
			return;
		}
		m->milli[i] = per_operation_milli(p[i] * m->step, (uint32_t)points);
		packer->broken = packer->broken || !within(m->milli[i], LARGEST_MILLI);
	}
	m->milli[MEAN] = code(packer, &models[MEAN], m->milli[MEAN], m->milli[P50]);
	packer->model.p50 = m->milli[P50];
	packer->model.is_own = false;
	packer->model.near[0] = m->milli[P50];
	packer->model.near[1] = m->milli[CI99_LO];
	packer->model.near[2] = m->milli[CI99_HI];
}

/* B's median is A's and the cost, times a power of two that is often the grid's. */
static int64_t guess_b(const struct measured *m, int64_t arms_log2)
{
	return m->arms[A_P50] +
	       nearest(m->milli[P50] * points_per_tick(arms_log2), 1000 * m->arm_step);
}

static int64_t best_arms_log2(const struct measured *m)
{
	int64_t best = 0, least = INT64_MAX;

	for (int64_t n = 0; n <= GRID_LOG2_MOST; n++) {
		const int64_t off = guess_b(m, n) - m->arms[B_P50];
		const int64_t distance = off < 0 ? -off : off;

		if (distance < least) {
			least = distance;
			best = n;
		}
	}
	return best;
}

static void code_arms(struct packer *packer, struct measured *m)
{
	struct pack_model *const model = &packer->model;
	int64_t *const arms = m->arms;
	const int64_t guess = model->a_p50 / m->arm_step;
	int64_t arms_log2 = packer->coder.reads ? 0 : best_arms_log2(m);

	arms[A_P50] = code(packer, &model->arms[A_P50], arms[A_P50], guess);
	arms[A_MIN] = code(packer, &model->arms[A_MIN], arms[A_MIN], arms[A_P50]);
	arms_log2 = code(packer, &model->grid[3], arms_log2, model->arms_log2);
	if (arms_log2 < 0 || arms_log2 > GRID_LOG2_MOST) {
		packer->broken = true;
		arms_log2 = 0;
	}
	model->arms_log2 = arms_log2;
	arms[B_P50] =
		code(packer, &model->arms[B_P50], arms[B_P50], guess_b(m, arms_log2));
	arms[B_MIN] = code(packer, &model->arms[B_MIN], arms[B_MIN],
	                   arms[B_P50] + arms[A_MIN] - arms[A_P50]);
	for (unsigned i = 0; i < PACK_ARMS; i++) {
		if (arms[i] < 0 || arms[i] > LARGEST / m->arm_step) {
			packer->broken = true;
			return;
		}
	}
	model->a_p50 = arms[A_P50] * m->arm_step;
}

static void put_fields(const struct measured *m, struct line *line)
{
	for (unsigned i = 0; i < PACK_STATISTICS; i++) {
		if (i != 0)
			line_put_char(line, ',');
		line_put_milli(line, m->milli[i]);
	}
	for (unsigned i = 0; i < PACK_ARMS; i++) {
		line_put_char(line, ',');
		line_put_u64(line, (uint64_t)(m->arms[i] * m->arm_step));
	}
}

bool pack_measured(struct packer *packer, const struct text_slice *fields,
                   struct line *line)
{
	const bool reads = packer->coder.reads;
	struct measured m = { .grid_log2 = 0 };

	if (!coder_bit(&packer->coder, &packer->model.is_measured,
	               !reads && take_fields(fields, &m)))
		return false;
	if (!reads)
		find_grid(&m);
	code_grid(packer, &m);
	code_statistics(packer, &m);
	if (!packer->broken)
		code_arms(packer, &m);
	if (reads && !packer->broken)
		put_fields(&m, line);
	return true;
}

/* Of an estimate of its own each end is about as far from it as the other. */
static void expect_ends(struct pack_model *model, unsigned which, int64_t value)
{
	if (which == 0 && value != model->near[0]) {
		model->near[0] = value;
		model->near[1] = value - model->half;
		model->near[2] = value + model->half;
		model->is_own = true;
	} else if (which == 1 && model->is_own) {
		model->half = model->near[0] - value;
		model->near[2] = model->near[0] + model->half;
	}
}

bool pack_near_measured(struct packer *packer, unsigned which, struct text_slice field,
                        struct line *line)
{
	struct pack_model *const model = &packer->model;
	const bool reads = packer->coder.reads;
	int64_t value = 0;

	if (!coder_bit(&packer->coder, &model->is_near,
	               !reads && take_milli(field, &value)))
		return false;
	value = code(packer, &model->distance[which], value, model->near[which]);
	packer->broken = packer->broken || !within(value, LARGEST_MILLI);
	if (!packer->broken)
		expect_ends(model, which, value);
	if (reads && !packer->broken)
		line_put_milli(line, value);
	return true;
}

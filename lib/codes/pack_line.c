#include "lib/codes/pack_line.h"

#include "lib/codes/pack_measured.h"
#include "lib/codes/pack_token.h"

/*
 * What a column holds: t texts that come again, n numbers that lie near the one in the
 * row above, m the first of the measured ones, 0 to 2 those near one of them, 3
 * one near 0.
 */
static const char *const classes[FILE_COUNT + 1] = {
	[FILE_MACHINE] = "tt",
	[FILE_SELFTEST] = "tnnttt",
	[FILE_VERIFY] = "tttttttttttt",
	[FILE_RESULTS] = "tttttttttnnnnnmttttttttttttttttttttnnn012t3tttnnnnttt",
	[FILE_CANARY] = "nnt",
	[FILE_HISTOGRAM] = "ttttttnnnt",
	[FILE_SAMPLES] = "ttttttnnntt",
	[FILE_LITMUS] = "tttttttttt",
	[FILE_SUMMARY] = "t",
	[PACK_RECORD] = "t",
};

enum kind { KIND_FIELDS, KIND_NAMES, KIND_WHOLE };

static unsigned length_of(const char *text)
{
	unsigned length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

static unsigned first_column(unsigned file)
{
	unsigned column = 0;

	for (unsigned i = 0; i < file; i++)
		column += length_of(classes[i]);
	return column;
}

void pack_model_reset(struct pack_model *model)
{
	uint8_t *const bytes = (uint8_t *)model;

	for (size_t i = 0; i < sizeof *model; i++)
		bytes[i] = 0;
	for (unsigned i = 0; i < PACK_COLUMNS; i++)
		model->columns[i].last = PACK_NONE;
	model->step = 1;
	model->arm_step = 1;
}

static void put(struct line *line, struct text_slice text)
{
	for (size_t i = 0; i < text.length; i++)
		line_put_char(line, text.text[i]);
}

static unsigned class_of(char c)
{
	if (c >= '0' && c <= '9')
		return 1;
	return (c >= 'a' && c <= 'z') ? 2 : 3;
}

/* Letter by letter up to a NUL, behind what it shares with the column's last text. */
static struct text_slice code_letters(struct packer *packer, struct text_slice last,
                                      struct text_slice field, struct line *line)
{
	struct pack_model *const model = &packer->model;
	const bool reads = packer->coder.reads;
	const size_t start = line->length;
	size_t shared = 0;
	unsigned before = 0;

	while (shared < last.length && shared < field.length &&
	       last.text[shared] == field.text[shared])
		shared++;
	shared = (size_t)coder_number(&packer->coder, &model->shared, (int64_t)shared);
	if (shared > last.length) {
		packer->broken = true;
		return (struct text_slice){ "", 0 };
	}
	if (reads)
		put(line, (struct text_slice){ last.text, shared });
	for (size_t i = shared;; i++) {
		unsigned c = i < field.length ? (unsigned char)field.text[i] : 0;

		c = coder_symbol(&packer->coder, model->letters[before], 8, c);
		if (c == 0)
			break;
		before = class_of((char)c);
		if (reads)
			line_put_char(line, (char)c);
		packer->broken = packer->broken || line->cut;
		if (packer->broken)
			break;
	}
	return reads ? (struct text_slice){ &line->text[start], line->length - start }
	             : field;
}

/* One of the column's earlier texts, by its number among them. */
static unsigned code_known(struct packer *packer, unsigned column, unsigned token)
{
	const struct pack_model *const model = &packer->model;
	const unsigned count = pack_token_count(model, column);
	unsigned bits = 0, rank = 0;

	while (1u << bits < count)
		bits++;
	for (unsigned i = 0; i < token && token != PACK_NONE; i++)
		rank += model->tokens[i].column == column;
	rank = (unsigned)coder_plain(&packer->coder, rank, bits);
	for (unsigned i = 0; i < model->token_count; i++)
		if (model->tokens[i].column == column && rank-- == 0)
			return i;
	packer->broken = true;
	return PACK_NONE;
}

#define NUMBER_DIGITS 18u
#define NUMBER_END INT64_C(1000000000000000000)

/* A decimal number without leading zeros, small enough for differences of two. */
static bool is_number(struct text_slice field, int64_t *number)
{
	uint64_t value = 0;

	if (field.length == 0 || field.length > NUMBER_DIGITS ||
	    (field.text[0] == '0' && field.length > 1))
		return false;
	for (size_t i = 0; i < field.length; i++) {
		if (field.text[i] < '0' || field.text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(field.text[i] - '0');
	}
	*number = (int64_t)value;
	return true;
}

static void code_difference(struct packer *packer, struct pack_column *column,
                            int64_t number, struct line *line)
{
	const int64_t difference = coder_number(&packer->coder, &column->difference,
	                                        number - column->number);

	if (difference > NUMBER_END || difference < -NUMBER_END ||
	    column->number + difference < 0 ||
	    column->number + difference >= NUMBER_END) {
		packer->broken = true;
		return;
	}
	column->number += difference;
	if (packer->coder.reads)
		line_put_u64(line, (uint64_t)column->number);
}

/* What is not the text that came behind the column's last one before. */
static unsigned code_other(struct packer *packer, unsigned index, char class,
                           struct text_slice field, struct line *line)
{
	struct pack_model *const model = &packer->model;
	struct pack_column *const column = &model->columns[index];
	const bool reads = packer->coder.reads;
	unsigned token = reads ? 0 : pack_token_find(model, index, field);
	int64_t number = 0;

	if (class == 'n' && coder_bit(&packer->coder, &column->is_number,
	                              !reads && is_number(field, &number))) {
		code_difference(packer, column, number, line);
		return column->last;
	}
	if (coder_bit(&packer->coder, &column->repeats, token != PACK_NONE)) {
		token = code_known(packer, index, token);
		if (reads && !packer->broken)
			put(line, pack_token_text(model, token));
		return token;
	}

	struct text_slice last = { "", 0 };

	if (column->last != PACK_NONE)
		last = pack_token_text(model, column->last);
	field = code_letters(packer, last, field, line);
	return packer->broken ? PACK_NONE : pack_token_add(model, index, field);
}

static void code_field(struct packer *packer, unsigned index, char class,
                       struct text_slice field, bool *followed, struct line *line)
{
	struct pack_model *const model = &packer->model;
	struct pack_column *const column = &model->columns[index];
	const unsigned last = column->last;
	unsigned token = last == PACK_NONE ? PACK_NONE : model->tokens[last].next;

	if (token != PACK_NONE) {
		const bool follows =
			!packer->coder.reads &&
			pack_same_text(pack_token_text(model, token), field);

		*followed =
			coder_bit(&packer->coder, &column->follows[*followed], follows);
		if (*followed) {
			column->last = (uint16_t)token;
			if (packer->coder.reads)
				put(line, pack_token_text(model, token));
			return;
		}
	}
	token = code_other(packer, index, class, field, line);
	if (token == PACK_NONE || packer->broken)
		return;
	if (last != PACK_NONE)
		model->tokens[last].next = (uint16_t)token;
	column->last = (uint16_t)token;
}

/* A writer's line at its commas; count is one too many if there are more. */
static unsigned split(const struct line *line, struct text_slice *fields, unsigned most)
{
	struct text_slice rest = { line->text, line->length };
	unsigned count = 0, commas = 0;

	for (size_t i = 0; i < line->length; i++)
		commas += line->text[i] == ',';
	if (commas + 1 > most)
		return most + 1;
	while (count <= commas)
		fields[count++] = text_split(rest, ',', &rest);
	return count;
}

#define FIELDS_MAX 53u /* as many as results.csv has, which has the most */

static void code_fields(struct packer *packer, unsigned file,
                        struct text_slice fields[FIELDS_MAX], struct line *line)
{
	const char *const class = classes[file];
	const unsigned first = first_column(file);
	bool followed = true;

	for (unsigned i = 0; class[i] != '\0' && !packer->broken; i++) {
		if (packer->coder.reads && i != 0)
			line_put_char(line, ',');
		if (class[i] == 'm' && pack_measured(packer, &fields[i], line))
			i += PACK_MEASURED - 1;
		else if (class[i] < '0' || class[i] > '9' ||
		         !pack_near_measured(packer, (unsigned)(class[i] - '0'),
		                             fields[i], line))
			code_field(packer, first + i, class[i], fields[i], &followed,
			           line);
	}
}

static bool is_names(unsigned file, const struct line *line)
{
	const char *const names =
		file < FILE_COUNT ? file_columns((enum file)file) : NULL;

	return names != NULL &&
	       text_is((struct text_slice){ line->text, line->length }, names);
}

static unsigned code_file(struct packer *packer, unsigned file)
{
	struct pack_model *const model = &packer->model;

	if (!coder_bit(&packer->coder, &model->same_file, file == model->file))
		model->file = (uint16_t)coder_plain(&packer->coder, file, 4);
	if (model->file > PACK_RECORD) {
		packer->broken = true;
		model->file = PACK_RECORD;
	}
	return model->file;
}

unsigned pack_line(struct packer *packer, unsigned file, struct line *line)
{
	struct text_slice fields[FIELDS_MAX] = { { NULL, 0 } };
	const bool reads = packer->coder.reads;
	bool followed = false;
	unsigned kind = KIND_WHOLE;

	file = code_file(packer, file);
	if (!reads && is_names(file, line))
		kind = KIND_NAMES;
	else if (!reads && split(line, fields, FIELDS_MAX) == length_of(classes[file]))
		kind = KIND_FIELDS;
	kind = coder_symbol(&packer->coder, packer->model.kind, 2, kind);
	if (reads)
		line_clear(line);
	if (kind == KIND_FIELDS) {
		code_fields(packer, file, fields, line);
	} else if (kind == KIND_WHOLE) {
		code_field(packer, PACK_COLUMNS - 1, 't',
		           (struct text_slice){ line->text, line->length }, &followed,
		           line);
	} else if (kind == KIND_NAMES && file < FILE_COUNT &&
	           file_columns((enum file)file) != NULL) {
		if (reads)
			line_put(line, file_columns((enum file)file));
	} else {
		packer->broken = true;
	}
	packer->broken = packer->broken || line->cut;
	return file;
}

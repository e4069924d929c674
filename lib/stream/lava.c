#include "lib/stream/lava.h"

#include "lib/base/csv.h"

#include <string.h>

/* A line of the store is said at the end of its part, or waits for the end of the run.
 */
#define SAY "S"
#define WAIT "W"

/* A row of a CSV file, by the names of its columns. */
struct named_row {
	struct text_slice columns, row;
};

static struct text_slice slice_of(const char *text)
{
	return (struct text_slice){ text, text_length(text) };
}

static struct text_slice slice_of_line(const struct line *line)
{
	return (struct text_slice){ line->text, line->length };
}

/* Empty if there is no such column. */
static struct text_slice get(const struct named_row *named, const char *column)
{
	struct text_slice columns = named->columns, row = named->row;

	while (columns.length != 0) {
		const struct text_slice name = text_split(columns, ',', &columns);
		const struct text_slice field = csv_take(&row);

		if (text_is(name, column))
			return field;
	}
	return (struct text_slice){ "", 0 };
}

void lava_add_sink(struct lava *lava, struct sink *sink)
{
	if (lava->sink_count < RECORD_SINKS)
		lava->sinks[lava->sink_count++] = sink;
}

void lava_give_store(struct lava *lava, char *store, size_t capacity)
{
	lava->store = store;
	lava->capacity = capacity;
	lava->length = lava->part = 0;
}

static void say(struct lava *lava, struct text_slice signal)
{
	for (unsigned i = 0; i < lava->sink_count; i++) {
		struct sink *const sink = lava->sinks[i];

		sink->write(sink, signal.text, signal.length);
		sink->write(sink, "\n", 1);
	}
}

static void say_case(struct lava *lava, const struct lava_case *one)
{
	struct line text;

	lava_test_case(one, &text);
	say(lava, slice_of_line(&text));
}

static void keep(struct lava *lava, struct line *entry)
{
	line_put_char(entry, '\n');
	if (entry->cut || entry->length > lava->capacity - lava->length) {
		lava->lost++;
		return;
	}
	memcpy(lava->store + lava->length, entry->text, entry->length);
	lava->length += entry->length;
}

static void keep_case(struct lava *lava, const struct lava_case *one)
{
	struct line signal, entry;

	lava_test_case(one, &signal);
	line_clear(&entry);
	line_format(&entry, SAY "\t%.*s", (int)signal.length, signal.text);
	entry.cut = entry.cut || signal.cut;
	keep(lava, &entry);
}

/* NULL: more types than there is room for. */
static struct lava_core *core_named(struct lava *lava, struct text_slice name)
{
	for (unsigned i = 1; i < lava->core_count; i++)
		if (text_is(name, lava->cores[i].name))
			return &lava->cores[i];
	if (lava->core_count == LAVA_CORES) {
		lava->lost++;
		return NULL;
	}

	struct lava_core *const core = &lava->cores[lava->core_count++];

	text_copy_slice(core->name, sizeof core->name, name);
	return core;
}

/*
 * Whose the row is: what is of another type than the boot processor's core, and calls
 * nobody, is that type's.
 */
static struct lava_core *owner_of(struct lava *lava, enum file file,
                                  const struct named_row *row)
{
	const struct text_slice type = get(row, "core_type");
	const bool calls = (file == FILE_RESULTS || file == FILE_HISTOGRAM) &&
	                   get(row, "targets").length != 0;

	if (type.length == 0 || calls)
		return &lava->cores[0];
	/* Its self-tests come before machine.csv says what type it is. */
	if (lava->cores[0].name[0] == '\0')
		text_copy_slice(lava->cores[0].name, LAVA_WORD, type);
	if (text_is(type, lava->cores[0].name))
		return &lava->cores[0];
	return core_named(lava, type);
}

/* The last part of the name of what is not the boot processor's. */
static void put_owner(struct line *name, const struct lava *lava,
                      const struct lava_core *core)
{
	if (core != &lava->cores[0])
		lava_put_part(name, slice_of(core->name));
}

static const char *result_of(struct text_slice verdict)
{
	if (text_is(verdict, "pass"))
		return "pass";
	if (text_is(verdict, "fail"))
		return "fail";
	return text_is(verdict, "skipped") ? "skip" : "unknown";
}

static void take_selftest(struct lava *lava, const struct lava_core *core,
                          const struct named_row *row)
{
	struct line name;

	line_clear(&name);
	lava_put_part(&name, slice_of("selftest"));
	lava_put_part(&name, get(row, "test"));
	put_owner(&name, lava, core);
	keep_case(lava, &(struct lava_case){
				.name = slice_of_line(&name),
				.result = result_of(get(row, "verdict")),
				.measurement = get(row, "value"),
				.unit = get(row, "unit"),
			});
}

static void put_bit(struct line *name, const char *bit, struct text_slice value)
{
	struct line part;

	line_clear(&part);
	line_format(&part, "%s%.*s", bit, (int)value.length, value.text);
	lava_put_part(name, slice_of_line(&part));
}

/* No row of that operation on that core may be believed. */
static void refuse(struct lava *lava, struct text_slice op, const char *core)
{
	for (unsigned i = 0; i < lava->refused_count; i++)
		if (text_is(op, lava->refused[i].op) &&
		    text_equal(core, lava->refused[i].core))
			return;
	if (lava->refused_count == LAVA_REFUSED) {
		lava->lost++;
		return;
	}
	text_copy_slice(lava->refused[lava->refused_count].op, LAVA_WORD, op);
	text_copy(lava->refused[lava->refused_count++].core, LAVA_WORD, core);
}

static bool is_refused(const struct lava *lava, struct text_slice op,
                       struct text_slice core)
{
	for (unsigned i = 0; i < lava->refused_count; i++)
		if (text_is(op, lava->refused[i].op) &&
		    text_is(core, lava->refused[i].core))
			return true;
	return false;
}

static void take_verification(struct lava *lava, const struct lava_core *core,
                              const struct named_row *row)
{
	const struct text_slice verdict = get(row, "verdict"), cpu = get(row, "cpu");
	struct line name;

	if (!text_is(get(row, "rule"), "must"))
		return;
	if (text_is(verdict, "fail"))
		refuse(lava, get(row, "op"), core->name);
	line_clear(&name);
	lava_put_part(&name, slice_of("verify"));
	lava_put_part(&name, get(row, "op"));
	lava_put_part(&name, get(row, "entry"));
	put_bit(&name, "pcide", get(row, "pcide"));
	put_bit(&name, "tce", get(row, "tce"));
	lava_put_part(&name, get(row, "phase"));
	/* Empty: the boot processor, or who stands for the type. */
	if (cpu.length != 0)
		put_bit(&name, "cpu", cpu);
	put_owner(&name, lava, core);
	keep_case(lava, &(struct lava_case){ .name = slice_of_line(&name),
	                                     .result = result_of(verdict) });
}

/* No two rows of a run have the same. */
static void name_row(const struct named_row *row, struct line *name)
{
	const struct text_slice param = get(row, "param");
	const struct text_slice value = get(row, "value");
	const struct text_slice targets = get(row, "targets");
	struct line part;

	line_clear(name);
	lava_put_part(name, get(row, "bench"));
	lava_put_part(name, get(row, "op"));
	lava_put_part(name, get(row, "variant"));
	line_clear(&part);
	if (param.length != 0)
		line_format(&part, "%.*s-%.*s", (int)param.length, param.text,
		            (int)value.length, value.text);
	lava_put_part(name, slice_of_line(&part));
	line_clear(&part);
	if (targets.length != 0)
		line_format(&part, "targets-%.*s", (int)targets.length, targets.text);
	lava_put_part(name, slice_of_line(&part));
	lava_put_part(name, get(row, "core_type"));
}

/*
 * What the row costs: the median, or what is estimated where the clock steps.
 * Nanoseconds of what is ticks, where the rate of the clock is known.
 */
static void measure_row(const struct lava *lava, const struct named_row *row,
                        struct line *number, struct line *unit)
{
	const struct text_slice estimate = get(row, "cost");
	const bool is_estimated =
		text_is(get(row, "estimator"), "huber") && estimate.length != 0;
	const struct text_slice cost = is_estimated ? estimate : get(row, "p50");
	const struct text_slice of = get(row, "unit");

	line_clear(number);
	line_clear(unit);
	if (text_is(of, "ticks") && lava_put_ns(number, cost, lava->hz)) {
		line_put(unit, "ns");
		return;
	}
	line_format(number, "%.*s", (int)cost.length, cost.text);
	lava_put_part(unit, of);
}

static void keep_waiting(struct lava *lava, const struct lava_core *core,
                         const struct named_row *row, const struct lava_case *one)
{
	const struct text_slice op = get(row, "op");
	const bool is_verified =
		text_is(get(row, "believed"), "1") || text_is(op, "none");
	struct line entry;

	line_clear(&entry);
	line_format(&entry, WAIT "\t%d\t%u\t%.*s\t%.*s\t%.*s\t%.*s", is_verified,
	            (unsigned)(core - lava->cores), (int)op.length, op.text,
	            (int)one->name.length, one->name.text, (int)one->measurement.length,
	            one->measurement.text, (int)one->unit.length, one->unit.text);
	keep(lava, &entry);
}

static void take_result(struct lava *lava, const struct lava_core *core,
                        const struct named_row *row)
{
	const struct text_slice status = get(row, "status");
	struct line name, number, unit;
	struct lava_case one = { .result = "fail", .unit = get(row, "unit") };

	name_row(row, &name);
	one.name = slice_of_line(&name);
	if (!text_is(status, "ok")) {
		one.result = text_is(status, "skipped") ? "skip" : "fail";
		keep_case(lava, &one);
		return;
	}
	measure_row(lava, row, &number, &unit);
	one.measurement = slice_of_line(&number);
	one.unit = slice_of_line(&unit);
	if (text_is(get(row, "believed"), "0"))
		keep_case(lava, &one);
	else
		keep_waiting(lava, core, row, &one);
}

static bool begins_with(struct text_slice text, const char *with)
{
	const size_t length = text_length(with);

	return text.length >= length &&
	       text_is((struct text_slice){ text.text, length }, with);
}

/* "efficient processors=8 ... timing_valid=1" */
static void take_core_type(struct lava *lava, struct text_slice said)
{
	const struct text_slice name = text_split(said, ' ', &said);
	struct lava_core *core = NULL;

	if (text_is(name, lava->cores[0].name))
		return;
	core = core_named(lava, name);
	while (core != NULL && said.length != 0) {
		const struct text_slice fact = text_split(said, ' ', &said);

		if (begins_with(fact, "timing_valid="))
			core->timing = text_is(fact, "timing_valid=1") ? LAVA_VALID
			                                               : LAVA_NOT_VALID;
	}
}

static void take_fact(struct lava *lava, struct text_slice row)
{
	const struct text_slice key = csv_take(&row);
	const struct text_slice value = csv_take(&row);

	if (text_is(key, "env"))
		lava->is_hardware = text_is(value, "hw");
	else if (text_is(key, "timing_valid"))
		lava->cores[0].timing =
			text_is(value, "1") ? LAVA_VALID : LAVA_NOT_VALID;
	else if (text_is(key, "tsc_hz") && !text_to_u64(value, UINT64_MAX, &lava->hz))
		lava->hz = 0;
	else if (text_is(key, "core_type"))
		text_copy_slice(lava->cores[0].name, LAVA_WORD, value);
	else if (begins_with(key, "core_type_"))
		take_core_type(lava, value);
	else if (begins_with(key, "file_"))
		lava->has_sums = true;
}

static struct lava *lava_of(struct record_listener *listener)
{
	return (struct lava *)listener;
}

static void hear_row(struct record_listener *listener, enum file file,
                     struct text_slice row)
{
	struct lava *const lava = lava_of(listener);
	const char *const columns = file_columns(file);
	struct lava_core *core = NULL;

	if (file == FILE_MACHINE)
		take_fact(lava, row);
	if (file == FILE_MACHINE || file == FILE_SAMPLES || columns == NULL ||
	    text_is(row, columns))
		return;

	const struct named_row named = { slice_of(columns), row };

	core = owner_of(lava, file, &named);
	if (core == NULL)
		return;
	core->has_rows = true;
	if (file == FILE_SELFTEST)
		take_selftest(lava, core, &named);
	else if (file == FILE_VERIFY)
		take_verification(lava, core, &named);
	else if (file == FILE_RESULTS)
		take_result(lava, core, &named);
}

static void begin_run(struct record_listener *listener, const char *run_id)
{
	struct lava *const lava = lava_of(listener);
	struct line signal;

	text_copy(lava->run_id, sizeof lava->run_id, run_id);
	lava->core_count = 1;
	lava_run_signal("STARTRUN", run_id, &signal);
	say(lava, slice_of_line(&signal));
}

/* What was left of a part that never ended is no row of the run. */
static void begin_part(struct record_listener *listener)
{
	struct lava *const lava = lava_of(listener);

	lava->length = lava->part;
}

static void end_part(struct record_listener *listener)
{
	struct lava *const lava = lava_of(listener);
	struct text_slice rest = { lava->store + lava->part,
		                   lava->length - lava->part };

	while (rest.length != 0) {
		const struct text_slice entry = text_split(rest, '\n', &rest);
		struct text_slice signal;

		if (text_is(text_split(entry, '\t', &signal), SAY)) {
			say(lava, signal);
			continue;
		}
		memmove(lava->store + lava->part, entry.text, entry.length);
		lava->part += entry.length;
		lava->store[lava->part++] = '\n';
	}
	lava->length = lava->part;
}

static bool is_valid(const struct lava *lava, const struct lava_core *core)
{
	const enum lava_timing timing =
		core->timing == LAVA_SILENT ? lava->cores[0].timing : core->timing;

	return lava->is_hardware && timing == LAVA_VALID;
}

static void say_timing(struct lava *lava, const struct lava_core *core)
{
	struct line name;

	line_clear(&name);
	lava_put_part(&name, slice_of("timing_valid"));
	put_owner(&name, lava, core);
	say_case(lava, &(struct lava_case){ .name = slice_of_line(&name),
	                                    .result = is_valid(lava, core) ? "pass"
	                                                                   : "fail" });
}

/* A row that has waited: keep_waiting() has made it. */
static void say_row(struct lava *lava, struct text_slice entry)
{
	const struct text_slice kind = text_split(entry, '\t', &entry);
	const struct text_slice verified = text_split(entry, '\t', &entry);
	const struct text_slice number = text_split(entry, '\t', &entry);
	const struct text_slice op = text_split(entry, '\t', &entry);
	struct lava_case one = { .name = text_split(entry, '\t', &entry) };
	uint64_t core = 0;

	(void)kind;
	(void)text_to_u64(number, LAVA_CORES - 1, &core);
	one.measurement = text_split(entry, '\t', &one.unit);
	if (is_refused(lava, op, slice_of(lava->cores[core].name)))
		one.result = "fail";
	else
		one.result = text_is(verified, "1") && lava->has_sums &&
		                             is_valid(lava, &lava->cores[core])
		                     ? "pass"
		                     : "unknown";
	say_case(lava, &one);
}

static void say_what_is_lost(const struct lava *lava, struct record *record)
{
	if (lava->lost != 0) {
		char text[80];

		record_console(record,
		               format_text(text, sizeof text,
		                           "tlbmark: lava: no memory for %u test "
		                           "cases: they have no signal",
		                           lava->lost));
	}
}

static void end_run(struct record_listener *listener, struct record *record)
{
	struct lava *const lava = lava_of(listener);
	struct text_slice rest = { lava->store, lava->part };
	struct line signal;

	say_what_is_lost(lava, record);
	say_timing(lava, &lava->cores[0]);
	for (unsigned i = 1; i < lava->core_count; i++)
		if (lava->cores[i].has_rows)
			say_timing(lava, &lava->cores[i]);
	while (rest.length != 0)
		say_row(lava, text_split(rest, '\n', &rest));
	say_case(lava,
	         &(struct lava_case){ .name = slice_of("files_whole"),
	                              .result = lava->has_sums ? "pass" : "fail" });
	lava_run_signal("ENDRUN", lava->run_id, &signal);
	say(lava, slice_of_line(&signal));
}

void lava_open(struct lava *lava)
{
	*lava = (struct lava){
		.listener = {
			.begin_run = begin_run,
			.begin_part = begin_part,
			.row = hear_row,
			.end_part = end_part,
			.end_run = end_run,
		},
	};
}

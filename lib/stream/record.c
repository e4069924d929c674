#include "lib/stream/record.h"

#include "lib/base/crc32.h"
#include "lib/base/csv.h"
#include "lib/base/text.h"

static const char *const names[FILE_COUNT] = {
	[FILE_MACHINE] = "machine.csv", [FILE_SELFTEST] = "selftest.csv",
	[FILE_VERIFY] = "verify.csv",   [FILE_RESULTS] = "results.csv",
	[FILE_CANARY] = "canary.csv",   [FILE_HISTOGRAM] = "histogram.csv",
	[FILE_SAMPLES] = "samples.csv", [FILE_LITMUS] = "litmus.csv",
	[FILE_SUMMARY] = "summary.txt",
};

static const char *const columns[FILE_COUNT] = {
	[FILE_MACHINE] = "key,value",
	[FILE_SELFTEST] = "test,value,limit,unit,verdict,core_type",
	[FILE_VERIFY] = "op,entry,pcide,tce,phase,rule,citation,trials,stale_control,"
			"stale_after,verdict,core_type,cpu",
	[FILE_RESULTS] = "bench,op,variant,param,value,targets,status,reason,unit,n,"
			 "discard_irq,discard_smi,discard_tsc,far,min,p01,p05,p25,p50,"
			 "p75,p95,p99,max,mean,mad,ci95_lo,ci95_hi,ci99_lo,ci99_hi,"
			 "a_min,a_p50,b_min,b_p50,converged,believed,quantum,canary,"
			 "order,cost,cost_lo,cost_hi,estimator,spread,outlier,"
			 "farthest,farthest_package,slowest_target,fastest_target,"
			 "slept,slept_deep,farthest_node,memory_node,core_type",
	[FILE_CANARY] = "order,ticks,core_type",
	[FILE_HISTOGRAM] = "bench,op,variant,param,value,targets,lo,hi,count,core_type",
	[FILE_SAMPLES] = "bench,op,variant,param,value,targets,pair,a,b,"
			 "divisor,core_type",
	[FILE_LITMUS] = "test,distance,variant,rounds,outcome,count,asked,verdict,"
			"bound,reason",
};

const char *file_name(enum file file)
{
	return names[file];
}

enum file file_named(const char *name)
{
	unsigned file = 0;

	while (name != NULL && file < FILE_COUNT && !text_equal(name, names[file]))
		file++;
	return name == NULL ? FILE_COUNT : (enum file)file;
}

const char *file_columns(enum file file)
{
	return columns[file];
}

void record_add_sink(struct record *record, struct sink *sink)
{
	if (record->sink_count < RECORD_SINKS)
		record->sinks[record->sink_count++] = sink;
}

static void send(struct record *record, const char *text, size_t length)
{
	for (unsigned i = 0; i < record->sink_count; i++)
		record->sinks[i]->write(record->sinks[i], text, length);
}

static void send_line(struct record *record, const struct line *line)
{
	send(record, line->text, line->length);
	send(record, "\n", 1);
}

void record_console(struct record *record, const char *text)
{
	struct line line;

	line_clear(&line);
	line_put(&line, text);
	send_line(record, &line);
}

/* The first newline ends whatever the firmware's console left on its line. */
void record_run(struct record *record, const char *run_id)
{
	struct line line;

	line_clear(&line);
	line_format(&line, "\n@run %s", run_id);
	send_line(record, &line);
	if (record->listener != NULL)
		record->listener->begin_run(record->listener, run_id);
}

void record_progress(struct record *record, unsigned step, unsigned steps,
                     const char *name)
{
	struct line line;

	line_clear(&line);
	line_format(&line, "@progress %u %u %s", step, steps, name);
	send_line(record, &line);
}

void record_done(struct record *record, unsigned status)
{
	struct line line;

	if (record->listener != NULL)
		record->listener->end_run(record->listener, record);
	line_clear(&line);
	line_format(&line, "@done %u", status);
	send_line(record, &line);
}

void record_begin(struct record *record, enum file file)
{
	struct line line;

	if (record->listener != NULL)
		record->listener->begin_part(record->listener);
	record->open = true;
	record->file = file;
	record->part_lines = 0;
	record->part_crc32 = 0;
	record->file_crc32 = record->totals[file].crc32;

	line_clear(&line);
	line_format(&line, "@file %s", names[file]);
	send_line(record, &line);

	if (record->totals[file].lines == 0 && columns[file] != NULL) {
		line_clear(&line);
		line_put(&line, columns[file]);
		record_line(record, &line);
	}
}

void record_line(struct record *record, const struct line *line)
{
	if (record->listener != NULL)
		record->listener->row(record->listener, record->file,
		                      (struct text_slice){ line->text, line->length });
	record->part_lines++;
	record->part_crc32 = crc32_update(record->part_crc32, line->text, line->length);
	record->part_crc32 = crc32_update(record->part_crc32, "\n", 1);
	record->file_crc32 = crc32_update(record->file_crc32, line->text, line->length);
	record->file_crc32 = crc32_update(record->file_crc32, "\n", 1);
	send_line(record, line);
}

void record_fact(struct record *record, const char *key, const char *format, ...)
{
	struct line line;
	char value[LINE_CAPACITY];
	va_list list;

	line_clear(&line);
	va_start(list, format);
	line_format_list(&line, format, list);
	va_end(list);
	line_to_string(&line, value, sizeof value);
	csv_pair_text(&line, key, value);
	record_line(record, &line);
}

void record_end(struct record *record)
{
	struct line line;

	line_clear(&line);
	line_format(&line, "@end %s rows=%u crc32=%08x", names[record->file],
	            record->part_lines, record->part_crc32);
	send_line(record, &line);

	record->totals[record->file].lines += record->part_lines;
	record->totals[record->file].crc32 = record->file_crc32;
	record->open = false;
	if (record->listener != NULL)
		record->listener->end_part(record->listener);
}

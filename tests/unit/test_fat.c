/* File systems that mkfs.vfat and mtools have made, whole and damaged. */
#include "lib/boot/fat.h"
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#include <unistd.h>

#define LONG "RESULTS\\Standard PC-2020-01-01-run\\results.csv"
#define SHORT "results\\A.TXT"

struct image {
	struct fat_device device;
	uint8_t *bytes;
	size_t size;
	size_t most;        /* bytes read at once */
	uint64_t reads;     /* so many */
	uint64_t fail_from; /* a place that cannot be read; 0: all can */
};

static bool read_image(const struct fat_device *device, uint64_t at, void *to,
                       size_t bytes)
{
	struct image *const image = (struct image *)(uintptr_t)device;

	image->reads++;
	image->most = bytes > image->most ? bytes : image->most;
	if (at > image->size || bytes > image->size - at)
		return false;
	if (image->fail_from != 0 && at + bytes > image->fail_from)
		return false;
	memcpy(to, image->bytes + at, bytes);
	return true;
}

static void must(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static char folder[] = "/tmp/tlbmark-fat.XXXXXX";

static uint8_t content[300000];
static const uint8_t *const small = content + 260000;

static void write_content(const char *name, const uint8_t *bytes, size_t length)
{
	char path[128];
	FILE *file = NULL;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

#define LARGE_BYTES 250001u
#define SMALL_BYTES 700u

static int make_files(void **state __attribute__((unused)))
{
	struct random random = { 7 };

	if (mkdtemp(folder) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (uint8_t)random_below(&random, 256);
	write_content("large", content, LARGE_BYTES);
	write_content("small", small, SMALL_BYTES);
	write_content("none", content, 0);
	for (unsigned i = 0; i < 40; i++) {
		char name[8];

		snprintf(name, sizeof name, "%u", i);
		write_content(name, small, SMALL_BYTES);
	}
	return 0;
}

static int remove_files(void **state __attribute__((unused)))
{
	char command[64];

	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

/*
 * A file system with our files, the large one in pieces: every second one of the files
 * in front of it is gone.
 */
static struct image make(const char *options, unsigned kib)
{
	struct image image = { .device.read = read_image };
	char command[1024];
	FILE *file = NULL;

	snprintf(command, sizeof command,
	         "cd %s && PATH=$PATH:/usr/sbin:/sbin && export MTOOLS_SKIP_CHECK=1 && "
	         "rm -f fs && mkfs.vfat --invariant %s -n TLBMARK -C fs %u >/dev/null "
	         "&& "
	         "mmd -i fs ::/results '::/results/Standard PC-2020-01-01-run' && "
	         "mcopy -i fs [0-9]* ::/results && mdel -i fs '::/results/*[02468]' && "
	         "mcopy -i fs large '::/results/Standard "
	         "PC-2020-01-01-run/results.csv' && "
	         "mcopy -i fs small ::/results/a.txt && mcopy -i fs none ::/nothing && "
	         "mcopy -i fs small ::/NOEXT && mcopy -i fs small ::/AZ",
	         folder, options, kib);
	must(command);
	snprintf(command, sizeof command, "%s/fs", folder);
	file = fopen(command, "rb");
	assert_non_null(file);
	image.size = (size_t)kib * 1024;
	image.bytes = malloc(image.size);
	assert_non_null(image.bytes);
	assert_int_equal(fread(image.bytes, 1, image.size, file), image.size);
	fclose(file);
	image.reads = 0;
	return image;
}

/* The large file has LARGE_BYTES or about that; the others what small has. */
static enum fat_verdict compare(const struct image *image, const char *path,
                                size_t length)
{
	struct fat fat;
	const uint8_t *const bytes = length > SMALL_BYTES ? content : small;

	assert_int_equal(fat_open(&fat, &image->device), ERR_NONE);
	return fat_compare(&fat, &image->device, path, bytes, length);
}

/* Where the content is, which is nowhere twice. */
static uint8_t *find(const struct image *image, size_t from, size_t length)
{
	uint8_t *const place =
		memmem(image->bytes, image->size, content + from, length);

	assert_non_null(place);
	return place;
}

static void assert_reads(const char *options, unsigned kib, unsigned bits)
{
	struct image image = make(options, kib);
	struct fat fat;

	assert_int_equal(fat_open(&fat, &image.device), ERR_NONE);
	assert_int_equal(fat.bits, bits);
	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_SAME);
	assert_int_equal(compare(&image, SHORT, SMALL_BYTES), FAT_SAME);
	assert_int_equal(compare(&image, "noext", SMALL_BYTES), FAT_SAME);
	assert_int_equal(compare(&image, "az", SMALL_BYTES), FAT_SAME);
	assert_int_equal(compare(&image, "nothing", 0), FAT_SAME);
	/* Bytes, length and name count. */
	assert_int_equal(compare(&image, LONG, LARGE_BYTES - 1), FAT_DIFFERS);
	assert_int_equal(compare(&image, LONG, LARGE_BYTES + 1), FAT_DIFFERS);
	assert_int_equal(compare(&image, "nothing", 1), FAT_DIFFERS);
	assert_int_equal(compare(&image, LONG "x", LARGE_BYTES), FAT_ABSENT);
	assert_int_equal(compare(&image, "results\\0", SMALL_BYTES), FAT_ABSENT);
	assert_int_equal(compare(&image, "results\\1", SMALL_BYTES), FAT_SAME);
	assert_int_equal(compare(&image, "results", 0), FAT_ABSENT);
	assert_int_equal(compare(&image, "noext\\a.txt", SMALL_BYTES), FAT_ABSENT);
	assert_int_equal(compare(&image, "TLBMARK", 0), FAT_ABSENT);
	find(&image, LARGE_BYTES - 100, 100)[99] ^= 1;
	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_DIFFERS);
	assert_true(image.most <= FAT_PIECE);
	free(image.bytes);
}

TEST(files_of_every_kind_of_fat_are_found)
{
	assert_reads("-F 12 -s 1", 1440, 12);
	assert_reads("-F 12 -s 8", 8000, 12);
	assert_reads("-F 16 -s 1", 16320, 16);
	assert_reads("-F 16 -s 16", 40001, 16);
	assert_reads("-F 32 -s 1", 40000, 32);
	assert_reads("-F 16 -s 1 -S 4096", 20000, 16);
}

/* Without its sum, a long name would be that of whatever short name comes behind it. */
TEST(a_long_name_is_that_of_its_short_name_alone)
{
	struct image image = make("-F 16 -s 1", 16320);
	uint8_t *const entry = memmem(image.bytes, image.size, "STANDA~1", 8);

	assert_non_null(entry);
	entry[0] = 'X';
	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_ABSENT);
	entry[0] = 'S';
	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_SAME);
	free(image.bytes);
}

/* Every cluster of the large file, its first and its last byte. */
TEST(each_cluster_of_a_file_counts)
{
	struct image image = make("-F 16 -s 1", 16320);

	for (size_t at = 0; at < LARGE_BYTES; at += at % 512 == 0 ? 496 : 16) {
		const size_t length = LARGE_BYTES - at < 16 ? LARGE_BYTES - at : 16;
		uint8_t *const bytes = find(&image, at, length);

		bytes[at % 512 == 0 ? 0 : length - 1] ^= 1;
		assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_DIFFERS);
		bytes[at % 512 == 0 ? 0 : length - 1] ^= 1;
	}
	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_SAME);
	free(image.bytes);
}

/* Each cluster of our image is 512 bytes: one request for each would take for ever. */
TEST(neighbours_are_read_together)
{
	struct image image = make("-F 16 -s 1", 16320);

	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_SAME);
	assert_in_range(image.reads, LARGE_BYTES / FAT_PIECE, LARGE_BYTES / 2048);
	free(image.bytes);
}

TEST(what_cannot_be_read_is_told_from_what_differs)
{
	struct image image = make("-F 16 -s 1", 16320);
	struct fat fat;

	image.fail_from = (uint64_t)(find(&image, LARGE_BYTES - 16, 16) - image.bytes);
	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_UNREADABLE);
	image.fail_from = 1024;
	assert_int_equal(compare(&image, LONG, LARGE_BYTES), FAT_UNREADABLE);
	image.fail_from = 1;
	assert_int_equal(fat_open(&fat, &image.device), ERR_ABSENT);
	free(image.bytes);
}

/* exFAT and NTFS have a boot sector too. */
TEST(other_file_systems_are_not_taken_for_fat)
{
	struct image image = { .device.read = read_image, .size = 4096 };
	struct fat fat;

	image.bytes = calloc(1, image.size);
	assert_non_null(image.bytes);
	assert_int_equal(fat_open(&fat, &image.device), ERR_ABSENT);
	image.bytes[510] = 0x55;
	image.bytes[511] = 0xaa;
	memcpy(image.bytes + 3, "EXFAT   ", 8);
	assert_int_equal(fat_open(&fat, &image.device), ERR_ABSENT);
	/* NTFS: 512 bytes a sector, 8 a cluster, and neither tables nor a root. */
	memcpy(image.bytes + 3, "NTFS    \0\2\10\0", 12);
	image.bytes[21] = 0xf8;
	image.bytes[40] = 0xff;
	assert_int_equal(fat_open(&fat, &image.device), ERR_ABSENT);
	free(image.bytes);
}

/* A folder whose chain of clusters comes back to itself. */
TEST(a_ring_of_clusters_ends)
{
	struct image image = make("-F 16 -s 1", 16320);
	struct fat fat;

	assert_int_equal(fat_open(&fat, &image.device), ERR_NONE);
	for (uint64_t at = fat.table + 4; at < fat.table + fat.table_bytes; at += 2) {
		const uint64_t cluster = (at - fat.table) / 2;

		image.bytes[at] = (uint8_t)cluster;
		image.bytes[at + 1] = (uint8_t)(cluster >> 8);
	}
	/* RESULTS has one cluster of sixteen entries, and all of them are in use. */
	assert_int_equal(compare(&image, "results\\none", 0), FAT_DAMAGED);
	assert_in_range(image.reads, 1, 10 + 3 * fat.clusters);
	free(image.bytes);
}

static void damage(struct image *image, struct random *random, uint64_t below)
{
	for (uint32_t i = random_below(random, 12) + 1; i != 0; i--)
		image->bytes[random_below_u64(random, below)] =
			(uint8_t)random_below(random, 256);
}

/* Boot sector, tables, root and folders are anything: nothing is read that is not
 * there. */
TEST(damaged_file_systems_are_read_no_further)
{
	static const char *const options[] = { "-F 12 -s 1", "-F 16 -s 1",
		                               "-F 32 -s 1" };
	static const unsigned kib[] = { 1440, 16320, 40000 };
	struct random random = { 11 };

	for (unsigned kind = 0; kind < COUNT_OF(options); kind++) {
		struct image image = make(options[kind], kib[kind]);
		const uint64_t folders = (uint64_t)(find(&image, 0, 16) - image.bytes);
		uint8_t *const before = malloc(folders);

		assert_non_null(before);
		memcpy(before, image.bytes, folders);
		for (unsigned round = 0; round < 3000; round++) {
			struct fat fat;

			damage(&image, &random, round % 2 == 0 ? 64 : folders);
			if (fat_open(&fat, &image.device) == ERR_NONE)
				assert_in_range(fat_compare(&fat, &image.device, LONG,
				                            content, LARGE_BYTES),
				                FAT_SAME, FAT_UNREADABLE);
			memcpy(image.bytes, before, folders);
		}
		free(before);
		free(image.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_every_kind_of_fat_are_found),
		cmocka_unit_test(a_long_name_is_that_of_its_short_name_alone),
		cmocka_unit_test(each_cluster_of_a_file_counts),
		cmocka_unit_test(neighbours_are_read_together),
		cmocka_unit_test(what_cannot_be_read_is_told_from_what_differs),
		cmocka_unit_test(other_file_systems_are_not_taken_for_fat),
		cmocka_unit_test(a_ring_of_clusters_ends),
		cmocka_unit_test(damaged_file_systems_are_read_no_further),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_files, remove_files);
}

#!/bin/sh
# The screen as the way out: pictures of its pages, read by zbarimg, give the files back
# byte for byte.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh

out=$scratch/out
seen=$scratch/seen

# Rows such as a run has: texts that come again, numbers that drift, columns of nothing.
rows_of() { # COUNT
	awk -v count="$1" '
	BEGIN {
		srand(7)
		for (i = 0; i < count; i++) {
			op = "op_" int(i / 9)
			if (i % 5 == 4) {
				print "single_op," op ",marginal,pages,64,,skipped," \
					"pcid,ticks,,,,,,,,,,,,,,,,,,,,,,,,,,,1,,"
				continue
			}
			line = "single_op," op ",first-" i % 9 ",pages,64,,ok,,ticks,31,0,,0,4"
			value = int(rand() * 400)
			for (k = 0; k < 9; k++)
				line = line "," (value += int(rand() * 9)) ".000"
			line = line "," value - 20 "." 100 + int(rand() * 899)
			for (k = 0; k < 5; k++)
				line = line "," value - 30 + 4 * k ".000"
			print line ",30,32," value "," value + 2 ",1,1,2,546," \
				int(rand() * 400)
		}
	}'
}

results_columns=$(sed -n '/FILE_RESULTS\] = "bench/,/",$/ s/.*"\(.*\)".*/\1/p' lib/stream/record.c |
	tr -d '\n')

# A run of one file; machine.csv announces another one that does not come by screen.
stream() { # COUNT
	rows_of "$1" | sed "1 i $results_columns" >"$scratch/results.csv"
	printf '\n@run test-1\n@progress 1 2 single_op/x\n'
	printf '@file results.csv\n'
	cat "$scratch/results.csv"
	printf '@end results.csv rows=%d crc32=%s\n' \
		"$(wc -l <"$scratch/results.csv")" "$(crc32 <"$scratch/results.csv")"
	part machine.csv key,value "file_results.csv_rows,$1" \
		"file_results.csv_crc32,$(crc32 <"$scratch/results.csv")" \
		file_summary.txt_rows,1
	part summary.txt 'all is well'
	printf '@done 0\n'
}

# Leaves what a camera would read, a line for a code, in seen.
look() { # WIDTH HEIGHT FORMAT
	rm -rf "$scratch/pages"
	mkdir "$scratch/pages"
	build/host/screen "$@" "$scratch/pages" <"$scratch/stream" || return 1
	for picture in "$scratch"/pages/page-*.ppm; do
		zbarimg --nodbus --raw -q "$picture"
	done >"$seen"
}

# Reads codes from standard input; its exit status, then that of capture, are as expected.
read_back() { # STATUS-OF-QRREAD STATUS-OF-CAPTURE
	rm -rf "$out"
	build/host/qrread >"$scratch/back" 2>"$scratch/err"
	[ $? -eq "$1" ] || { cat "$scratch/err"; return 1; }
	build/host/capture --partial --mode quiet --out "$out" <"$scratch/back" \
		>"$scratch/said" 2>&1
	[ $? -eq "$2" ] || { cat "$scratch/said"; return 1; }
}

comes_home() { # WIDTH HEIGHT FORMAT
	look "$@" && read_back 0 0 <"$seen" && cmp "$scratch/results.csv" "$out/results.csv"
}

order_does_not_matter() {
	look 1024 768 bgrx && sort "$seen" "$seen" >"$scratch/sorted" &&
		read_back 0 0 <"$scratch/sorted" &&
		cmp "$scratch/results.csv" "$out/results.csv"
}

reads_what_zbarimg_writes_by_default() {
	sed 's/^/QR-Code:/; s/$/\r/' "$seen" | read_back 0 0 &&
		cmp "$scratch/results.csv" "$out/results.csv"
}

a_missing_code_is_named() {
	look 640 480 rgbx && sed 4d "$seen" | read_back 1 4 &&
		grep -q 'code 3 of [0-9]* is missing' "$scratch/err" &&
		! cmp -s "$scratch/results.csv" "$out/results.csv"
}

a_missing_first_code_too() {
	sed 2d "$seen" | read_back 1 4 && grep -q 'code 1 of' "$scratch/err" &&
		grep -q '^@run unknown-' "$scratch/back"
}

a_damaged_code_is_missing() {
	sed '3 s/\(.\{60\}\)./\1%/' "$seen" | read_back 1 4 &&
		grep -q 'is damaged' "$scratch/err"
}

two_runs_are_refused() {
	cp "$seen" "$scratch/first"
	sed -i 's/test-1/test-2/' "$scratch/stream"
	look 640 480 rgbx && cat "$scratch/first" "$seen" | build/host/qrread \
		>"$scratch/back" 2>"$scratch/err"
	[ $? -eq 4 ] && [ ! -s "$scratch/back" ] && grep -q 'several runs' "$scratch/err"
}

nothing_is_no_run() {
	echo 'HTTP://EXAMPLE.ORG' | build/host/qrread >"$scratch/back" 2>"$scratch/err"
	[ $? -eq 4 ] && [ ! -s "$scratch/back" ]
}

announced_files_are_missed_without_partial() {
	build/host/qrread <"$seen" |
		build/host/capture --mode quiet --out "$scratch/strict" >"$scratch/said" 2>&1
	[ $? -eq 4 ] && grep -q 'summary.txt: announced' "$scratch/said"
}

stream 100 >"$scratch/stream"
check 'every page is read from a screen of 1024 x 768' comes_home 1024 768 bgrx
check 'and one that is twice enlarged, of 16 bits' comes_home 1920 1080 565
check 'and one of 24 bits' comes_home 800 600 888
check 'and one where the codes are small' comes_home 640 480 rgbx
check 'without --partial the file that does not come is missed' \
	announced_files_are_missed_without_partial
check 'order and repetition do not matter' order_does_not_matter
check 'nor do the words that zbarimg puts before a code' \
	reads_what_zbarimg_writes_by_default
check 'a code that is missing is named' a_missing_code_is_named
check 'the first one too' a_missing_first_code_too
check 'a damaged code is as good as missing' a_damaged_code_is_missing
check 'codes of two runs are refused' two_runs_are_refused
check 'what is no code of ours is no run' nothing_is_no_run
finish

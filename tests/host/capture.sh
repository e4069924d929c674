#!/bin/sh
# The reader of the serial line as a program: what it leaves in the directory, what it
# says, and how it exits.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh

out=$scratch/out
err=$scratch/err
input=$scratch/input

# Runs the program on standard input, expects an exit status.
capture() { # STATUS [OPTION...]
	expected=$1
	shift
	rm -rf "$out"
	actual=0
	build/host/capture --out "$out" "$@" >"$scratch/said" 2>"$err" || actual=$?
	cat "$scratch/said" "$err"
	[ "$actual" -eq "$expected" ] || {
		echo "exit status $actual, not $expected"
		return 1
	}
}

# The directory holds just these files.
holds() { # NAME...
	find "$out" -type f -printf '%f\n' | sort >"$scratch/names"
	printf '%s\n' "$@" | diff - "$scratch/names"
}

outputs_are_closed() {
	rm -rf "$out" "$scratch/open"
	whole_run 0 | build/host/capture --out "$scratch/open" >/dev/null
	whole_run 0 | build/host/capture --out "$out" >&- 2>&- && diff -r "$scratch/open" "$out"
}

nothing_is_there() {
	[ ! -e "$out" ]
}

file_is() { # NAME LINE...
	name=$1
	shift
	printf '%s\n' "$@" | diff - "$out/$name"
}

# Bounded, and well below the time limit of the whole test.
wait_until() { # COMMAND...
	tries=100
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

status_comes_through() { # STATUS
	whole_run "$1" | capture "$1"
}

whole_files_are_delivered() {
	whole_run 0 | capture 0 && holds machine.csv selftest.csv summary.txt &&
		file_is selftest.csv "$columns" "$rows" && [ ! -s "$err" ]
}

unknown_status_is_4() {
	whole_run "$1" | capture 4 && grep -q "@done $1 is no known status" "$err"
}

carriage_returns_are_no_content() {
	whole_run 0 | sed 's/$/\r/' | capture 0 &&
		file_is selftest.csv "$columns" "$rows"
}

# The stream ends within the second part: the first is kept, and no half line.
cut_stream() {
	whole_run 0 | sed '/^monotonic/ q' | head -c -3 | capture 4 &&
		file_is selftest.csv "$columns" "$first_row" && holds selftest.csv &&
		grep -q "dropped a part of 'selftest.csv': it was cut" "$err" &&
		grep -q 'ended at 3/3, without @done; kept: selftest.csv (2 lines)' "$err"
}

cut_before_the_first_end() {
	whole_run 0 | sed '/^window/ q' | capture 4 &&
		[ -z "$(ls -A "$out")" ] && grep -q 'kept: nothing' "$err"
}

damaged_part() {
	whole_run 0 | sed 's/^monotonic,0/monotonic,1/' | capture 4 &&
		file_is selftest.csv "$columns" "$first_row" &&
		grep -q "'selftest.csv': its CRC-32 is wrong" "$err"
}

lost_row_is_counted() {
	whole_run 0 | sed '/^window/ d' | capture 4 && grep -q '(1 rows of 2)' "$err"
}

# What follows would be a file whose first row is taken for column names.
part_with_the_columns_lost() {
	whole_run 0 | sed 's/^window,8/window,9/' | capture 4 &&
		[ ! -e "$out/selftest.csv" ] && [ -e "$out/machine.csv" ] &&
		grep -q 'the part with the column names is missing' "$err" &&
		grep -q 'selftest.csv: announced in machine.csv, not here' "$err"
}

contradiction() { # LINE-OF-MACHINE.CSV MESSAGE
	{
		echo '@run x'
		part selftest.csv "$columns" "$rows"
		part machine.csv key,value "$1"
		echo '@done 0'
	} | capture 4 && grep -q "$2" "$err"
}

path_is_refused() {
	{
		echo '@run x'
		part ../evil x
		part .hidden x
		echo '@done 0'
	} | capture 4 && nothing_is_there && [ ! -e "$scratch/evil" ] &&
		grep -q "'..?evil': this name is refused" "$err"
}

machine_started_over() {
	# From a file, so that both runs are in one piece.
	{
		whole_run 0 | sed '$ d'
		whole_run 0
	} >"$scratch/stream"
	capture 4 <"$scratch/stream" && file_is selftest.csv "$columns" "$rows" &&
		grep -q 'the machine started over' "$err"
}

no_run() {
	whole_run 0 | sed 's/^@run/@rum/' | capture 5 && nothing_is_there
}

taken_directory() { # NAME
	mkdir -p "$scratch/taken"
	echo old >"$scratch/taken/$1"
	whole_run 0 | capture 2 --out "$scratch/taken" &&
		[ "$(ls "$scratch/taken")" = "$1" ] &&
		[ "$(cat "$scratch/taken/$1")" = old ] &&
		grep -q 'holds a run already' "$err" && rm -r "$scratch/taken"
}

# Plays the standard input to the program, and then stays silent.
silent_after() { # STATUS [OPTION...]
	rm -f "$input"
	mkfifo "$input"
	exec 3<&0
	{
		cat <&3
		exec sleep 20
	} >"$input" &
	sleeper=$!
	exec 3<&-
	capture "$@" <"$input"
	result=$?
	kill "$sleeper"
	return $result
}

start_timeout() {
	echo noise | silent_after 5 --start-timeout 0.2 &&
		grep -q 'the time to start is up' "$err"
}

start_timeout_is_over_with_run() {
	echo '@run x' | silent_after 4 --start-timeout 0.2 --timeout 0.5 &&
		grep -q 'the time is up' "$err"
}

timeout_keeps_whole_parts() {
	whole_run 0 | sed '/^monotonic/ q' | silent_after 4 --timeout 0.3 &&
		holds selftest.csv && file_is selftest.csv "$columns" "$first_row"
}

interrupted_by() { # SIGNAL STATUS
	rm -rf "$out" "$input"
	mkfifo "$input"
	build/host/capture --out "$out" <"$input" >"$scratch/said" 2>"$err" &
	pid=$!
	exec 3>"$input"
	whole_run 0 | sed '/^monotonic/ q' >&3
	wait_until grep -q monotonic "$out/.selftest.csv.part" || return 1
	kill "-$1" $pid
	actual=0
	wait $pid || actual=$?
	exec 3>&-
	cat "$err"
	[ $actual -eq "$2" ] && holds selftest.csv &&
		file_is selftest.csv "$columns" "$first_row"
}

started_file() {
	whole_run 0 | capture 0 --started-file "$scratch/started" &&
		grep -qx 'test-1 0\.[0-9]' "$scratch/started" &&
		grep -qx 'started in 0\.[0-9] s' "$scratch/said"
}

log_is_a_copy() {
	whole_run 0 >"$scratch/stream"
	capture 0 --log "$scratch/log" <"$scratch/stream" &&
		cmp "$scratch/stream" "$scratch/log"
}

# Without the signal a write beyond the limit fails as on a full disk.
full_disk() {
	rm -rf "$out"
	{
		echo '@run x'
		part a.txt small
		part b.txt "$(head -c 3000 /dev/zero | tr '\0' x)"
		echo '@done 0'
	} >"$scratch/stream"
	actual=0
	(
		trap '' XFSZ
		ulimit -f 1
		exec build/host/capture --out "$out" --mode quiet
	) <"$scratch/stream" 2>"$err" >/dev/null || actual=$?
	cat "$err"
	[ $actual -eq 3 ] && holds a.txt && grep -q 'cannot write .*b.txt' "$err"
}

directory_cannot_be_made() {
	echo >"$scratch/file"
	whole_run 0 | capture 3 --out "$scratch/file/out" &&
		grep -q 'cannot create' "$err"
}

too_many_files() {
	{
		echo '@run x'
		i=0
		while [ $i -lt 40 ]; do
			part "f$i" x
			i=$((i + 1))
		done
	} | capture 3 && [ "$(find "$out" -type f | wc -l)" -eq 32 ]
}

a_line_for_each_benchmark() {
	whole_run 0 | capture 0 --mode lines &&
		[ "$(grep -c '\[' "$scratch/said")" -eq 2 ] &&
		grep -qx ' 0:00,  -:-- left \[1/3\] single_op' "$scratch/said" &&
		grep -qx ' 0:00,  0:00 left \[3/3\] refill' "$scratch/said"
}

one_line_on_a_terminal() {
	whole_run 0 | capture 0 --mode tty &&
		tr '\r' '\n' <"$scratch/said" |
		grep -q '^ 0:0.,  0:00 left \[3/3\] refill/invlpg 4k pages=64'
}

quiet_is_quiet() {
	whole_run 0 | capture 0 --mode quiet && [ "$(wc -l <"$scratch/said")" -eq 1 ]
}

verbose_shows_the_console() {
	whole_run 0 | capture 0 --verbose &&
		grep -qx 'BdsDxe: starting Boot0001' "$scratch/said" &&
		grep -qx 'window,8,64,ticks,pass' "$scratch/said"
}

# What the machine said last, without rows, records and escape sequences.
console_is_shown_in_the_end() {
	{
		whole_run 0 | sed '$ d'
		seq -f 'line %g' 12
		printf '\033[31mpanic\033[0m\r\n\n'
	} | capture 4 &&
		grep -A 1 'the console ended with' "$err" | grep -qx '    line 3' &&
		[ "$(grep -c '^    ' "$err")" -eq 11 ] && grep -qx '    panic' "$err"
}

usage() { # OPTION...
	capture 2 "$@" </dev/null && nothing_is_there
}

for status in 0 1 2 4; do
	check "status $status of @done is the exit status" status_comes_through $status
done
check 'closed outputs do not get into the files' outputs_are_closed
check 'whole parts become whole files, and nothing else is left' \
	whole_files_are_delivered
check '@done 3 is no status of a run' unknown_status_is_4 3
check '@done 200 is no status of a run' unknown_status_is_4 200
check 'lines may end in CR LF' carriage_returns_are_no_content
check 'a cut stream keeps the whole parts and names the rest' cut_stream
check 'a stream cut in its first part leaves no file' cut_before_the_first_end
check 'a part with a wrong CRC is dropped and named' damaged_part
check 'a lost row is counted' lost_row_is_counted
check 'without its column names a file is not kept' part_with_the_columns_lost
check 'machine.csv announces more rows' contradiction file_selftest.csv_rows,3 \
	'selftest.csv has 2 rows, machine.csv says 3'
check 'machine.csv announces another CRC' \
	contradiction file_selftest.csv_crc32,00000000 \
	'selftest.csv has the CRC-32 [0-9a-f]*, machine.csv says 00000000'
check 'machine.csv announces a file that did not come' \
	contradiction file_verify.csv_rows,1 \
	'verify.csv: announced in machine.csv, not here'
check 'a number in machine.csv cannot be read' \
	contradiction file_selftest.csv_rows,2x 'no number for selftest.csv'
check 'a path is refused' path_is_refused
check 'a machine that starts over has not finished' machine_started_over
check 'without @run the exit status is 5' no_run
check 'a directory with a results.csv is refused' taken_directory results.csv
check 'a directory with a machine.csv is refused' taken_directory machine.csv
check 'the time to start is limited' start_timeout
check 'once started only the whole time is limited' start_timeout_is_over_with_run
check 'the time limit keeps whole parts' timeout_keeps_whole_parts
check 'SIGINT keeps whole parts and no half line' interrupted_by INT 130
check 'SIGTERM keeps whole parts and no half line' interrupted_by TERM 143
check 'the start is told, and written down' started_file
check 'the log is a copy of the stream' log_is_a_copy
check 'a full disk ends it with 3, and no half file' full_disk
check 'a directory that cannot be made ends it with 3' directory_cannot_be_made
check 'no more than 32 files are kept' too_many_files
check 'not on a terminal there is a line for each benchmark' a_line_for_each_benchmark
check 'on a terminal a line is drawn again' one_line_on_a_terminal
check 'quiet shows no progress' quiet_is_quiet
check 'verbose shows the console without escape sequences' verbose_shows_the_console
check 'the end of the console is shown if the run did not end' \
	console_is_shown_in_the_end
check 'an unknown option is refused' usage --bogus
check 'an unknown mode is refused' usage --mode loud
check 'a time limit of zero is refused' usage --timeout 0
check 'a time limit that is no number is refused' usage --start-timeout 5x
check 'an argument is refused' usage file
finish

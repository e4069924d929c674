#!/bin/sh
# run.sh and what has come home to the stick: what is kept, compared and said.
cd "$(dirname "$0")/../../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh
. tests/host/tree.sh

home=$scratch/come-home
files='console.txt machine.csv selftest.csv summary.txt '

# The files of whole_run, as capture itself takes them from a stream.
bring_home() { # STATUS
	rm -rf "$home"
	whole_run "$1" >"$scratch/whole"
	"$tree/build/host/capture" --out "$home" <"$scratch/whole" >/dev/null || :
	printf 'words\n@done %s\n' "$1" >"$home/console.txt"
}

both() { # STATUS
	bring_home "$1"
	whole_run "$1" >"$stream"
	run_new "$1" FAKE_HOME="$home" && [ "$(names "$out")" = "$files" ] &&
		diff -r "$home" "$out"
}

stick_differs() { # COMMAND on the files of the stick
	bring_home 0
	whole_run 0 >"$stream"
	(cd "$home" && eval "$1") || return 1
	run_new 4 FAKE_HOME="$home" &&
		errors "$2 of the stick is not what the serial line delivered" &&
		errors "what the serial line delivered is in $out/serial" &&
		[ -s "$out/serial/selftest.csv" ] && [ ! -e "$out/serial/verify.csv" ]
}

nothing_came_home() {
	whole_run 0 | sed 's/^env,tcg/transport,serial ram/' >"$stream"
	run_new 4 FAKE_HOME=nowhere && errors 'the stick has no results of this run' &&
		[ -e "$out/selftest.csv" ]
}

only_a_note_came_home() {
	rm -rf "$home" && mkdir "$home" && echo words >"$home/unfinished.txt"
	whole_run 0 | sed 's/^env,tcg/transport,serial ram/' >"$stream"
	run_new 4 FAKE_HOME="$home" && errors 'the stick has no results of this run' &&
		[ -e "$out/selftest.csv" ] && [ -e "$out/unfinished.txt" ]
}

serial_was_all_there_was() {
	whole_run 0 >"$stream"

	part machine.csv key,value transport,serial >"$scratch/machine"
	sed "/^@run/r $scratch/machine" "$stream" >"$scratch/with" && mv "$scratch/with" "$stream"
	run_new 0 FAKE_HOME=nowhere &&
		errors 'the stick has no results of this run'
}

stick_alone() { # STATUS
	bring_home "$1"
	echo 'no record' >"$stream"
	run_new "$1" FAKE_HOME="$home" --set transport=ram &&
		[ "$(names "$out")" = "$files" ] && said "files in $out, "
}

nothing_selected() { # OPTION...
	rm -rf "$home" && mkdir "$home" && printf 'words\n@done 2\n' >"$home/console.txt"
	whole_run 2 | sed -n '/^@run/p;/^@done/p' >"$stream"
	run_new 2 FAKE_HOME="$home" --only 'lazy/invlpgb*' "$@" && [ ! -e "$out" ] &&
		errors 'no benchmark matches --only lazy/invlpgb*' &&
		! errors 'no results of this run' >/dev/null
}

# Such as a Bochs that does not see the magic breakpoint.
stick_alone_that_stays() {
	echo 'no record' >"$stream"
	run_new 4 FAKE_HOME=nowhere FAKE_STAYS=yes --set transport=ram --timeout 1 &&
		errors 'the machine has not ended after 1 s more' &&
		run_new 4 FAKE_HOME=nowhere --set transport=ram &&
		! errors 'has not ended after'
}

stick_without_an_end() {
	bring_home 0
	echo words >"$home/console.txt"
	echo 'no record' >"$stream"
	run_new 4 FAKE_HOME="$home" --set transport=ram
}

stick_alone_and_empty() {
	echo 'no record' >"$stream"
	run_new 4 FAKE_HOME=nowhere --set transport=ram && [ ! -e "$out" ] &&
		errors 'the stick has no results of this run' &&
		errors 'nothing was delivered'
}

# The serial line has nothing to say; the machine is heard on it all the same.
not_on_this_line() { # OPTION...
	bring_home 1
	printf 'words of the console\n' >"$stream"
	run_new 1 FAKE_HOME="$home" "$@" && diff -r "$home" "$out"
}

# What was set is asked for in the words that the program knows.
listened_to() { # OPTION...
	bring_home 0
	whole_run 0 >"$stream"
	run_new 0 FAKE_HOME="$home" "$@" && said 'started in' && diff -r "$home" "$out"
}

mute_but_home() {
	bring_home 0
	printf 'words of the console\n' >"$stream"
	run_new 0 FAKE_HOME="$home" && diff -r "$home" "$out"
}

cut_but_home() {
	bring_home 0
	whole_run 0 | sed '/^monotonic/ q' >"$stream"
	run_new 4 FAKE_HOME="$home" && diff "$home/machine.csv" "$out/machine.csv" &&
		errors "what the serial line delivered is in $out/serial"
}

# The whole, way home included, is what the time limit is for.
too_long_a_way_home() { # STATUS STATUS-OF-DONE [COMMAND on the stream]
	whole_run "$2" | ${3:-cat} >"$stream"
	read -r before _ </proc/uptime
	run_new "$1" FAKE_STAYS=yes FAKE_HOME=nowhere --set transport=auto --timeout 6
	answer=$?
	read -r after _ </proc/uptime
	[ $answer -eq 0 ] && errors 'the machine has not ended after' &&
		[ $((${after%.*} - ${before%.*})) -lt 60 ] && [ -e "$out/selftest.csv" ]
}

whole_when_the_time_is_up() { # STATUS
	too_long_a_way_home "$1" "$1" && [ -e "$out/summary.txt" ] &&
		errors 'the time is up; the files of the serial line are whole, and kept'
}

without_its_last_part() {
	sed '/^monotonic/ q'
}

cut_when_the_time_is_up() {
	too_long_a_way_home 4 0 without_its_last_part && ! errors 'are whole'
}

# Samples as the serial line has them all, and as the stick has them from a machine that
# had no room for the second: its next start says so, behind the end of the run.
samples=bench,op,variant,param,value,targets,pair,a,b,divisor,core_type
lacks='tlbmark: run test-1: PASS; samples.csv lacks some, for which there was no room'
lack_samples() {
	bring_home 0
	printf '%s\n' $samples single_op,none,,,,,1,2,3,1, >"$home/samples.csv"
	part samples.csv $samples single_op,none,,,,,1,2,3,1, single_op,none,,,,,2,2,4,1, \
		>"$scratch/samples"
	{
		whole_run 0 | sed '/^@done/d'
		cat "$scratch/samples"
		echo '@done 0'
	} >"$stream"
}
all_samples_are_kept() {
	lack_samples
	run_new 0 FAKE_HOME="$home" FAKE_LATER="$lacks" &&
		errors 'samples.csv is that of the serial line: in RAM there was no room' &&
		[ "$(wc -l <"$out/samples.csv")" -eq 3 ] && [ ! -e "$out/serial" ]
}
nobody_says_why() {
	lack_samples
	run_new 4 FAKE_HOME="$home" &&
		errors 'samples.csv of the stick is not what the serial line delivered' &&
		[ "$(wc -l <"$out/samples.csv")" -eq 2 ] &&
		[ "$(wc -l <"$out/serial/samples.csv")" -eq 3 ]
}
samples_lack_and_that_is_said() {
	lack_samples && echo "$lacks" >"$stream"
	run_new 0 FAKE_HOME="$home" --set transport=ram &&
		errors 'samples.csv lacks some: there was no room for all in RAM' &&
		[ "$(wc -l <"$out/samples.csv")" -eq 2 ]
}

serial_alone() {
	bring_home 0
	whole_run 0 >"$stream"
	run_new 0 FAKE_HOME="$home" --set transport=serial &&
		[ "$(names "$out")" = 'machine.csv selftest.csv summary.txt ' ]
}

no_reader_of_codes() {
	run_new 3 FAKE_HOME=nowhere ZBARIMG=no-zbarimg --set transport=screen &&
		errors 'apt-get install zbar-tools' && [ ! -e "$FAKE_LOG" ]
}

# The emulator ends, and has shown nothing.
screen_without_codes() {
	echo 'no record' >"$stream"
	run_new 4 FAKE_HOME=nowhere ZBARIMG=true --set transport=screen &&
		errors 'there was no code on the screen' && errors 'nothing was delivered' &&
		[ ! -e "$out" ] && grep -q -- '-vga std' "$FAKE_LOG"
}

check 'the screen alone needs a reader of codes, whose package is named' no_reader_of_codes
check 'the screen alone, and no code on it: exit status 4' screen_without_codes

for status in 0 1; do
	check "both ways the same, @done $status: the files of the stick are kept" both $status
	check "the stick alone, @done $status: its console has the status" stick_alone $status
done
check 'nothing is selected: that is said, and no run is left' nothing_selected
check 'nor where the stick alone says so' nothing_selected --set transport=ram
check 'a byte that differs is exit status 4' \
	stick_differs 'echo x >>selftest.csv' selftest.csv
check 'so is a file that is not on the stick' stick_differs 'rm selftest.csv' selftest.csv
check 'so is a file that is on the stick only' \
	stick_differs 'echo x >verify.csv' verify.csv
check 'nothing on the stick: 4, and what the serial line delivered is kept' \
	nothing_came_home
check 'and so it is where the stick has a note that the run is unfinished' \
	only_a_note_came_home
check 'unless the program has said that it used nothing else' serial_was_all_there_was
check 'no room for all samples in RAM: those of the serial line are kept' \
	all_samples_are_kept
check 'but only where the program says so' nobody_says_why
check 'without a serial line that they are not all is said' samples_lack_and_that_is_said
check 'the stick alone, without @done: 4' stick_without_an_end
check 'the stick alone, and nothing on it: 4' stick_alone_and_empty
for setting in serial=none serial=com2 serial=0x2f8 transport=ram,ram 'transport= nvram , ram,ram'; do
	check "--set $setting: what came home is kept, and the status is its own" \
		not_on_this_line --set "$setting"
done
for setting in serial=com1 serial=0x3f8 serial=0x03F8 transport=ram,serial,ram; do
	check "--set $setting: the serial line is listened to" listened_to --set "$setting"
done
check 'no run on the serial line, and one on the stick: it is kept' mute_but_home
check 'a cut run on the serial line, and a whole one on the stick: both are kept' cut_but_home
for status in 0 1; do
	check "@done $status, and the time is up on the way home: whole files are a run" \
		whole_when_the_time_is_up $status
done
check 'but not files that were cut' cut_when_the_time_is_up
check 'an emulator that had to be ended is named' stick_alone_that_stays
check 'the serial line alone: nobody looks at the stick' serial_alone
finish

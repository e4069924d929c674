#!/bin/sh
# Firmware that misbehaves, one thing at a time: the run is whole, or it is said what did
# not work, and other ways still deliver.  Nothing hangs: each start has two minutes.
set -eu
. tests/stick.sh

try() { # NAME WORDS LINE...
	evil "$@"
	start "$1"
}

# --- leaving it

try exits 'exits=15'
check 'ExitBootServices fails 15 times: a whole run' came_home exits

try never 'exits=16'
never_left() {
	ended_with 4 && says never 'ExitBootServices failed 16 times' &&
		says never '@done 4' && says never 'run never: INCOMPLETE'
}
check 'it fails 16 times: that is said, and comes home' never_left

try grow 'grow=8'
check 'the memory map grows each time it is read: a whole run' came_home grow

try grow-fast 'grow=100'
check 'it grows beyond the room that it had at first: a whole run' came_home grow-fast

try outgrown 'grow=100 exits=15'
outgrown_is_said() {
	ended_with 4 && says outgrown 'the memory map has outgrown its buffer' &&
		says outgrown '@done 4'
}
check 'it does, and nothing can be left at once: that is said' outgrown_is_said

try low 'low=none'
check 'no memory below 1 MiB: a whole run' came_home low

evil high 'any=high' 'only = single_op/cr0_pg_toggle'
start high -m 6144
runs_below_4g() {
	came_home high && fetch high "$scratch/high" &&
		grep -h '^single_op,cr0_pg_toggle,first-fetch,' "$scratch"/high/*/results.csv |
		grep ',ok,'
}
check 'memory that may be anywhere is above 4 GiB: what has to run below it does' \
	runs_below_4g

evil shim 'shim=old'
put shim build/tlbmark.efi /EFI/BOOT/grubx64.efi esp
start shim
is_verified() {
	came_home shim && says shim 'its word on this program: verified' &&
		says shim 'shim,verified'
}
check 'a shim that halts who has nothing verified: this program has itself' is_verified

# --- serial ports

evil com2 'conout=com2' 'transport = serial'
start com2 -serial "file:$scratch/com2.console" -serial "file:$scratch/com2.second"
second_port_alone() {
	ended_with 0 && says com2 'serial line at port 0x2f8' &&
		! says com2 'serial line at port 0x3f8' >/dev/null &&
		! says com2 '@run' >/dev/null && grep -aq '^@done 0' "$scratch/com2.second"
}
check 'a console on the second serial port: nothing goes to the first' second_port_alone

try dumb 'conout=none'
no_port() {
	ended_with 0 && says dumb 'no console on a serial port: none is used' &&
		! says dumb '@run' >/dev/null && says dumb 'your results are in' &&
		fetch dumb "$scratch/home" && is_whole "$scratch/home"/*
}
check 'no serial console: no port is touched, and the results come home' no_port

# --- starts that end without measuring

gives_back() { # NAME TEXT
	hears "$1" "$2" && hears "$1" 'evil: all memory was given back'
}
evil nowhere '' 'transport = screen'
attend nowhere
check 'no way out for results: nothing is kept of the firmware' gives_back nowhere \
	'there is no way out for results'
leave

# --- writing

delivers_by_serial() { # NAME TEXT
	ended_with 0 && says "$1" "the stick $2: results cannot be written to it" &&
		says "$1" 'transport,serial' && says "$1" '@done 0' &&
		! says "$1" 'looking for' >/dev/null && file_systems_are_clean "$1"
}

try full 'write=full'
check 'every write says that the stick is full: serial delivers' \
	delivers_by_serial full 'is full'
try short 'write=short'
check 'every write is short: serial delivers' delivers_by_serial short 'is full'
try protected 'write=protected'
check 'every write says write-protected: serial delivers' \
	delivers_by_serial protected 'is write-protected'
try lost 'write=lost'
check 'writes lose a byte and say nothing: serial delivers' \
	delivers_by_serial lost 'does not give back what was written'

# The run marker is written, the results are not.
results_wait() { # NAME TEXT
	ended_with 4 && says "$1" '@done 0' && says "$1" "TLBMARK $2: machine.csv is not there" &&
		says "$1" 'NO volume has taken the results.  They wait in RAM' &&
		file_systems_are_clean "$1"
}

for fault in 'full is full' 'short is full' 'protected is write-protected' \
	'lost does not give back what was written'; do
	kind=${fault%% *}
	try "$kind-later" "write=$kind write_from=1024"
	check "write=$kind for the results alone: they wait in RAM" \
		results_wait "$kind-later" "${fault#* }"
done

try rename 'rename=fails'
whole_without_names() {
	ended_with 0 && says rename 'does not rename files: results.csv has .tmp behind its name' &&
		says rename 'your results are in' && fetch rename "$scratch/home" || return 1
	for file in "$scratch/home"/*/*.tmp; do
		mv "$file" "${file%.tmp}" || return 1
	done
	is_whole "$scratch/home"/* && file_systems_are_clean rename
}
check 'no file can be renamed: all are there, and whole, by another name' \
	whole_without_names
start rename
names_its_second_run() {
	ended_with 0 && says rename 'run rename: PASS' && [ "$(folders rename | wc -l)" -eq 2 ]
}
check 'a second run gets a folder of its own there, too' names_its_second_run

# --- variables: nobody knows where a reset would lead

waits_for_a_reset() { # NAME
	hears "$1" 'the results wait there.' && ! says "$1" 'resets itself' >/dev/null &&
		tell system_reset && hears "$1" "run $1: PASS" &&
		hears "$1" 'your results are in'
}

# Whoever has no reset button presses a key.
evil key 'variable=refused' 'after = wait'
attend key
is_reset_by_a_key() {
	hears key 'press a key' && hears key 'the results wait there.' && tell 'sendkey a' &&
		hears key 'run key: PASS' && hears key 'your results are in'
}
check 'no reset by itself: a key of the keyboard brings results home' is_reset_by_a_key
leave

for fault in lost refused; do
	evil "$fault-variable" "variable=$fault" 'after = wait'
	attend "$fault-variable"
	check "SetVariable, $fault: no reset by itself, and one by hand brings results home" \
		waits_for_a_reset "$fault-variable"
	leave
done

for fault in lost refused; do
	try "$fault-results" "variable=$fault" 'transport = serial, nvram'
	nothing_is_there() {
		ended_with 0 && says "$fault-results" "tlbmark: 0 of " &&
			says "$fault-results" 'the next was not taken, status 0x' &&
			says "$fault-results" 'the next start would find nothing: no reset' &&
			says "$fault-results" '@done 0'
	}
	check "SetVariable, $fault, with transport = nvram: that is said, and nothing is reset" \
		nothing_is_there
done

# --- screens

vga=std
try blt 'screen=blt'
no_screen() {
	came_home blt && grep -qx 'transport,serial ram' "$scratch/home"/*/machine.csv
}
check 'a screen without pixels: a whole run by the other ways' no_screen

evil blt-alone 'screen=blt' 'transport = screen'
attend blt-alone
check 'and alone: nothing is measured' hears blt-alone 'there is no way out for results'
leave

try two 'screen=two' 'transport = serial, ram, screen'
the_other_is_drawn_to() {
	came_home two && grep -qx 'transport,serial ram screen' "$scratch/home"/*/machine.csv
}
check 'a console on two screens, without pixels of its own: one of them is drawn to' \
	the_other_is_drawn_to

# The word and number behind a word of the wrapper's line.
of_screen() { # NAME WORD
	sed -n "s/^evil: framebuffer.* $2 \\([0-9]*\\).*/\\1/p" "$scratch/$1.console" | head -n 1
}

framebuffer() { # NAME
	tr -d '\r' <"$scratch/$1.console" |
		sed -n 's/^evil: framebuffer \(0x[0-9a-f]*\) .*/\1/p' | head -n 1
}

# What is in memory as pictures, by green alone.
pictures() { # NAME SHIFT
	for file in "$scratch/pixels-$1".*; do
		sum=$(cksum <"$file")
		! grep -qxF "$sum" "$scratch/seen" 2>/dev/null || continue
		echo "$sum" >>"$scratch/seen"
		perl -e 'my ($width, $height, $stride, $shift) = @ARGV;
			print "P5 $width $height 255\n";
			for (1 .. $height) {
				read(STDIN, my $row, $stride * 4) or exit 1;
				print pack "C*", map { $_ >> $shift & 255 } unpack "V$width", $row;
			}' "$(of_screen "$1" width)" "$(of_screen "$1" height)" \
			"$(of_screen "$1" stride)" "$2" <"$file" >"$scratch/picture.pgm"
		zbarimg -q --raw -Sdisable -Sqrcode.enable "$scratch/picture.pgm" 2>/dev/null || :
	done | sort -u >"$scratch/codes"
}

codes_are_home() { # NAME SHIFT
	rm -rf "$scratch/read" "$scratch/seen" && mkdir "$scratch/read" &&
		pictures "$@" && [ -s "$scratch/codes" ] &&
		build/host/qrread <"$scratch/codes" >"$scratch/stream" &&
		build/host/capture --partial --out "$scratch/read" <"$scratch/stream" &&
		fetch "$1" "$scratch/home" && [ -s "$scratch/read/results.csv" ] || return 1
	for file in "$scratch/read"/*.csv; do
		cmp "$file" "$scratch/home"/*/"${file##*/}" || return 1
	done
}

for screen in 'stride 8' 'masks 12'; do
	name=${screen% *}
	evil "$name" "screen=$name" 'transport = screen, ram'
	seconds=200 attend "$name" -accel tcg
	hears "$name" 'leaving the firmware' || :
	address=$(framebuffer "$name")
	i=100
	while kill -0 "$attended" 2>/dev/null && [ $i -lt 180 ]; do
		i=$((i + 1))
		tell "pmemsave $address $(of_screen "$name" size) \"$scratch/pixels-$name.$i\"" || :
		sleep 1
	done
	leave
	check "screen=$name: the codes in it are what came home" \
		codes_are_home "$name" "${screen#* }"
	rm -f "$scratch/pixels-$name".*
done
finish

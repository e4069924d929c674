#!/bin/sh
# What firmware says of memory and ACPI, where it says too little, too much or something
# wrong: the run is whole, or it is said what does not work, and nothing faults.
set -eu
. tests/stick.sh

try() { # NAME WORDS LINE...
	evil "$@"
	start "$1"
}

# --- the memory map

try no-step 'map=no_step'
check 'a map that does not fit, and no size of its descriptors: a whole run' \
	came_home no-step

try beyond 'map=beyond'
nothing_beyond_is_used() {
	came_home beyond &&
		says beyond 'lists 4096 MiB of RAM from 0x10000000000 on, where this' &&
		grep -qx 'memory_beyond_bytes,4294967296' "$scratch/home"/*/machine.csv &&
		grep -qx 'physical_limit,0x10000000000' "$scratch/home"/*/machine.csv &&
		! grep -E '^memory_end,0x[0-9a-f]{10}' "$scratch/home"/*/machine.csv
}
check 'RAM that is listed behind the last address is left out' nothing_beyond_is_used

# What the run marker says of the copies.
copies() { # NAME
	mcopy -n -o -i "$(partition "$1" esp)" '::/results/tlbmark-*.run' "$scratch/marker" &&
		sed -n 's/^copy = //p' "$scratch/marker"
}
evil special 'map=special'
start special -m 6144
nothing_special_is_used() {
	came_home special && [ "$(copies special | wc -l)" -eq 3 ] &&
		! copies special | grep -E '0x[0-9a-f]{9}'
}
check 'memory that is set aside (EFI_MEMORY_SP) keeps no results' nothing_special_is_used

# --- ACPI

# Of the home's machine.csv.
tables_are_read() { # NAME LINE...
	came_home "$1" || return 1
	shift
	for line in 'madt,read' "$@"; do
		grep -qx "$line" "$scratch/home"/*/machine.csv || {
			echo "no $line"
			return 1
		}
	done
	grep -qx 'tsc_hz_pm_timer,[1-9][0-9]*' "$scratch/home"/*/machine.csv
}

for fault in zero damaged; do
	try "xsdt-$fault" "acpi=xsdt_$fault"
	rsdt_is_read() {
		tables_are_read "xsdt-$fault" 'acpi,RSDT (no XSDT that is whole)' 'fadt,read' &&
			says "xsdt-$fault" 'the list of ACPI tables: RSDT (no XSDT'
	}
	check "an XSDT, $fault: the RSDT leads to the tables" rsdt_is_read
done

try fadt-sum 'acpi=fadt_sum'
fadt_is_read() {
	tables_are_read fadt-sum 'acpi,XSDT' 'fadt,read although its sum is wrong' &&
		says fadt-sum '(FADT): read although its sum is wrong'
}
check 'a FADT whose sum is wrong is read, which is said' fadt_is_read

# --- RAM that the firmware will clear

try cleared 'mor=set'
other_ways_are_taken() {
	ended_with 0 && says cleared 'results in RAM would not survive a reset here' &&
		says cleared 'clear RAM at the next reset (MemoryOverwriteRequestControl)' &&
		says cleared 'so RAM is not used, and nothing is reset' &&
		says cleared 'memory_overwrite_request,0x1' &&
		says cleared 'transport,serial' && says cleared '@done 0' &&
		! says cleared 'looking for' >/dev/null
}
check 'RAM will be cleared: that is said before the run, and another way is taken' \
	other_ways_are_taken

# --- copies in memory that cannot be read

seconds=150
try guarded 'guarded=3'
one_look_is_taken() {
	ended_with 4 && [ "$(grep -ac 'looking for the results' "$scratch/guarded.console")" -eq 2 ] &&
		says guarded 'has not come through its look' &&
		says guarded 'run guarded is unfinished'
}
check 'a page fault at all copies: the next start does not look again' one_look_is_taken

try partly 'guarded=2'
the_third_comes_home() {
	came_home partly && says partly 'has not come through its look'
}
check 'a page fault at two: the next start takes the third' the_third_comes_home
unset seconds

# --- one stick, two machines that call themselves alike, and one waits for it

# It does not reset itself, because nobody knows where that would lead.
evil twins 'variable=lost' 'after = wait'
drive=,file.locking=off attend twins
check 'A has its results in RAM, and waits to be reset' \
	hears twins 'the results wait there.'
mv "$scratch/twins.console" "$scratch/a.console"
printf '%s\n' 'countdown = 0' 'run = twins' 'after = debugexit' >"$scratch/cfg"
put twins "$scratch/cfg" /tlbmark.cfg
drive=,file.locking=off start twins -serial "file:$scratch/b.console"
gives_up() {
	ended_with 4 && says b 'run twins is unfinished' && fetch twins "$scratch/b" &&
		[ -s "$(echo "$scratch"/b/*/unfinished.txt)" ]
}
check 'B, which has the same names and numbers, has nothing of it' gives_up
mv "$scratch/a.console" "$scratch/twins.console"
comes_home_after_all() {
	tell system_reset &&
		hears twins 'looking once more for the results of run twins' &&
		hears twins 'your results are in' && fetch twins "$scratch/home" &&
		is_whole "$scratch/home"/* &&
		[ -z "$(find "$scratch/home" -name unfinished.txt)" ]
}
check 'A finds its results all the same, and they are not called unfinished any more' \
	comes_home_after_all
leave
finish

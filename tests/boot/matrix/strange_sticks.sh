#!/bin/sh
# Sticks as they come: with options nobody would write, full, or write-protected.
set -eu
. tests/stick.sh

# --- tlbmark.cfg

# The option file is these bytes, on the boot partition; that of the data partition keeps
# the run short.
raw=$scratch/raw
strange() { # NAME
	stick "$1" "run = $1" 'transport = serial'
	put "$1" "$raw" /tlbmark.cfg esp
	start "$1"
}

runs_and_names() { # NAME BAD-OPTIONS [TEXT]
	ended_with 0 && says "$1" "bad_options,$2" && says "$1" "${3-@done 0}"
}

: >"$raw"
strange empty
check 'an empty tlbmark.cfg' runs_and_names empty 0
head -c 1000000 /dev/zero >"$raw"
strange nul
check 'a megabyte of NULs' runs_and_names nul 1 'larger than 64 KiB'
yes 'pages = 7' | head -c 1000000 >"$raw"
strange large
check 'a megabyte of good lines' runs_and_names large 1 'larger than 64 KiB'
head -c 60000 /dev/zero >"$raw"
strange zeros
check 'NULs that fit' runs_and_names zeros 1 'not key = value'
printf 'pages = 9\r\n' | iconv -f ASCII -t UTF-16 >"$raw"
strange utf16
check 'UTF-16 is named and ignored' runs_and_names utf16 2
check 'the run has the value that it has without' says utf16 'pages,64'
printf 'pages = 9\r\nseed = 3\r\n' >"$raw"
strange crlf
check 'lines of Windows are lines' runs_and_names crlf 0
check 'and their values are taken' says crlf 'pages,9'
printf '\357\273\277pages = 9\nseed = 3\n' >"$raw"
strange bom
check 'a byte-order mark spoils one line' runs_and_names bom 1
printf 'color = red\npages = 4097\npages = -1\nserial = com9\nprofile\n' >"$raw"
strange wrong
check 'unknown keys and values out of range' runs_and_names wrong 5
check 'are named with file, line and reason' says wrong \
	'tlbmark.cfg:2: pages = 4097: not a number in range'
head -c 60000 /dev/urandom >"$raw"
strange random
check 'noise' runs_and_names random "$(sed -n 's/^bad_options,\([0-9]*\).*/\1/p' \
	"$scratch/random.console")"
printf 'pages = 9\nrun = esp\n' >"$raw"
strange both
check 'the data partition comes after the boot partition' says both 'run_id,both'

# --- full

stick full 'run = full'
left=4096 fill full
start full
full_is_said() {
	ended_with 0 && says full 'TLBMARK is full' &&
		says full 'on the boot partition' &&
		fetch full "$scratch/full" esp && is_whole "$scratch/full"/* &&
		file_systems_are_clean full
}
check 'a full data partition is named, the boot partition has all' full_is_said

stick both-full 'run = both-full'
fill both-full && fill both-full esp
start both-full
both_full_is_said() {
	ended_with 0 && says both-full 'the stick is full: results cannot be written to it' &&
		says both-full 'transport,serial' && says both-full '@done 0' &&
		file_systems_are_clean both-full
}
check 'a stick that is full at the start is named, and the serial line delivers' \
	both_full_is_said

stick nearly 'run = nearly'
left=4096 fill nearly && left=4096 fill nearly esp
start nearly
nearly_is_said() {
	ended_with 4 && says nearly 'NO volume has taken the results.  They wait in RAM' &&
		file_systems_are_clean nearly
}
check 'no room for the results: they wait in RAM, and that is said' nearly_is_said

# --- write-protected

stick protected 'run = protected'
cp "$scratch/protected.img" "$scratch/protected.before"
drive=,readonly=on start protected
drive=
protected_is_said() {
	ended_with 0 && says protected 'this medium is read-only: it takes no results' &&
		says protected 'transport,serial' && says protected '@done 0' &&
		cmp "$scratch/protected.img" "$scratch/protected.before"
}
check 'a write-protected stick is named, and the serial line delivers' protected_is_said

stick silent 'run = silent' 'transport = ram' 'lava = 1'
drive=,readonly=on start silent
drive=
nothing_is_measured() {
	says silent 'there is no way out for results' && ! says silent '@run' >/dev/null
}

check 'without any way out it does not begin' nothing_is_measured
check 'without a serial line there are no signals, which is said' says silent \
	'lava = 1 is of a serial line, and none is used: there are no signals'
finish

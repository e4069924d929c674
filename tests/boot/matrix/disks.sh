#!/bin/sh
# More disks than the stick, what is no disk at all, and command lines: the program keeps to
# the disk it came from, and promises no files where a reset takes them away.
set -eu
. tests/stick.sh

second() { # NAME
	echo "-drive if=none,id=second,format=raw,file=$scratch/$1.img -device virtio-blk-pci,drive=second"
}

# --- another disk has a partition with the label

stick other 'run = of-another-disk' 'pages = 7'
cp "$scratch/other.img" "$scratch/other.before"
stick own 'run = own'
put own "$scratch/cfg" /tlbmark.cfg esp
mlabel -i "$(partition own)" ::SOMETHING
# shellcheck disable=SC2046 # options
start own $(second other)
keeps_to_its_own() {
	ended_with 0 && says own 'pages,64' && says own 'run own: PASS' &&
		[ "$(folders own esp | wc -l)" -eq 1 ] && [ -z "$(folders own)" ] &&
		cmp "$scratch/other.img" "$scratch/other.before"
}
check "another disk's TLBMARK is neither read nor written" keeps_to_its_own

# --- started from what a reset empties

leaves_nothing_there() { # NAME WHAT
	ended_with 0 && says "$1" "started from $2: a reset empties that" &&
		says "$1" 'transport,serial' && says "$1" '@done 0' &&
		! says "$1" 'results stay in' >/dev/null
}

evil ram 'device=ram' 'after = reboot'
put ram "$scratch/cfg" /tlbmark.cfg esp
attend ram
is_left_on() {
	hears ram 'started from a RAM disk: a reset empties that' &&
		hears ram 'no reboot after the run' && hears ram 'may be switched off' &&
		! says ram 'results stay in' >/dev/null
}
check 'from a RAM disk: it promises no files, and does not reboot to measure again' \
	is_left_on
leave

stick kernel 'run = kernel'
bootindex=1 start kernel -kernel build/tlbmark.efi \
	-append 'tlbmark run=kernel profile=smoke only=single_op/invlpg countdown=0 after=debugexit'
check "by QEMU's -kernel: the same, in its own words" \
	leaves_nothing_there kernel "the files of QEMU's -kernel"

# --- what it is told on its command line

for options in bare narrow whole; do
	evil "$options" "options=$options" 'transport = serial'
	start "$options"
	is_understood() {
		ended_with 0 && says "$options" 'load_options,tlb pages=7' &&
			says "$options" 'pages,7' && says "$options" 'bad_options,0'
	}
	check "a command line as firmware gives it, $options: it is taken" is_understood
done
evil data 'options=data' 'transport = serial'
start data
is_announced() {
	ended_with 0 && says data 'ignored: command line' && says data '4 bytes, 00 00 42 4f' &&
		says data 'bad_options,1'
}
check 'data that are no command line are announced' is_announced
finish

#!/bin/sh
# More disks than the stick: the program keeps to the one it came from.
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
finish

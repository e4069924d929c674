#!/bin/sh
# Disks that are not what they seem: a cache in front of a device that loses what it is
# given, a partition that nobody has connected, a label with spaces, dates that are none,
# and the disk of another system.
set -eu
. tests/stick.sh

# --- a device that says it has written, and has not

evil lost 'blocks=lost'
seconds=200 start lost
lost_is_noticed_at_once() {
	ended_with 0 && says lost 'the stick does not give back what was written' &&
		says lost 'transport,serial' && says lost '@done 0' && [ -z "$(folders lost)" ]
}
check 'a stick that loses all it is given is noticed before the run, behind the cache' \
	lost_is_noticed_at_once

evil dying 'blocks=lose_results'
start dying
dying_is_noticed() {
	ended_with 4 && says dying 'does not give back what was written' &&
		says dying 'NO volume has taken the results.  They wait in RAM' &&
		! says dying 'your results are in' >/dev/null
}
check 'a stick that loses the files is noticed, and RAM is not given back' dying_is_noticed

# --- what is there, and not found

evil unconnected 'data=unconnected' 'pages = 7'
start unconnected
data_counts() { # NAME
	came_home "$1" && says "$1" 'pages,7' && says "$1" \
		'the boot partition (made for tlbmark), TLBMARK (made for tlbmark)'
}
check 'a partition TLBMARK that no driver was started for is connected' \
	data_counts unconnected
evil padded 'labels=padded' 'pages = 7'
start padded
check 'spaces behind a label do not count' data_counts padded

evil undated 'dates=none'
start undated
has_names() {
	came_home undated && ! says undated 'does not rename files' >/dev/null
}
check 'dates that are none do not keep files from getting their names' has_names

# --- the disk of another system: no removable one, no USB, no label of ours

internal() { # NAME LINE...
	internal_name=$1
	stick "$@"
	put "$internal_name" "$scratch/cfg" /tlbmark.cfg esp
	mlabel -i "$(partition "$internal_name")" ::SOMETHING
	mlabel -i "$(partition "$internal_name" esp)" ::SYSTEM
	cp "$scratch/$internal_name.img" "$scratch/internal.before"
}

internal inside 'run = inside'
start inside
nothing_is_written() {
	ended_with 0 && says inside 'nothing is written to the boot partition' &&
		says inside 'volumes,"the boot partition (internal disk, not written to)"' &&
		says inside 'transport,serial' && says inside '@done 0' &&
		cmp "$scratch/inside.img" "$scratch/internal.before"
}
check 'an internal disk that the program was started from is not written to' \
	nothing_is_written

internal allowed 'run = allowed' 'allow_internal = 1'
start allowed
is_home_inside() { # NAME
	says "$1" 'your results are in' && says "$1" 'the boot partition (internal disk)' &&
		fetch "$1" "$scratch/home" esp && is_whole "$scratch/home"/* &&
		file_systems_are_clean "$1"
}
check 'allow_internal = 1 allows it' is_home_inside allowed

# Nobody presses a key at the second start: the run is on its way home.
internal agreed 'run = agreed' 'countdown = 60'
attend agreed -accel tcg
somebody_agrees() {
	hears agreed 'Without the key w nothing is written to it' && tell 'sendkey w' &&
		hears agreed 'results are written to it' && tell 'sendkey ret' &&
		hears agreed 'your results are in' && is_home_inside agreed
}
check 'so does a key in the countdown, for this run' somebody_agrees
leave

# An SSD at a cable says that it is fixed, as QEMU's USB disk does.
internal cable 'run = cable'
mv "$scratch/cable.img" "$scratch/usb.img"
truncate -s 1M "$scratch/cable.img"
start cable -device qemu-xhci -drive "if=none,id=usb,format=raw,file=$scratch/usb.img" \
	-device usb-storage,drive=usb,bootindex=1
mv "$scratch/usb.img" "$scratch/cable.img"
is_home_at_a_cable() {
	ended_with 0 && says cable 'your results are in' &&
		says cable 'the boot partition (external disk)' &&
		fetch cable "$scratch/home" esp && is_whole "$scratch/home"/*
}
check 'a disk at a USB cable is a stick, whatever it says of itself' is_home_at_a_cable
finish

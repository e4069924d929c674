#!/bin/sh
# More disks than the stick, and other ways to start than by the firmware: the program
# keeps to the disk it came from, and resets the machine only if that leads back there.
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

# --- started by the UEFI shell

stick shell 'run = shell'
mmove -i "$(partition shell esp)" ::/EFI/BOOT/BOOTX64.EFI ::/TLBMARK.EFI
echo 'fs0:\TLBMARK.EFI' >"$scratch/startup.nsh"
put shell "$scratch/startup.nsh" /startup.nsh esp
start shell
is_not_reset() { # NAME REASON
	ended_with 0 && says "$1" "no automatic reset: $2" &&
		says "$1" '@done 0' && ! says "$1" 'itself once' >/dev/null
}
check 'started by the UEFI shell: no reset, which would lead to the shell' \
	is_not_reset shell 'what the firmware started is not on this disk'

# --- started by a boot loader of another disk, which has the same bytes

stick marked 'run = marked'
: >"$scratch/empty"
put marked "$scratch/empty" /marked esp
evil loader 'device=marked'
# shellcheck disable=SC2046
start loader $(second marked)
check 'started from another disk: no reset, which would lead to its boot loader' \
	is_not_reset loader 'what the firmware started is not on this disk'

# --- started by a boot loader, by a boot option that names a class of devices

evil class 'option=class'
start class
check 'a boot option names a class of devices, and a loader came first: no reset' \
	is_not_reset class "the firmware's boot option does not say which device it starts"
finish

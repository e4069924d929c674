#!/bin/sh
# The same image on every kind of disk: blocks of 512 and of 4096 bytes, and CD-ROMs.
# bios=PATH tries another OVMF than the one that is installed.
set -eu
. tests/stick.sh

usb='-device qemu-xhci -device usb-storage,drive=disk,bootindex=0'
scsi='-device virtio-scsi-pci -device'
large=,logical_block_size=4096,physical_block_size=4096

plug() { # NAME DEVICE [PARTITION] that has its options
	stick "$1" "run = $1"
	put "$1" "$scratch/cfg" /tlbmark.cfg "${3-data}"
	cp "$scratch/$1.img" "$scratch/before.img"
	# In real time: where instructions are counted, a disk is slow enough for drivers
	# to give it up.
	device=$2 start "$1" -accel tcg
}

# The results are on both partitions of the table that the disk shows, and there alone.
is_home_on() { # NAME SUFFIX-OF-PARTITIONS SUFFIX-OF-THE-OTHERS
	ended_with 0 && says "$1" 'your results are in' &&
		fetch "$1" "$scratch/home" "data$2" && is_whole "$scratch/home"/* &&
		[ "$(folders "$1" "data$2")" = "$(folders "$1" "esp$2")" ] &&
		[ -z "$(folders "$1" "data$3")" ] && file_systems_are_clean "$1"
}

plug virtio '-device virtio-blk-pci,drive=disk,bootindex=0'
check 'virtio disk' is_home_on virtio '' 4k
plug usb "$usb"
check 'USB disk' is_home_on usb '' 4k
plug ahci '-device ahci,id=ahci -device ide-hd,drive=disk,bus=ahci.0,bootindex=0'
check 'AHCI disk' is_home_on ahci '' 4k
plug nvme '-device nvme,serial=tlbmark,drive=disk,bootindex=0'
check 'NVMe disk' is_home_on nvme '' 4k

# usb-storage itself has no other blocks than those of 512 bytes in QEMU 7.2.
plug usb4k "-device qemu-xhci -device usb-bot,id=bot
	-device scsi-hd,bus=bot.0,drive=disk,bootindex=0$large" data4k
check 'USB disk of 4096-byte blocks' is_home_on usb4k 4k ''
plug nvme4k "-device nvme,serial=tlbmark,drive=disk,bootindex=0$large" data4k
check 'NVMe disk of 4096-byte blocks' is_home_on nvme4k 4k ''
plug scsi4k "$scsi scsi-hd,drive=disk,bootindex=0$large" data4k
check 'SCSI disk of 4096-byte blocks' is_home_on scsi4k 4k ''

# Firmware that faults when the program tries to write does not end.
is_read_only() { # NAME
	ended_with 0 && says "$1" 'this medium is read-only: it takes no results' &&
		says "$1" 'They leave this machine by serial alone' &&
		says "$1" 'transport,serial' && says "$1" '@done 0' &&
		! says "$1" 'looking for' >/dev/null && cmp "$scratch/$1.img" "$scratch/before.img"
}

drive=,media=cdrom,readonly=on
plug usb-cd '-device qemu-xhci -device usb-bot,id=bot
	-device scsi-cd,bus=bot.0,drive=disk,bootindex=0' esp
check 'USB CD-ROM: no file comes home, which is said; serial delivers' is_read_only usb-cd
plug scsi-cd "$scsi scsi-cd,drive=disk,bootindex=0" esp
check 'SCSI CD-ROM' is_read_only scsi-cd
plug ide-cd '-device ide-cd,drive=disk,bootindex=0' esp
check 'IDE CD-ROM' is_read_only ide-cd

stick no-way 'run = no-way' 'transport = ram'
put no-way "$scratch/cfg" /tlbmark.cfg esp
device='-device ide-cd,drive=disk,bootindex=0' start no-way -boot order=d
nothing_is_measured() {
	says no-way 'Start from a stick that can be written, or connect a serial line' &&
		says no-way 'there is no way out for results' && ! says no-way '@run' >/dev/null
}
check 'a CD-ROM without another way out: nothing is measured' nothing_is_measured
finish

#!/bin/sh
# Results come home on every disk, firmware and emulator there is here: run.sh compares
# what is on the stick with what the serial line delivered, byte for byte.
set -eu
. tests/boot.sh

code=/usr/share/OVMF/OVMF_CODE_4M.fd
bios=/usr/share/ovmf/OVMF.fd

# In real time: where instructions are counted, a disk is slow enough for drivers to give
# it up.
for disk in virtio usb ahci nvme; do
	check_home "q35-$disk" -a tcg -c 2 --disk $disk
	check_home "pc-$disk" -a tcg -c 1 --machine pc --disk $disk
done
check_home pc-pflash -a icount -c 1 --machine pc --firmware $code
check_home q35-bios -a tcg -c 1 --firmware $bios
check_home bochs -e bochs -c 1
check_home bochs-2 -e bochs -c 2 --memory 1024

finish

#!/bin/sh
# Results come home on every kind of machine there is here: run.sh compares what is on
# the stick with what the serial line delivered, byte for byte.
set -eu
. tests/boot.sh

comes_home() { # NAME
	status_is "$1" 0 && machine_is "$1" transport 'serial ram' &&
		[ -s "$scratch/$1/console.txt" ]
}

try() { # NAME OPTION...
	boot "$@" --only single_op/invlpg --set transport=auto --timeout 300
	check "$*" comes_home "$1"
}

code=/usr/share/OVMF/OVMF_CODE_4M.fd
bios=/usr/share/ovmf/OVMF.fd

# In real time: where instructions are counted, a disk is slow enough for drivers to give
# it up.
for disk in virtio usb ahci nvme; do
	try "q35-$disk" -a tcg -c 2 --disk $disk
	try "pc-$disk" -a tcg -c 1 --machine pc --disk $disk
done
for memory in 64 128 1024 3072 6144; do
	try "memory-$memory" -a icount -c 1 --machine pc --memory $memory
done
try memory-q35-64 -a tcg -c 1 --memory 64
try memory-q35-6144 -a tcg -c 4 --memory 6144
try pc-pflash -a icount -c 1 --machine pc --firmware $code
try q35-bios -a tcg -c 1 --firmware $bios
try bochs -e bochs -c 1
try bochs-2 -e bochs -c 2 --memory 1024

# Some megabytes.
boot raw -a icount -c 1 --machine pc --set raw=1 --set transport=auto -p quick --timeout 300
check 'every sample comes home' comes_home raw

finish

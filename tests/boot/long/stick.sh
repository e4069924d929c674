#!/bin/sh
# What is said if results do not come home to the stick, or a serial port takes none.
set -eu
. tests/stick.sh
. tests/boot.sh

# The machine is switched off where it would have been reset.
stick lost 'run = lost'
start lost -no-reboot
before=$status
start lost
lost_is_noted() {
	[ "$before" -eq 0 ] && says lost 'run lost is unfinished' &&
		fetch lost "$scratch/lost" &&
		[ "$(find "$scratch/lost" -type f | sed 's,.*/,,' | sort)" = 'tlbmark.run
unfinished.txt' ]
}
check 'RAM that was lost: status 4' ended_with 4
check 'it is said, and noted on the stick' lost_is_noted
check 'and the machine is not reset again' [ "$(grep -ac 'looking for' \
	"$scratch/lost.console")" -eq 1 ]

# A second serial port that answers, and whose line takes nothing; the stick has what was
# said of it.
mkfifo "$scratch/full"
exec 5<>"$scratch/full"
dd if=/dev/zero of="$scratch/full" bs=4096 count=64 oflag=nonblock status=none 2>"$scratch/dd" || :
stick deaf 'run = deaf' 'serial = com2' 'transport = serial,ram'
start deaf -serial "file:$scratch/deaf.console" -serial "file:$scratch/full"
exec 5>&-
port_is_given_up() {
	ended_with 0 && says deaf 'serial line at port 0x2f8' &&
		says deaf 'your results are in' && fetch deaf "$scratch/deaf" &&
		grep -aqF 'a serial port takes nothing any more' "$scratch/deaf"/*/console.txt &&
		grep -q '^serial_lost_0x2f8,' "$scratch/deaf"/*/machine.csv
}
check 'a serial port that never becomes free is not waited for, and that is said' port_is_given_up

# One that only the firmware's SPCR table names, beside none at all: the table behind its
# header, a 16550 at the ports from 3e8 on.
printf '\000\000\000\000\001\010\000\000\350\003' >"$scratch/spcr"
dd if=/dev/zero bs=1 count=34 status=none >>"$scratch/spcr"
stick third 'run = third' 'transport = serial'
start third -acpitable "sig=SPCR,rev=2,data=$scratch/spcr" -serial none \
	-chardev "file,id=third,path=$scratch/third.console" \
	-device isa-serial,iobase=0x3e8,irq=5,chardev=third
delivers_there() {
	ended_with 0 && says third '@done 0' && says third 'transport,serial'
}
check 'the port that ACPI names takes the results' delivers_there

finish

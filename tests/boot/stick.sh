#!/bin/sh
# Results come home to the stick: from a machine without a serial line and without a
# display, and what is said if they do not.
set -eu
. tests/stick.sh
. tests/boot.sh

boot home -a icount -c 1 --machine pc --only single_op/invlpg --set transport=auto
check 'over the serial line and to the stick come the same files' status_is home 0
check 'both ways are in machine.csv' machine_is home transport 'serial ram'

usual=standard-pc-i440fx-p-2020-01-01-blind
on_both_partitions() {
	fetch blind "$scratch/data" && fetch blind "$scratch/esp" esp &&
		is_whole "$scratch/data/$usual" && diff -r "$scratch/data" "$scratch/esp"
}

stick blind 'run = blind'
start blind -serial none
check 'without serial line and display: the run ends' ended_with 0
check 'its files are whole, and on both partitions' on_both_partitions
check 'the file systems are clean' file_systems_are_clean blind

# The same id on the same day: the files of the first run are not taken for its own.
start blind
both_are_there() {
	[ "$(folders blind)" = "$usual
$usual-2" ] && mv "$scratch/data" "$scratch/first" && fetch blind "$scratch/data" &&
		diff -r "$scratch/first/$usual" "$scratch/data/$usual" &&
		is_whole "$scratch/data/$usual-2"
}
check 'a second run of that id ends too' ended_with 0
check 'it has a folder of its own, and the first stays as it is' both_are_there
check 'and the machine is reset once' [ "$(grep -ac 'looking for' \
	"$scratch/blind.console")" -eq 1 ]
shows_what_came() {
	grep -q '^invlpg ' "$scratch/data/$usual-2/summary.txt" || return 1
	tr -d '\r' <"$scratch/blind.console" | sed '1,/looking for/d' >"$scratch/shown"
	grep -m 2 . "$scratch/data/$usual-2/summary.txt" | cut -c1-79 >"$scratch/costs"
	grep -cxFf "$scratch/costs" "$scratch/shown" | grep -qx 2 &&
		[ "$(wc -l <"$scratch/shown")" -le 24 ]
}
check 'what came home is shown, on one screen' shows_what_came

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

#!/bin/sh
# Results come home to the stick, from a machine without a serial line and without a
# display.
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
	grep -q ' invlpg first-bare-4k$' "$scratch/data/$usual-2/summary.txt" || return 1
	tr -d '\r' <"$scratch/blind.console" | sed '1,/looking for/d' >"$scratch/shown"
	grep -m 2 . "$scratch/data/$usual-2/summary.txt" | cut -c1-79 >"$scratch/costs"
	grep -cxFf "$scratch/costs" "$scratch/shown" | grep -qx 2 &&
		[ "$(wc -l <"$scratch/shown")" -le 24 ]
}
check 'what came home is shown, on one screen' shows_what_came

finish

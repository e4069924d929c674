#!/bin/sh
# All processors are started; what did not come, or was not asked, is named.
set -eu
. tests/boot.sh

says() { # NAME TEXT
	grep -q "$2" "$scratch/$1.log" && return
	cat "$scratch/$1.log"
	return 1
}

one() { # NAME OPTION...
	boot "$@" --machine pc --only single_op/none
}

clocks_are_known() { # NAME NUMBER...
	name=$1
	shift
	for number; do
		machine "$name" "cpu_${number}_tsc_offset" |
			grep -qE '^lo=-?[0-9]+ hi=-?[0-9]+ rounds=[1-9][0-9]*$' || return 1
	done
}

one eight -a tcg -c 8
check 'eight processors: exit status 0' status_is eight 0
check 'eight processors are started' all_started eight 8
check 'each has a line of its own' [ \
	"$(grep -c '^cpu_[0-7],apic=[0-7] uid=[0-7] package=0 ' "$scratch/eight/machine.csv")" \
	-eq 8 ]
check 'and a clock compared with the first' clocks_are_known eight 1 2 3 4 5 6 7

one two -a icount -c 2
check 'counted instructions, two processors: both are started' all_started two 2
check 'no clock there is behind what another showed' some_rows two selftest.csv \
	'$test == "tsc_sync" && $value == 0 && $verdict == "recorded"'
check 'nor at the end' some_rows two selftest.csv \
	'$test == "tsc_sync_after" && $value == 0 && $verdict == "recorded"'

one ghost -a icount -c 2 --set selftest.plant=ghost_cpu
check 'a processor that never comes: exit status 0' status_is ghost 0
check 'it is found' machine_is ghost cpus_found 3
check 'the others are started' machine_is ghost cpus_started 2
check 'it is named' machine_is ghost cpu_failed_2 \
	'apic=2: did not come though asked twice'
check 'what is measured is there' all_rows ghost results.csv \
	'$status == "ok" || $status == "skipped"'

one odd -v -a icount -c 3 --set selftest.plant=odd_cpu
check 'a processor that takes an exception as it gets ready: exit status 0' \
	status_is odd 0
check 'it is named on the console, with its registers' says odd \
	'#PF, vector 14, error code 0x0, on processor 2 (APIC id 2), while running: start'
check 'and in machine.csv' [ "$(machine odd cpu_failed_2 | sed 's/ rip=.*//')" = \
	'apic=2: took an exception while it got ready vector=14 error=0x0' ]
check 'the other is started' machine_is odd cpus_started 2
check 'and what is measured is there' all_rows odd results.csv \
	'$status == "ok" || $reason == "cycle counter"'

one unfit -a icount -c 3 --set selftest.plant=unfit_cpu
check 'processors without a feature that the first has: exit status 0' status_is unfit 0
for number in 1 2; do
	check "processor $number is named" machine_is unfit "cpu_failed_$number" \
		"apic=$number: no NX bit or one that stays disabled"
done
check 'with one processor the rest is measured' all_rows unfit results.csv \
	'$status == "ok" || $reason == "cycle counter"'

one low -a icount -c 2 --set selftest.plant=no_low_memory
check 'no memory below 1 MiB: exit status 0' status_is low 0
check 'one processor is used' machine_is low cpus_started 1
check 'and it is said why' machine_is low cpus_not_asked_why \
	'no memory below 1 MiB to start them in'

one single -a icount -c 2 --set cpus=1
check 'cpus=1: exit status 0' status_is single 0
check 'the other is left alone' machine_is single cpus_started 1
check 'and that was asked for' machine_is single cpus_not_asked_why 'the option cpus'

one faulted -a icount -c 2 --set selftest.plant=fallen_cpu
check 'a page fault on another processor: exit status 4' status_is faulted 4
check 'it is named, with the processor and what was running' says faulted \
	'#PF, vector 14, error code 0x0, on processor 1 (APIC id 1), while running: single_op/'
check 'rows measured before it are delivered' some_rows faulted results.csv \
	'$status == "ok" && $n == 31'
check 'and none is believed' all_rows faulted results.csv '$believed == ""'

finish

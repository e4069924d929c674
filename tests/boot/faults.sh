#!/bin/sh
# What goes wrong in ring 0 is said, and what was measured before it is kept.
set -eu
. tests/boot.sh

says() { # NAME TEXT
	grep -q "$2" "$scratch/$1.log" && return
	cat "$scratch/$1.log"
	return 1
}

boot pf -a icount -c 1 --machine pc --only single_op --set selftest.plant=pf
check 'a page fault nobody expected: exit status 4' status_is pf 4
check 'it is named, with what was running' \
	says pf 'exception #PF, vector 14, error code 0x0, while running: single_op/'
check 'with the registers' says pf 'RIP [0-9a-f]\{16\} CR2 0000000000000000'
check 'the two rows measured before it are delivered, and no others' [ \
	"$(rows pf results.csv '$status == "ok" && $n == 31' | wc -l)" -eq 2 ]
check 'nothing of it is believed' all_rows pf results.csv '$believed == ""'

boot space -a icount -c 1 --machine pc --only switch/cr3_reload \
	--set selftest.plant=space
check 'a page fault in another address space: exit status 4' status_is space 4
check 'it is named there too' says space \
	'exception #PF, vector 14, error code 0x0, while running: switch/cr3_reload'
check 'its CR3 is not the one that rows run in' [ \
	"$(sed -n 's/.* CR3 \([0-9a-f]*\) .*/\1/p' "$scratch/space.log")" != \
	"$(sed -n 's/.* CR3 \([0-9a-f]*\) .*/\1/p' "$scratch/pf.log")" ]
check 'what was measured before it is delivered' [ \
	"$(rows space results.csv '$status == "ok" && $n == 31' | wc -l)" -eq 2 ]

boot stray -a icount -c 1 --machine pc --only single_op --set selftest.plant=stray
check 'a write to memory that is not ours faults: exit status 4' status_is stray 4
check 'as a write to a page that is present' says stray 'error code 0x3'

boot stack -a icount -c 1 --machine pc --only single_op --set selftest.plant=stack
check 'running over the stack ends in a double fault: exit status 4' \
	says stack 'exception #DF'

boot ebs -a icount -c 1 --machine pc --only single_op --set selftest.plant=ebs
check 'a memory map that changes: a whole run' whole_run ebs
check 'after three tries of ExitBootServices' \
	machine_is ebs exit_boot_services_tries 3

boot memory -a icount -c 1 --machine pc --set selftest.plant=memory
check 'no memory to measure in: exit status 0' status_is memory 0
check 'every row is skipped, and says why' all_rows memory results.csv \
	'$status == "skipped" &&
		$reason ~ /^(memory|cycle counter|pcid|invpcid|invlpgb|rar|tce)$/'
check 'most of them for want of memory' some_rows memory results.csv \
	'$reason == "memory"'
check 'and so is every verification' all_rows memory verify.csv \
	'$verdict == "skipped"'

finish

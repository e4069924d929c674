#!/bin/sh
# The whole program runs on each kind of virtual machine there is here.
set -eu
. tests/boot.sh

boot q35 -a tcg -c 4
check 'q35 with pflash and four processors: a whole run' whole_run q35
check 'four processors are started' all_started q35 4
check 'plain TCG is told by its signature and its slopes' machine_is q35 env tcg

boot pc -a tcg -c 1 --machine pc --only single_op
check 'pc with -bios and one processor: a whole run' whole_run pc
check 'one processor is found' machine_is pc cpus_found 1
check 'and there is nobody to call' some_rows pc selftest.csv \
	'$test == "calls_answered" && $verdict == "skipped"'
check 'nor a clock to compare with' some_rows pc selftest.csv \
	'$test == "tsc_sync" && $verdict == "skipped"'

boot large -a tcg -c 2 --memory 6144 --only single_op
check 'RAM above 4 GiB: a whole run' whole_run large
check 'RAM above 4 GiB: both processors are started' all_started large 2
check 'RAM above 4 GiB is seen' machine_is large memory_end 0x200000000
check 'RAM above 4 GiB: what has to run below it does' all_such_rows large results.csv \
	'$op == "cr0_pg_toggle"' '$status == "ok" || $reason == "cycle counter"'

finish

#!/bin/sh
# A machine that is reset in the middle of a run, by somebody, a watchdog, or because it
# hangs: what was measured by then comes home, and is called incomplete.
set -eu
. tests/stick.sh

stick midway 'run = midway' 'only = single_op/invlpg,refill,range,switch'
attend midway -accel tcg
check 'the first benchmark is done' hears midway ' refill/'
check 'the machine is reset' tell system_reset
check 'the next start brings home what there was, and says what is missing' \
	hears midway 'run midway: INCOMPLETE: the run did not end by itself; the last step that is known is '
check 'and where it is' hears midway 'your results are in'
leave

# The stick was pulled out as soon as that was said.
nothing_was_left_to_write() {
	mcopy -n -o -i "$(partition midway esp)" '::/results/tlbmark-*.run' "$scratch/marker" &&
		grep -qx 'state = delivered' "$scratch/marker" || return 1
	file_systems_are_clean midway
}
check 'and by then all is written' nothing_was_left_to_write

first_benchmark_is_home() {
	fetch midway "$scratch/home" && [ "$(folders midway)" = "$(folders midway esp)" ] ||
		return 1
	set -- "$scratch/home"/*
	grep -q '^single_op,invlpg,.*,ok,' "$1/results.csv" &&
		! grep '^switch,' "$1/results.csv" &&
		[ -s "$1/verify.csv" ] && grep -q '^cpus_started,' "$1/machine.csv"
}

# Nothing that reads it may take it for a whole run.
is_not_whole() {
	! grep '^file_.*_crc32,' "$scratch/home"/*/machine.csv &&
		! grep '^@done' "$scratch/home"/*/console.txt &&
		! "${PYTHON:-/usr/bin/python3}" results/report.py "$scratch/home"/* \
			>"$scratch/report" 2>&1 &&
		grep -q 'results.csv: machine.csv states no row count' "$scratch/report"
}

# Others may have been done before the key was pressed, the last one cannot.
check 'the rows of the first are on both partitions, none of the last' first_benchmark_is_home
check 'none of its files is said to be whole' is_not_whole
finish

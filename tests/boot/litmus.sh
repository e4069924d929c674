#!/bin/sh
# Litmus tests of memory transistency on two processors, in QEMU.
set -eu
. tests/boot.sh

make -s build/host/list
tests=$(build/host/list litmus)

all_are_there() {
	for test in $tests; do
		some_rows two litmus.csv "\$test == \"$test\"" || {
			echo "$test is missing"
			return 1
		}
	done
}

# Each histogram of a test holds its rounds.
counts_are_whole() {
	rows two litmus.csv '$verdict != "skipped"' | awk -F, '
		{ rounds[$1 "," $2] = $4; sum[$1 "," $2] += $6 }
		END { for (test in rounds) if (sum[test] != rounds[test]) print test, sum[test] }
	' >"$scratch/short"
	cat "$scratch/short"
	[ ! -s "$scratch/short" ]
}

verdict_is() { # TEST VERDICT
	all_such_rows two litmus.csv "\$test == \"$1\"" "\$verdict == \"$2\""
}

boot two -c 2 --only 'litmus/*'
check 'two processors: the run ends with 0' status_is two 0
check 'and has every test of the list' all_are_there
check 'and rounds are what their outcomes add up to' counts_are_whole
check 'and no forbidden outcome' no_rows two litmus.csv '$verdict == "forbidden"'
check 'and the self-test says so' all_such_rows two selftest.csv '$test == "litmus"' \
	'$value == 0 && $verdict == "pass"'
for test in mrf1 ipi4_no_invlpg ipi8_no_invlpg ipi5; do
	check "and an old translation is seen: $test" verdict_is "$test" seen
done
for test in ptwalk2 ptwalk2_cr3 ipi4 ipi8 break_before_make; do
	check "and behind an invalidation none is: $test" verdict_is "$test" never
done
check 'and without PCIDs a test says why it was not run' all_such_rows two litmus.csv \
	'$test == "sb_cr3_noflush"' '$verdict == "skipped" && $reason == "no PCIDs"'

boot one -c 1 --only 'litmus/ptwalk2,litmus/ipi4'
check 'one processor: the run ends with 0' status_is one 0
check 'and has the test that needs no other' all_such_rows one litmus.csv \
	'$test == "ptwalk2"' '$verdict == "never" && $distance == "self"'
check 'and says of the other why it was not run' all_such_rows one litmus.csv \
	'$test == "ipi4"' '$verdict == "skipped" && $reason == "one processor"'
check 'and runs no test that was not selected' no_rows one litmus.csv \
	'$test != "ptwalk2" && $test != "ipi4"'
finish

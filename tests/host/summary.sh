#!/bin/sh
# What run.sh says at the end of a run, from the files of one.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. host/summary.sh

out=$scratch/out
# As the program writes it: the words are those of lib/stream/row.c.
heading=$(sed -n 's/.*put_heading(line, "\([^"]*\)".*/ \1/p; s/.*line_put(line, "\(  belief\)").*/\1/p' lib/stream/row.c |
	tr -d '\n')

say() {
	echo "$*"
}

make_run() {
	mkdir "$out"
	{
		echo "single_op$heading"
		echo 'none first-bare 0.000'
		echo 'invpcid_context first-bare  skipped: invpcid'
		echo "ipi$heading"
		echo 'none unicast-hlt-rtt  skipped: one processor'
		echo "lazy$heading"
		echo 'cr3_reload first 7.000'
	} >"$out/summary.txt"
	printf '%s\n' op,verdict a,pass b,fail c,inconclusive d,pass e,kept >"$out/verify.csv"
	printf '%s\n' timing_valid,0 'timing_reason,not hardware' >"$out/machine.csv"
}

make_run
show_summary >"$scratch/said"

is_said() { # LINE
	grep -qxF -- "$1" "$scratch/said" || {
		cat "$scratch/said"
		return 1
	}
}

not_said() { # TEXT
	! grep -F -- "$1" "$scratch/said"
}

check 'what was measured is shown' is_said 'cr3_reload first 7.000'
check 'under its heading' is_said "lazy$heading"
check 'what was skipped is not' not_said 'first-bare  skipped'
check 'and a benchmark that was skipped whole has no heading' not_said "ipi$heading"
check 'it is counted' is_said '2 rows were skipped: 1 one processor, 1 invpcid'
check 'the verification is counted by its verdicts' \
	is_said 'verification: 2 passed, 1 failed, 1 inconclusive'
check 'it is said whether the timing counts' is_said 'the timing is not valid: not hardware'
finish

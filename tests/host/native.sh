#!/bin/sh
# The self-tests of the clock on this processor, in ring 3.  Other programs run beside it,
# so that limits are wide: the narrow ones are for machines that are ours alone.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

program=build/host/selftest
table=$scratch/selftest.csv

run_to() { # FILE OPTION...
	run_file=$1
	shift
	"$program" "$@" >"$run_file" 2>"$scratch/stderr"
}

field() { # TEST COLUMN
	awk -F, -v test="$1" -v column="$2" '$1 == test { print $column }' "$table"
}

has_verdict() { # TEST VERDICT...
	has_found=$(field "$1" 5)
	shift
	for has_wanted; do
		[ "$has_found" != "$has_wanted" ] || return 0
	done
	cat "$table"
	return 1
}

holds() { # AWK-CONDITION on value[TEST]
	awk -F, 'NR > 1 { value[$1] = $2 }
		END { exit !('"$1"') }' "$table" || {
		cat "$table"
		return 1
	}
}

# 0, or 1 for a test that failed: anything else is no answer.
ends_as_it_says() {
	run_to "$table"
	ends_status=$?
	ends_failed=0
	! grep -q ',fail,' "$table" || ends_failed=1
	[ "$ends_status" -eq "$ends_failed" ] && [ ! -s "$scratch/stderr" ]
}

is_whole() { # every test once, in rows of six fields
	cut -d, -f1 "$table" >"$scratch/tests"
	printf '%s\n' test quantum smallest_step empty_window linearity_add linearity_imul \
		imul_to_add wait_overshoot lfence_slope slope_add slope_imul slope_nop \
		slope_lfence cpuid_time | diff - "$scratch/tests" && awk -F, 'NF != 6 { exit 1 }' "$table"
}

# The control is negative: a clock without fences must be seen.  By chance the core's
# frequency may bend the line back, or another program take the processor, so that one
# run that shows it, of three, is enough; a sound clock gets no second try.
unfenced_is_seen() {
	for unfenced_try in 1 2 3; do
		echo "try $unfenced_try"
		! run_to "$scratch/unfenced.csv" --unfenced || continue
		cat "$scratch/unfenced.csv"
		! grep -q '^linearity_imul,.*,fail,' "$scratch/unfenced.csv" || return 0
	done
	return 1
}

compares_25_runs() {
	run_to "$scratch/compare.csv" --compare || return 1
	awk -F, 'NR == 1 { next }
		NF != 3 || $1 != NR - 2 || $2 !~ /^-?[0-9]+$/ || $3 !~ /^-?[0-9]+$/ { exit 1 }
		END { if (NR != 26) exit 1 }' "$scratch/compare.csv"
}

# Few multiplications are told below the step of the clock, where it has one: on average
# nearer to the truth than a tenth of the step, and than a third of what the median is off.
tells_less_than_a_step() {
	run_to "$scratch/steps.csv" --steps || return 1
	awk -F, 'NR == 1 { next }
		{ step = $2; off += $4 > $5 ? $4 - $5 : $5 - $4; rows++
			median += $3 > $5 ? $3 - $5 : $5 - $3 }
		END { exit !(rows == 16 && (step <= 8000 || (off * 10 < rows * step &&
			off * 3 < median))) }' "$scratch/steps.csv" || {
		cat "$scratch/steps.csv"
		return 1
	}
}

refuses() { # OPTION...
	run_to "$scratch/refused" "$@"
	[ $? -eq 2 ] && [ ! -s "$scratch/refused" ] && grep -q '^usage: ' "$scratch/stderr"
}

check 'it is built' make -s build/host/selftest
check 'its status is 1 if a test failed, 0 if none did' ends_as_it_says
check 'every test has its row' is_whole
check 'empty windows cost the same' has_verdict empty_window pass
check 'linearity is judged' has_verdict linearity_add pass fail
check 'of multiplications too' has_verdict linearity_imul pass fail
check 'the TSC has a step' holds 'value["quantum"] > 0'
check 'a multiplication takes 2 to 6 times an addition' \
	holds 'value["imul_to_add"] > 2 && value["imul_to_add"] < 6'
check 'LFENCE costs more than NOP' holds 'value["lfence_slope"] > value["slope_nop"]'
check 'a clock without fences is seen' unfenced_is_seen
check 'nothing against nothing is 25 runs' compares_25_runs
check 'the estimate holds below the step of the clock' tells_less_than_a_step
check 'another option is refused' refuses --fenced
check 'two options are refused' refuses --unfenced --compare
finish

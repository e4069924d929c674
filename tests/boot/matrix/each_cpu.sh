#!/bin/sh
# verify_on = all: every processor is verified, what only others do wrong is seen, and one that
# does not come back costs no more than its own verification.
set -eu
. tests/boot.sh

verified() { # NAME PATTERN COUNT
	[ "$(grep -c "^cpu_[0-9]*_verified,$2" "$scratch/$1/machine.csv")" -eq "$3" ] && return
	grep '_verified,' "$scratch/$1/machine.csv"
	return 1
}

on_all() { # NAME OPTION...
	name=$1
	shift
	boot "$name" -a icount -c 3 --set seed=7 --set verify_on=all "$@"
}

on_all right --only single_op/invlpg,single_op/cr0_pg_toggle
check 'all processors are right: exit status 0' status_is right 0
check 'it is said where the verification was' machine_is right verify_on all
check 'both others have passed the cells of INVLPG' verified right 'passed=11 failed=0 .*' 2
check 'cells that have passed there are no rows' all_rows right verify.csv '$cpu == ""'

on_all others --only single_op/invlpg,single_op/cr3_reload \
	--set selftest.plant=other_broken --set selftest.break=invlpg
check 'what the others do wrong: exit status 1' status_is others 1
check 'each of them fails its cells' verified others 'passed=10 failed=11 .*' 2
check 'and only they, and by INVLPG' all_such_rows others verify.csv '$verdict == "fail"' \
	'$op == "invlpg" && ($cpu == 1 || $cpu == 2) && $stale_after == 200'
check 'the boot processor passes' all_such_rows others verify.csv \
	'$cpu == "" && $op == "invlpg" && $rule == "must" && $stale_control == 200' \
	'$verdict == "pass"'
check 'nobody believes it' all_such_rows others results.csv \
	'$op == "invlpg" && $status == "ok"' '$believed == 0'
check 'another operation is believed' all_such_rows others results.csv \
	'$op == "cr3_reload" && $status == "ok"' '$believed == 1'

# The plant stops each that gets so far: here both others.
boot lost -a tcg -c 3 --set verify_on=all --set selftest.plant=lost_core \
	--only single_op/invlpg,single_op/cr3_reload,single_op/cr4_pge_toggle
check 'one that does not come back: exit status 1' status_is lost 1
check 'it is said' verified lost 'no: its processor did not answer' 2
check 'the boot processor measures all of its own' all_such_rows lost results.csv \
	'$op == "invlpg" && $variant == "marginal-4k"' '$status == "ok" && $believed == 1'

boot typed -a icount -c 2 --set seed=7 --set verify_on=types --only single_op/invlpg
check 'verify_on = types: no other processor is verified' verified typed '.*' 0

finish

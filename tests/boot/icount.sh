#!/bin/sh
# Where an instruction is a fixed number of ticks, every figure is known beforehand:
# with -icount shift=5 it is 32 ticks an instruction.
set -eu
. tests/boot.sh

# Every statistic of the difference is that many ticks.
costs_exactly() { # NAME OP TICKS
	some_rows "$1" results.csv "\$op == \"$2\"" &&
		no_rows "$1" results.csv "\$op == \"$2\" && (\$min != $3 || \$p50 != $3 ||
			\$max != $3 || \$mean != $3 || \$mad != 0 ||
			\$ci99_lo != $3 || \$ci99_hi != $3)"
}

for cpus in 1 4; do
	boot "$cpus" -a icount -c "$cpus" --set seed=7
	check "$cpus processors: a whole run" whole_run "$cpus"
	check "$cpus processors: counted instructions are told by equal slopes" \
		machine_is "$cpus" env tcg_icount
	check "$cpus processors: none nets exactly nothing" costs_exactly "$cpus" none 0
	check "$cpus processors: INVLPG is one instruction" \
		costs_exactly "$cpus" invlpg 32
	check "$cpus processors: MOV CR3 is one instruction" \
		costs_exactly "$cpus" cr3_reload 32
	check "$cpus processors: a PGE toggle is two" \
		costs_exactly "$cpus" cr4_pge_toggle 64
done

boot again -a icount -c 4 --set seed=7
check 'two runs with one seed give the same results.csv' \
	cmp "$scratch/4/results.csv" "$scratch/again/results.csv"
check 'and the same verify.csv' cmp "$scratch/4/verify.csv" "$scratch/again/verify.csv"

boot pages -a icount -c 1 --set pages=1500
check 'a working set of 1500 pages changes nothing here' costs_exactly pages invlpg 32
check 'and is what the rows say' all_rows pages results.csv \
	'$param == "pages" && $value == 1500'

finish

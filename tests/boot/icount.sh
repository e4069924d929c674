#!/bin/sh
# Where an instruction is a fixed number of ticks, every figure is known beforehand:
# with -icount shift=5 it is 32 ticks an instruction.
# usage: icount.sh [large]     large: pages of 1 GiB alone, of which long/icount.sh is made
set -eu
. tests/boot.sh

# Every statistic of the difference is that many ticks, in every variant.
costs_exactly() { # NAME OP TICKS
	one="\$bench == \"single_op\" && \$op == \"$2\" && \$status == \"ok\""
	some_rows "$1" results.csv "$one" &&
		no_rows "$1" results.csv "$one &&
			(\$min != $3 || \$p50 != $3 || \$max != $3 || \$mean != $3 ||
			\$mad != 0 || \$ci99_lo != $3 || \$ci99_hi != $3)"
}

has_variant() { # NAME OP VARIANT
	some_rows "$1" results.csv "\$op == \"$2\" && \$variant == \"$3\" &&
		\$status == \"ok\""
}

test_is() { # NAME TEST VALUE VERDICT
	some_rows "$1" selftest.csv "\$test == \"$2\" && \$value == $3 &&
		\$verdict == \"$4\""
}

with_a_gib() {
	boot large -a icount -c 1 --memory 6144 --only single_op/invlpg --set pages=1500 \
		--set raw=1 -p quick
	check 'with a GiB of RAM INVLPG of a 1 GiB page is one instruction' \
		costs_exactly large invlpg 32
	check 'first and marginal' has_variant large invlpg marginal-1g
	check 'a working set of 1500 pages is what the rows say' all_rows large results.csv \
		'$param != "pages" || $value == 1500'
	check 'raw=1 sends every sample' some_rows large samples.csv '$pair == 100'
	check 'whose differences are the cost' no_rows large samples.csv \
		'($b - $a) / $divisor != 32'

	boot giant -a icount -c 1 --memory 6144 --only 'refill/none,tlb_size'
	check 'with a GiB of its own, 1 GiB pages have their refill' some_rows giant results.csv \
		'$variant == "1g-random-warm-dense-large" && $status == "ok"'
	check 'and the TLB its size for them' some_rows giant results.csv \
		'$variant == "data-1g" && $status == "ok"'
	check 'what CPUID says of the TLB is told' \
		machine_is giant tlb_l2_data_4k_entries 512
}

[ $# -eq 0 ] || { with_a_gib; finish; exit; }

for cpus in 1 4; do
	only=single_op
	[ "$cpus" -ne 1 ] || only=$only,refill,walks,range,switch,policy,tlb_size,pcid_capacity
	boot "$cpus" -a icount -c "$cpus" --set seed=7 --only "$only"
	check "$cpus processors: a whole run" whole_run "$cpus"
	check "$cpus processors: all are started" machine_is "$cpus" cpus_started "$cpus"
	check "$cpus processors: counted instructions are told by equal slopes" \
		machine_is "$cpus" env tcg_icount
	check "$cpus processors: none nets exactly nothing" costs_exactly "$cpus" none 0
	check "$cpus processors: INVLPG is one instruction" \
		costs_exactly "$cpus" invlpg 32
	check "$cpus processors: MOV CR3 is one instruction" \
		costs_exactly "$cpus" cr3_reload 32
	check "$cpus processors: a PGE toggle is two" \
		costs_exactly "$cpus" cr4_pge_toggle 64
	check "$cpus processors: setting SMEP is one, its clearing taken off" \
		all_such_rows "$cpus" results.csv '$op == "cr4_smep_set" &&
			$bench == "single_op" && $variant ~ /^first/ && $status == "ok"' \
		'$min == 32 && $p50 == 32 && $max == 32'
	check "$cpus processors: many times it is two" \
		all_such_rows "$cpus" results.csv '$op == "cr4_smep_set" &&
			$variant ~ /^marginal/ && $status == "ok"' \
		'$min == 64 && $p50 == 64 && $max == 64'
	check "$cpus processors: a toggle of paging is five, the far transfers taken off" \
		costs_exactly "$cpus" cr0_pg_toggle 160
	check "$cpus processors: chains are exactly linear" \
		test_is "$cpus" linearity_imul 0 pass
	check "$cpus processors: operations add up exactly" \
		test_is "$cpus" additive_invlpg 2 pass
	check "$cpus processors: a row differs from itself by nothing" \
		test_is "$cpus" a_a_limit 0 recorded
	check "$cpus processors: an NMI discards the block it fell into" \
		test_is "$cpus" interrupt_discarded 32 pass
done
check "nothing is refilled where nothing is cached" \
	all_such_rows 1 results.csv \
	'$bench ~ /^(refill|tlb_size)$/ && $status == "ok"' \
	'$min == 0 && $p50 == 0 && $max == 0'
check "nor walked for, whatever is met" \
	all_such_rows 1 results.csv '$bench == "walks" && $status == "ok" && $unit == "ticks"' \
	'$min == 0 && $p50 == 0 && $max == 0'
check "a page made writable is stored to without a fault" \
	all_such_rows 1 results.csv '$variant ~ /^store-upgrade-.*-faults$/' '$max == 0'
check "a range is a loop of four instructions a page" \
	all_such_rows 1 results.csv \
	'$bench == "range" && $variant ~ /^range-/ && $status == "ok"' \
	'$min == 32 * (1 + 4 * $value) && $max == $min && $mean == $min'
check "no place of a range contradicts the two beside it, and the ends have no two" \
	all_such_rows 1 results.csv \
	'$bench == "range" && $variant ~ /^range-/ && $status == "ok" && $outlier != ""' \
	'$outlier == 0'
check "a page, a space, and everything have none" \
	all_such_rows 1 results.csv \
	'$bench == "range" && $variant ~ /^(page|space|all)-/ && $status == "ok"' \
	'$p50 == ($op == "cr4_pge_toggle" ? 64 : 32) && $max == $min'
check "switches load what they must, and policies" \
	"${PYTHON:-/usr/bin/python3}" tests/boot/switches.py \
	"$scratch/1/results.csv" 32 7
for variant in first-bare-4k first-bare-4k-absent first-bare-4k-global first-bare-2m \
	marginal-2m first-bare-4k-stores64 first-incl-4k-code first-incl-4k-stack \
	first-incl-4k-data; do
	check "INVLPG has the variant $variant" has_variant 1 invlpg "$variant"
done

boot again -a icount -c 4 --set seed=7 --only single_op
check 'two runs with one seed give the same results.csv' \
	cmp "$scratch/4/results.csv" "$scratch/again/results.csv"
check 'and the same verify.csv' cmp "$scratch/4/verify.csv" "$scratch/again/verify.csv"
# But for a few ppm between timers: QEMU may give another processor its turn while one is read.
same_selftests() {
	for name in 4 again; do
		grep -v '^timers,' "$scratch/$name/selftest.csv" >"$scratch/$name/tests"
	done
	cmp "$scratch/4/tests" "$scratch/again/tests"
}
check 'and the same selftest.csv' same_selftests
check 'and the same canary.csv' cmp "$scratch/4/canary.csv" "$scratch/again/canary.csv"

finish

#!/bin/sh
# Bochs, where one instruction is one tick, and which keeps the global entries that the
# manual lets MOV CR3 keep.
set -eu
. tests/boot.sh

costs_exactly() { # OP TICKS
	all_such_rows one results.csv \
		"\$bench == \"single_op\" && \$op == \"$1\" && \$status == \"ok\"" \
		"\$min == $2 && \$p50 == $2 && \$max == $2 && \$mean == $2 &&
		\$mad == 0 && \$ci99_lo == $2 && \$ci99_hi == $2"
}

verdict_is() { # OP ENTRY VERDICT
	all_such_rows one verify.csv "\$op == \"$1\" && \$entry == \"$2\"" \
		"\$verdict == \"$3\""
}

boot one -e bochs -c 1 --set seed=7
check 'Bochs: a whole run' whole_run one
check 'it is told by its equal slopes, without a signature' machine_is one env bochs
check 'none nets exactly nothing' costs_exactly none 0
check 'INVLPG is one instruction' costs_exactly invlpg 1
check 'MOV CR3 is one instruction' costs_exactly cr3_reload 1
check 'a PGE toggle is two' costs_exactly cr4_pge_toggle 2
check 'MOV CR3 keeps a global entry' verdict_is cr3_reload global_4k kept
check 'and its neighbour' verdict_is cr3_reload global_neighbour kept
check 'and drops others' verdict_is cr3_reload page_4k pass
for op in invpcid_address invpcid_context invpcid_all_non_global; do
	check "$op keeps a global entry" verdict_is $op global_4k kept
	check "$op keeps its neighbour" verdict_is $op global_neighbour kept
done
for op in invpcid_all_global cr4_pge_toggle cr0_pg_toggle; do
	check "$op drops a global entry" verdict_is $op global_4k pass
	check "$op drops its neighbour" verdict_is $op global_neighbour pass
done
check 'the accessed bit says the same of every entry' witnesses_agree one
check 'of what is kept as well' some_rows one verify.csv \
	'$entry ~ /_accessed$/ && $verdict == "kept"'
# Nothing here is tagged by PCID, no upper level is cached, and there is no GiB to spare.
check 'all must cells pass that can be shown here' all_such_rows one verify.csv \
	'$rule == "must" && $entry !~ /^(psc.*|(code_)?(target|other)_pcid|page_1g)$/ &&
	$verdict != "skipped"' '$verdict == "pass"'

check 'all that needs PCIDs is measured' all_such_rows one results.csv \
	'$variant ~ /pcid/ || $bench == "pcid_capacity"' \
	'$status == "ok" || $reason ~ /^(cycle counter|invlpgb|rar|no own GiB of RAM|one processor)$/'
check 'a range with page-table isolation is eight instructions a page' \
	all_such_rows one results.csv '$variant ~ /^pti-4k-/' \
	'$min == 3 + 8 * $value && $max == $min'
check 'a full flush of both PCIDs is two, or a pass of the loop' \
	all_such_rows one results.csv '$variant ~ /^pti-space-/' \
	'$min == ($op == "cr3_pcid_flush" ? 2 : 11) && $max == $min'
check 'INVLPG is measured with PCIDs too, page by page' \
	all_such_rows one results.csv '$op == "invlpg" && $variant ~ /^range-4k-pcide-/' \
	'$min == 1 + 4 * $value && $max == $min'
check 'switches load and flush what they must, and policies, by whatever way' \
	"${PYTHON:-/usr/bin/python3}" tests/boot/switches.py \
	"$scratch/one/results.csv" 1 7
check 'nothing stays of any PCID, and nothing is cached that would cost' \
	all_such_rows one results.csv '$bench == "pcid_capacity"' \
	'$min == 0 && $max == 0'

finish

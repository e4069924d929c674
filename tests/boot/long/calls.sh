#!/bin/sh
# Shootdowns and lazy TLB mode on more processors.
set -eu
. tests/boot.sh

calls='ipi,shootdown,lazy'

# A host of two processors has not enough for some to be busy.
busy='too many busy processors for an emulator'

# Medians alone, of rows in which all others are halted: QEMU runs processors in turn, and
# now and then the host has it give one its turn in the middle of a window.  The boot
# processor is not halted while another sends; oneway has a part of the offset of clocks.
halted_medians() { # NAME
	rows "$1" results.csv '$status == "ok" && ($variant ~ /-hlt/ || $variant == "local") &&
		$variant !~ /-oneway|-from[1-9]/ { print $bench, $op, $variant, $value, $targets, $p50 }'
}
same_medians() { # NAME NAME
	for name; do
		halted_medians "$name" >"$scratch/$name/medians"
	done
	cmp "$scratch/$1/medians" "$scratch/$2/medians"
}
for name in halted again; do
	boot "$name" -a icount -c 4 --machine pc --set seed=7 \
		--only 'ipi,shootdown/cr3_reload,lazy'
	check "four processors, instructions counted ($name): all is measured" \
		calls_measured "$name" "$busy"
done
check 'two runs with one seed give the same where others are halted' \
	same_medians halted again
for bench in ipi shootdown lazy; do
	check "rows of $bench are among them" some_rows halted results.csv \
		"\$bench == \"$bench\" && \$variant ~ /-hlt/ && \$status == \"ok\""
done

for cpus in 8 16; do
	boot "$cpus" -a tcg -c "$cpus" --machine pc --only "$calls"
	check "$cpus processors: all is measured, no word is stale, no call is lost" \
		calls_measured "$cpus" "$busy"
	for targets in 1 2 4 $((cpus - 1)); do
		check "$cpus processors: a shootdown on $targets others" some_rows "$cpus" \
			results.csv "\$bench == \"shootdown\" && \$status == \"ok\" &&
			\$targets == $targets"
	done
done
check '16 processors: each calls each' [ "$(rows 16 results.csv \
	'$param == "to" && $status == "ok"' | wc -l)" -eq 240 ]

boot bochs -e bochs -c 4 --only "$calls"
check 'Bochs, four processors: all is measured, with PCIDs and x2APIC' calls_measured bochs "$busy"

finish

#!/bin/sh
# Shootdowns and lazy TLB mode on more processors.
set -eu
. tests/boot.sh

calls='ipi,shootdown,lazy'

# A host of two processors has not enough for some to be busy.
all_measured() { # NAME
	status_is "$1" 0 && all_rows "$1" results.csv '($status == "ok" && $n > 0) ||
		$reason ~ /^(mwait|x2apic|pcid|invpcid|invlpgb|TSC offset is .*)$/ ||
		$reason == "too many busy processors for an emulator"'
}

for cpus in 8 16; do
	boot "$cpus" -a tcg -c "$cpus" --machine pc --only "$calls"
	check "$cpus processors: all is measured, no word is stale, no call is lost" \
		all_measured "$cpus"
	for targets in 1 2 4 $((cpus - 1)); do
		check "$cpus processors: a shootdown on $targets others" some_rows "$cpus" \
			results.csv "\$bench == \"shootdown\" && \$status == \"ok\" &&
			\$targets == $targets"
	done
done
check '16 processors: each calls each' [ "$(rows 16 results.csv \
	'$param == "to" && $status == "ok"' | wc -l)" -eq 240 ]

boot bochs -e bochs -c 4 --only "$calls"
check 'Bochs, four processors: all is measured, with PCIDs and x2APIC' all_measured bochs

finish

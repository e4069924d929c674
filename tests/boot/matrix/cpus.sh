#!/bin/sh
# As many processors as the emulators have.
set -eu
. tests/boot.sh

for cpus in 16 64 128; do
	boot "$cpus" -a tcg -c "$cpus" --machine pc --only single_op/none --timeout 300
	check "$cpus processors: exit status 0" status_is "$cpus" 0
	check "$cpus processors are started" all_started "$cpus" "$cpus"
done

# Without MWAIT, which run.sh takes away, firmware's own processors do not burn the host.
began=$(date +%s)
boot 255 -a tcg -c 255 --machine pc --only single_op/none --timeout 300
seconds=$(($(date +%s) - began))
check '255 processors: exit status 0' status_is 255 0
check '255 processors are started' all_started 255 255
check "and it takes less than 60 s: $seconds" [ $seconds -lt 60 ]

for cpus in 4 8; do
	boot "bochs$cpus" -e bochs -c "$cpus" --only single_op/none
	check "Bochs, $cpus processors: exit status 0" status_is "bochs$cpus" 0
	check "Bochs, $cpus processors are started" all_started "bochs$cpus" "$cpus"
	check "Bochs, $cpus: without ACPI, by the MP services" \
		machine_is "bochs$cpus" cpus_source 'MP services'
done

boot icount -a icount -c 4 --only single_op/none --set seed=7
boot again -a icount -c 4 --only single_op/none --set seed=7
check 'counted instructions, four processors: all are started' all_started icount 4
check 'a second run gives the same results.csv' \
	cmp "$scratch/icount/results.csv" "$scratch/again/results.csv"

finish

#!/bin/sh
# As many processors as the emulators have.
set -eu
. tests/boot.sh

# Processor seconds of what was waited for so far: how loaded the host is does not matter.
seconds() {
	times >"$scratch/times"
	awk 'NR == 2 { split($0, part, /[ms ]+/)
		print int((part[1] + part[3]) * 60 + part[2] + part[4]) }' "$scratch/times"
}

# All that can be had in QEMU is measured; a host of two processors has not enough for
# some to be busy.
all_measured() { # NAME
	status_is "$1" 0 && all_rows "$1" results.csv '($status == "ok" && $n > 0) ||
		$reason ~ /^(mwait|x2apic|pcid|invpcid|invlpgb|rar|tce|cycle counter)$/ ||
		$reason ~ /^(no (whole|own) GiB of RAM|no other thread of its core|TSC offset is .*)$/ ||
		$reason ~ /^(too many busy processors for an emulator|calls come too late)$/' &&
		no_rows "$1" verify.csv '$verdict == "fail"'
}

# 1, 2, 4 ... and all: no stale word, no lost interrupt, or the row would have failed.
shot_down_on_each_count() { # NAME OTHERS
	targets=1
	while [ $targets -le "$2" ]; do
		some_rows "$1" results.csv "\$bench == \"shootdown\" &&
			\$targets == $targets && \$status == \"ok\"" || {
			echo "no shootdown on $targets"
			return 1
		}
		[ $targets -lt "$2" ] || break
		targets=$((targets * 2 < $2 ? targets * 2 : $2))
	done
}

# Without MWAIT, which run.sh takes away, firmware's own processors do not burn the host.
for cpus in 16 64 128 255; do
	began=$(seconds)
	boot "$cpus" -a tcg -c "$cpus" --machine pc --timeout 900
	took=$(($(seconds) - began))
	check "$cpus processors are started" all_started "$cpus" "$cpus"
	check "$cpus processors: a smoke run, no word is stale, no call is lost" \
		all_measured "$cpus"
	check "$cpus processors: shootdowns on 1, 2, 4 ... others" \
		shot_down_on_each_count "$cpus" $((cpus - 1))
done
check "255 processors take less than 60 s of a processor: $took" [ "$took" -lt 60 ]

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

#!/bin/sh
# An NMI from outside in the middle of a run is counted and discards what it fell into.
set -eu
. tests/stick.sh

# Rows of results.csv with samples that were discarded for an interrupt.
discarded() {
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["discard_irq"] > 0 && $column["status"] == "ok" && $column["n"] > 0 {
			found = 1
		}
		END { exit !found }' "$scratch/run/results.csv"
}

delivered() {
	ended_with 0 && mkdir "$scratch/run" &&
		build/host/capture --out "$scratch/run" <"$scratch/nmi.console"
}

stick nmi 'run = nmi' 'profile = default' 'only = single_op/none' 'transport = serial'
trap '' PIPE # the machine may end before its monitor is asked
mkfifo "$scratch/monitor"
(
	# Only while rows are measured: nobody else takes it well.
	tries=600
	while [ $tries -gt 0 ] && ! says nmi '@progress 2 ' >/dev/null 2>&1; do
		tries=$((tries - 1))
		sleep 0.2
	done
	for _ in 1 2 3; do
		echo nmi
		sleep 0.2
	done
) >"$scratch/monitor" 2>/dev/null &
monitor=$scratch/monitor start nmi -accel tcg -smp 2 -monitor stdio
wait
check 'NMIs while rows are measured: a whole run' delivered
check 'samples that one fell into are discarded, others are there' discarded
check 'they are counted' grep -q '^nmis_stray,[1-9]' "$scratch/run/machine.csv"
finish

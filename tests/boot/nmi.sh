#!/bin/sh
# An NMI from outside in the middle of a run is counted and discards what it fell into;
# with paging off, for whose operation it is held, it ends nothing.
set -eu
. tests/stick.sh

# Of rows of results.csv whose fields an awk expression holds for: how many.
count() { # EXPRESSION
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		{
			status = $column["status"]
			reason = $column["reason"]
			discarded = $column["discard_irq"]
		}
		'"$1"' { n++ }
		END { print n + 0 }' "$scratch/run/results.csv"
}

# On a loaded host one may fall into every block of a row, and the run says so.
delivered() {
	{ [ "$status" -eq 1 ] || ended_with 1; } && mkdir "$scratch/run" &&
		{ build/host/capture --out "$scratch/run" <"$scratch/nmi.console" || [ $? -eq 1 ]; } &&
		[ "$(count 'status !~ /^(ok|skipped)$/ &&
			reason != "every sample was discarded"')" -eq 0 ] &&
		[ "$(count 'status == "ok"')" -gt 20 ]
}

found_discarded() {
	[ "$(count 'discarded > 0 || reason == "every sample was discarded"')" -gt 0 ]
}

stick nmi 'run = nmi' 'profile = quick' 'only = single_op' 'transport = serial'
trap '' PIPE # the machine may end before its monitor is asked
mkfifo "$scratch/monitor"
(
	# Not before the firmware is left: it does not take them well.
	tries=600
	while [ $tries -gt 0 ] && ! says nmi '@progress 2 ' >/dev/null 2>&1; do
		tries=$((tries - 1))
		sleep 0.2
	done
	# Until the machine has ended.
	tries=600
	while [ $tries -gt 0 ] && echo nmi; do
		tries=$((tries - 1))
		sleep 0.2
	done
) >"$scratch/monitor" 2>/dev/null &
sender=$!
monitor=$scratch/monitor start nmi -accel tcg -smp 2 -monitor stdio
wait $sender || :
check 'NMIs while rows are measured: all is delivered' delivered
check 'samples that one fell into are discarded' found_discarded
check 'they are counted' grep -q '^nmis_stray,[1-9]' "$scratch/run/machine.csv"
finish

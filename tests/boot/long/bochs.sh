#!/bin/sh
# Bochs: two processors, every operation broken at once, and two machines side by side.
set -eu
. tests/boot.sh
. tests/tree.sh

# With x2APIC and PCIDs, which QEMU has not without KVM.
boot two -e bochs -c 2 --set seed=7 \
	--only 'single_op/invlpg,ipi,shootdown/invlpg,shootdown/invpcid_context,lazy'
check 'two processors: a whole run' whole_run two
check 'both are started' all_started two 2
check 'what each runs in is global: full flushes do not pay for it' some_rows two \
	selftest.csv '$test == "own_pages_local" && $value == 0 && $verdict == "pass"'
check 'they are known by the MP services' machine_is two cpus_source 'MP services'
measured() { # VARIANT
	some_rows two results.csv "\$variant == \"$1\" && \$status == \"ok\""
}
for variant in unicast-hlt-rtt-machine-xapic unicast-hlt-rtt-machine-x2apic \
	cluster-hlt-rtt-x2apic unicast-mwait20-rtt-machine-xapic \
	store-mwait0-rtt-machine-xapic armed-mwait0-rtt-machine-xapic store-mwait20-rtt-machine-x2apic \
	unicast-hlt-oneway-machine-x2apic cluster-late-alongside-own-hlt \
	unicast-late-alongside-own-hlt-pcide-otherpcid together-lock-hlt-pcide-otherpcid; do
	check "two processors: $variant is measured" measured "$variant"
done
check 'a store alone wakes who monitors its line, each time' some_rows two selftest.csv \
	'$test == "store_wakes_lost" && $value == 0 && $verdict == "pass"'
check 'most of those between MONITOR and MWAIT came there' some_rows two selftest.csv \
	'$test == "store_wakes_between" && $value >= 90'

boot bochs -e bochs -c 1 --only single_op --set selftest.break=each
check 'each broken in Bochs: exit status 1' status_is bochs 1
check 'each broken in Bochs: of every operation, and its rows are not believed' \
	each_is_found bochs cr3_reload cr3_pcid_flush invlpg invpcid_address \
	invpcid_context invpcid_all_global invpcid_all_non_global cr4_pge_toggle \
	cr4_smep_set cr0_pg_toggle
check 'each broken in Bochs: nothing is believed' no_rows bochs results.csv \
	'$believed == 1'

# One at a time, of those that QEMU has not, or shows nothing of; one half at each commit.
for op in $(printf '%s\n' invpcid_address invpcid_context invpcid_all_global \
	invpcid_all_non_global cr3_pcid_flush cr4_smep_set | one_in 2); do
	boot "$op" -e bochs -c 1 --only single_op --set "selftest.break=$op"
	check "$op broken in Bochs: exit status 1" status_is "$op" 1
	check "$op broken in Bochs: all its must cells fail that show anything" \
		all_such_rows "$op" verify.csv \
		"\$op == \"$op\" && \$rule == \"must\" && \$verdict !~ /^(skipped|inconclusive)\$/ &&
			\$entry !~ /^(no_)?fault/" '$verdict == "fail"'
	check "$op broken in Bochs: its rows are not believed" all_such_rows "$op" \
		results.csv "\$op == \"$op\" && \$status == \"ok\"" '$believed == "0"'
	check "$op broken in Bochs: no cell of another operation fails" \
		no_rows "$op" verify.csv "\$op != \"$op\" && \$verdict == \"fail\""
done

# More processes than PCIDs, which only longer profiles have.
boot many -e bochs -c 1 --memory 1024 -p default --only policy/invpcid_context \
	--timeout 900
check 'thousands of processes share PCIDs: exit status 0' status_is many 0
check 'all their rows are measured, those past 4095 too' all_such_rows many results.csv \
	'$bench == "policy"' '$status == "ok"'
check 'a PCID each runs out, and is recycled' all_such_rows many results.csv \
	'$value == 5000 && $variant ~ /-perprocess-flushes$/' '$p50 > 0'
check 'nothing stays that must go' no_rows many verify.csv '$verdict == "fail"'

# QEMU has one clock for all its processors.
boot moved -e bochs -c 2 --only ipi --set selftest.plant=moved_clock
check 'a clock that moved: what it says of the way is taken back' some_rows moved \
	results.csv '$variant ~ /-oneway-.*-xapic$/ &&
		$reason == "TSC offset is not what it was"'
check 'and no such row is left' no_rows moved results.csv \
	'$variant ~ /-oneway-/ && $status == "ok"'
check 'all else is measured' all_such_rows moved results.csv \
	'$variant !~ /-oneway-/' '$status == "ok" || $reason ~ /^(x2apic|no other thread of its core)$/'

# The others sleep on: they are woken by an interrupt, and nothing hangs.
boot deaf -e bochs -c 2 --only ipi --set selftest.plant=lost_store
check 'stores that wake nobody: exit status 1' status_is deaf 1
check 'stores that wake nobody are counted' some_rows deaf selftest.csv \
	'$test == "store_wakes_lost" && $value > 0 && $verdict == "fail"'
check 'rows that wake by stores fail, and say why' all_such_rows deaf results.csv \
	'$variant ~ /^(store|armed)-/' \
	'$status == "failed" && $reason ~ /^[0-9]+ of [0-9]+ stores woke nobody$/ ||
	$reason == "x2apic"'
check 'all others are measured' all_such_rows deaf results.csv \
	'$variant !~ /^(store|armed)-/' '$status == "ok" || $reason ~ /^(x2apic|no other thread of its core)$/'

# Side by side, as two users may have them.
(boot again -e bochs -c 1 --only single_op --set seed=7) &
boot one -e bochs -c 1 --only single_op --set seed=7
wait
check 'Bochs: a whole run' whole_run one
check 'another machine at its side gives the same results.csv' \
	cmp "$scratch/one/results.csv" "$scratch/again/results.csv"
check 'and the same verify.csv' cmp "$scratch/one/verify.csv" "$scratch/again/verify.csv"

finish

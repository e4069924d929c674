#!/bin/sh
# What goes wrong in calls, shootdowns and lazy TLB mode is noticed; and two runs with one
# seed give the same.
set -eu
. tests/boot.sh

boot unresponsive -a tcg -c 3 --machine pc --only 'shootdown/invlpg,lazy' \
	--set selftest.plant=mute_cpu
check 'a processor that does not answer: exit status 1' status_is unresponsive 1
check 'the row says which' some_rows unresponsive results.csv \
	'$status == "timeout" && $reason == "processor 2 did not answer"'
check 'it is given up in machine.csv' machine_is unresponsive cpus_lost 1
check 'rows without it are measured' all_such_rows unresponsive results.csv \
	'$bench == "shootdown" && $targets < 2' \
	'$status == "ok" || $reason ~ /^(x2apic|pcid|rar|no other thread of its core)$/'
check 'and those with it are not' all_such_rows unresponsive results.csv \
	'$bench == "shootdown" && $targets == 2' '$status != "ok"'
check 'what comes behind is measured with the others' all_such_rows unresponsive results.csv \
	'$bench == "lazy"' '$status == "ok" && $targets == 1'

boot skips_flush -a tcg -c 3 --machine pc --only 'shootdown/invlpg,lazy' \
	--set selftest.plant=missing_flush
check 'a processor that drops nothing: exit status 1' status_is skips_flush 1
check 'each row that asks it alone has stale words' all_such_rows skips_flush results.csv \
	'$bench == "shootdown" && $targets == 2 && $param == "pages"' \
	'$reason ~ /^(stale words|x2apic|pcid|rar|no other thread of its core)$/'
check 'and its stores land through the old entry' some_rows skips_flush selftest.csv \
	'$test == "shootdown_stores_late" && $value > 0 && $verdict == "fail"'
check 'and so have requests when it is awake' all_such_rows skips_flush results.csv \
	'$variant ~ /^(mask|generation)-(first|next)-hlt/ && $value < 2' '$status == "failed"'
check 'rows without it have none' all_such_rows skips_flush results.csv \
	'$bench == "shootdown" && $targets < 2' \
	'$status == "ok" || $reason ~ /^(x2apic|pcid|rar|no other thread of its core)$/'

boot stray -a icount -c 2 --machine pc --only ipi --set selftest.plant=stray_nmi
check 'an NMI to another processor while a row is measured discards its block' [ \
	"$(rows stray results.csv '$discard_irq > 0' | wc -l)" -eq 1 ]
check 'it is counted' machine_is stray nmis_stray 1
check 'and all rows are measured' calls_measured stray

boot broken -a icount -c 2 --machine pc --only 'shootdown/invlpg' \
	--set selftest.break=invlpg
check 'INVLPG that does nothing: exit status 1' status_is broken 1
check 'leaves stale words everywhere' all_such_rows broken results.csv \
	'$param == "pages" && $reason !~ /^(x2apic|pcid|rar|no other thread of its core)$/' '$reason == "stale words"'

for name in halted again; do
	boot "$name" -a icount -c 2 --machine pc --only 'shootdown/cr3_reload,lazy' \
		--set seed=7
done
# Medians alone: who waits for the other is not halted, and QEMU, which runs them in turn,
# may give it its turn in the middle of a window.
same_medians() { # NAME NAME
	for name; do
		cut -d, -f1-9,19 "$scratch/$name/results.csv" >"$scratch/$name/medians"
	done
	cmp "$scratch/$1/medians" "$scratch/$2/medians"
}
check 'two runs with one seed give the same' same_medians halted again

finish

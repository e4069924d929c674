#!/bin/sh
# Interrupts to other processors, TLB shootdowns and lazy TLB mode, on two and four
# processors; and that what goes wrong there is noticed.
set -eu
. tests/boot.sh

calls='ipi,shootdown,lazy'

# Measured, or not to be had in QEMU; no stale word, nothing lost.
all_measured() { # NAME
	status_is "$1" 0 && all_rows "$1" results.csv '($status == "ok" && $n > 0) ||
		$reason ~ /^(mwait|x2apic|pcid|invpcid|invlpgb|TSC offset is .*)$/'
}

shot_down_on() { # NAME TARGETS
	some_rows "$1" results.csv "\$bench == \"shootdown\" && \$op == \"invlpg\" &&
		\$variant == \"unicast-late-before-own-hlt\" && \$targets == $2 &&
		\$status == \"ok\""
}

boot four -a tcg -c 4 --machine pc --only "$calls"
check 'four processors: all is measured, no word is stale, no call is lost' \
	all_measured four
for which in lost doubled; do
	check "no interrupt was $which, and that is told" some_rows four selftest.csv \
		"\$test == \"interrupts_$which\" && \$value == 0 && \$verdict == \"pass\""
done
for targets in 1 2 3; do
	check "a shootdown on $targets others" shot_down_on four "$targets"
done
check 'every processor calls every other' [ "$(rows four results.csv \
	'$param == "to" && $status == "ok"' | wc -l)" -eq 12 ]
check 'who sends in place of the boot processor is as awake as that is' some_rows four \
	selftest.csv '$test == "senders_awake" && $value >= 20 && $verdict == "recorded"'
check 'a row says how far its targets are, and one without targets does not' all_rows four \
	results.csv '($status != "ok") || ($targets == "") == ($farthest == "")'
check 'a row for each way to reach them, and the controls' [ "$(rows four results.csv \
	'$bench == "ipi" && $status == "ok" { print $variant }' | sed 's/-.*//' | sort -u |
	tr '\n' ' ')" = 'dry nmi poll self shorthand unicast ' ]
check 'no call at all costs nothing' all_such_rows four results.csv \
	'$variant == "dry-rtt-xapic"' '$ci99_lo <= 0 && $ci99_hi >= 0'
check 'two, four and all begin at once, under a lock and without' [ "$(rows four \
	results.csv '$param == "initiators" && $op == "invlpg" && $status == "ok"' |
	wc -l)" -eq 4 ]
check 'without a shootdown words are stale: a missing flush would have been seen' \
	some_rows four selftest.csv '$test == "shootdown_shown" && $value >= 95'
check 'stores go on through the old entry: a late one would have been seen' \
	some_rows four selftest.csv '$test == "shootdown_stores_shown" && $value >= 95'
check 'behind a shootdown none does' some_rows four selftest.csv \
	'$test == "shootdown_stores_late" && $value == 0 && $verdict == "pass"'
check 'nor would lazy ones have missed theirs unseen' \
	some_rows four selftest.csv '$test == "lazy_shown" && $value >= 95'
check 'so each such row is believed' all_such_rows four results.csv \
	'$bench ~ /^(shootdown|lazy)$/ && $status == "ok"' '$believed == 1'
check 'lazy ones save all interrupts but the first: 7 of 8 each' all_such_rows four \
	results.csv '$variant == "saved-hlt"' \
	'$unit == "count" && $min == 7 * $value && $max == 7 * $value'

boot mute -a tcg -c 3 --machine pc --only 'shootdown/invlpg,lazy' \
	--set selftest.plant=mute_cpu
check 'a processor that does not answer: exit status 1' status_is mute 1
check 'the row says which' some_rows mute results.csv \
	'$status == "timeout" && $reason == "processor 2 did not answer"'
check 'it is given up in machine.csv' machine_is mute cpus_lost 1
check 'rows without it are measured' all_such_rows mute results.csv \
	'$bench == "shootdown" && $targets < 2' \
	'$status == "ok" || $reason == "x2apic"'
check 'and those with it are not' all_such_rows mute results.csv \
	'$bench == "shootdown" && $targets == 2' '$status != "ok"'
check 'what comes behind is measured with the others' all_such_rows mute results.csv \
	'$bench == "lazy"' '$status == "ok" && $targets == 1'

boot careless -a tcg -c 3 --machine pc --only 'shootdown/invlpg,lazy' \
	--set selftest.plant=missing_flush
check 'a processor that drops nothing: exit status 1' status_is careless 1
check 'each row that asks it alone has stale words' all_such_rows careless results.csv \
	'$bench == "shootdown" && $targets == 2 && $param == "pages"' \
	'$reason ~ /^(stale words|x2apic)$/'
check 'and its stores land through the old entry' some_rows careless selftest.csv \
	'$test == "shootdown_stores_late" && $value > 0 && $verdict == "fail"'
check 'and so have requests when it is awake' all_such_rows careless results.csv \
	'$variant ~ /^(first|next)/ && $value < 2' '$status == "failed"'
check 'rows without it have none' all_such_rows careless results.csv \
	'$bench == "shootdown" && $targets < 2' \
	'$status == "ok" || $reason == "x2apic"'

boot stray -a icount -c 2 --machine pc --only ipi --set selftest.plant=stray_nmi
check 'an NMI to another processor while a row is measured discards its block' [ \
	"$(rows stray results.csv '$discard_irq > 0' | wc -l)" -eq 1 ]
check 'it is counted' machine_is stray nmis_stray 1
check 'and all rows are measured' all_measured stray

boot broken -a icount -c 2 --machine pc --only 'shootdown/invlpg' \
	--set selftest.break=invlpg
check 'INVLPG that does nothing: exit status 1' status_is broken 1
check 'leaves stale words everywhere' all_such_rows broken results.csv \
	'$param == "pages" && $reason != "x2apic"' '$reason == "stale words"'

for name in halted again; do
	boot "$name" -a icount -c 2 --machine pc --only 'shootdown/cr3_reload,lazy' \
		--set seed=7
done
# 32 ticks an instruction.  The operation, a call, and what it takes to know where to: a
# stamp, and the registers saved around it, would be a hundred more.
check 'an own flush is one operation and the way to it' all_such_rows halted \
	results.csv '$bench == "shootdown" && $variant == "local" &&
	$op == "cr3_reload"' '$max <= 32 * 40'
dearer() { # NAME VARIANT VARIANT INSTRUCTIONS
	more=$(rows "$1" results.csv "\$variant == \"$2\" { print int(\$p50) }")
	less=$(rows "$1" results.csv "\$variant == \"$3\" { print int(\$p50) }")
	[ "$more" -gt "$less" ] && [ $((more - less)) -le $((32 * $4)) ] && return
	echo "$2 is $more, $3 is $less"
	return 1
}
check 'dropping all is hardly dearer than loading other tables' dearer halted \
	return-left-hlt return-other-hlt 20
check 'and so is a handler that drops than one that need not' dearer halted \
	interrupted-awake-hlt interrupted-lazy-hlt 40
check 'instructions counted: shootdowns of halted processors are measured' \
	all_measured halted
# Medians alone: who waits for the other is not halted, and QEMU, which runs them in turn,
# may give it its turn in the middle of a window.
same_medians() { # NAME NAME
	for name; do
		cut -d, -f1-9,19 "$scratch/$name/results.csv" >"$scratch/$name/medians"
	done
	cmp "$scratch/$1/medians" "$scratch/$2/medians"
}
check 'two runs with one seed give the same' same_medians halted again

boot one -a icount -c 1 --machine pc --only "$calls"
check 'one processor: every row that needs another says so' all_rows one results.csv \
	'$reason ~ /^(one processor|x2apic|pcid|invpcid|invlpgb)$/ ||
	($variant ~ /^self-/ && $status == "ok")'
check 'and nothing failed' status_is one 0

finish

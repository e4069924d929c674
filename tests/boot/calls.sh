#!/bin/sh
# Interrupts to other processors, TLB shootdowns and lazy TLB mode, on two and four
# processors.
set -eu
. tests/boot.sh

calls='ipi,shootdown,lazy'

shot_down_on() { # NAME TARGETS
	some_rows "$1" results.csv "\$bench == \"shootdown\" && \$op == \"invlpg\" &&
		\$variant == \"unicast-late-alongside-own-hlt\" && \$targets == $2 &&
		\$status == \"ok\""
}

boot four -a tcg -c 4 --machine pc --only "$calls"
check 'four processors: all is measured, no word is stale, no call is lost' \
	calls_measured four
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
check 'two and all begin at once: free, under a lock, by generation' [ "$(rows four \
	results.csv '$param == "initiators" && $op == "invlpg" && $status == "ok"' |
	wc -l)" -eq 6 ]
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
check 'by the mask lazy ones save all interrupts but the first: 7 of 8 each' \
	all_such_rows four results.csv '$variant == "mask-saved-hlt"' \
	'$unit == "count" && $min == 7 * $value && $max == 7 * $value'
check 'by generations all 8 of them' all_such_rows four results.csv \
	'$variant == "generation-saved-hlt"' '$min == 8 * $value && $max == 8 * $value'

boot halted -a icount -c 2 --machine pc --only 'shootdown/cr3_reload,lazy,stolen' --set seed=7
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
	mask-return-left-hlt mask-return-other-hlt 20
check 'and so is a handler that drops than one that need not' dearer halted \
	mask-interrupted-awake-hlt mask-interrupted-lazy-hlt 40
check 'instructions counted: shootdowns of halted processors are measured' \
	calls_measured halted
lost() { # OPERATION VARIANT: half of the windows give this one number
	rows halted results.csv "\$bench == \"stolen\" && \$op == \"$1\" && \$variant == \"$2\" &&
		\$p25 == \$p75 { print int(\$p50) }"
}
takes_more() { # OPERATION VARIANT OPERATION VARIANT
	more=$(lost "$1" "$2") less=$(lost "$3" "$4")
	[ "${less:-0}" -ge $((32 * 100)) ] && [ "${more:-0}" -gt "$less" ] &&
		[ "$more" -le $((32 * 1000)) ] && return
	echo "$1 $2 takes ${more:-nothing}, $3 $4 ${less:-nothing}"
	return 1
}
check 'a shootdown takes more from its target than a call' takes_more \
	invlpg unicast-spin-package none unicast-spin-package
check 'what interrupts ring 3 loads CR3, and so takes more' takes_more \
	none unicast-ring3-package none unicast-spin-package
check 'shootdowns whose targets are timed are verified as others are' all_such_rows halted \
	results.csv '$bench == "stolen" && $op == "invlpg" && $status == "ok"' '$believed == 1'
boot one -a icount -c 1 --machine pc --only "$calls,stolen"
check 'one processor: every row that needs another says so' all_rows one results.csv \
	'$reason ~ /^(one processor|x2apic|pcid|invpcid|invlpgb|rar)$/ ||
	($variant ~ /^self-/ && $status == "ok")'
check 'and nothing failed' status_is one 0

finish

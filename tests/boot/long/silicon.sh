#!/bin/sh
# The modelled machine in Bochs (tests/silicon/bochs): the whole program finds there what
# the same program, without firmware and other processors, finds on this computer.
set -eu
. tests/boot.sh

build_silicon

modelled() { # NAME MACHINE OPTION...
	name=$1 machine=$2
	shift 2
	boot "$name" -e model --machine-file "$machine" --set seed=7 "$@"
}

in_bochs() { # NAME MACHINE PROCESSORS OPTION...
	name=$1 machine=$2 cpus=$3
	shift 3
	boot "$name" -e silicon --machine-file "$machine" -c "$cpus" --set seed=7 "$@"
}

# Rows of an operation by itself, that both have measured.  Two things are not the same
# there: a far return reads the GDT, and the program's own pages are in the TLB, too.
costs_agree() { # NAME OTHER LEAST-ROWS
	awk -F, -v least="$3" '
		FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["status"] != "ok" || $2 == "cr0_pg_toggle" { next }
		$1 == "single_op" && $3 !~ /^(first-bare|marginal)/ { next }
		{ row = $1 "," $2 "," $3 "," $4 "," $5; cost = $column["cost"] }
		NR == FNR { costs[row] = cost; next }
		row in costs {
			rows++
			apart = cost - costs[row]
			# What loads CR3 to another PCID and back is two operations; with
			# stores pending each window waits for those of its own lines;
			# INVPCID reads a descriptor, whose page may be in the second level.
			most = row ~ /otherpcid|-stores|,invpcid_/ ? 2.0005 : 1.0005
			if (apart < -most || apart > most)
				print row ": " cost " ticks and " costs[row]
		}
		END { if (rows < least) print rows + 0 " rows" }
	' "$scratch/$2/results.csv" "$scratch/$1/results.csv" >"$scratch/apart" || return
	head -n 40 "$scratch/apart"
	[ ! -s "$scratch/apart" ]
}

# Whoever says nothing of an entry, for want of memory or of evidence, is not asked.
verdicts_agree() { # NAME OTHER LEAST-CELLS
	awk -F, -v least="$3" '
		FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["verdict"] ~ /^(skipped|inconclusive)$/ { next }
		{
			cell = $column["op"] "," $column["pcide"] "," $column["tce"] "," \
				$column["entry"]
			verdict = $column["verdict"]
		}
		NR == FNR { verdicts[cell] = verdict; next }
		cell in verdicts {
			cells++
			if (verdict != verdicts[cell])
				print cell ": " verdict " and " verdicts[cell]
		}
		END { if (cells < least) print cells + 0 " cells" }
	' "$scratch/$2/verify.csv" "$scratch/$1/verify.csv" >"$scratch/apart" || return
	head -n 40 "$scratch/apart"
	[ ! -s "$scratch/apart" ]
}

machine=tiny
modelled "$machine-host" "$machine" --only single_op
check "$machine on this computer: exit status 0" status_is "$machine-host" 0
in_bochs "$machine" "$machine" 1 --only single_op
check "$machine in Bochs: a whole run" whole_run "$machine"
check "$machine in Bochs: it is a model, and nothing to quote" \
	machine_is "$machine" env model
check "$machine in Bochs: costs are within a tick of the other body's" \
	costs_agree "$machine" "$machine-host" 70
check "$machine in Bochs: verdicts are the other body's, in every cell" \
	verdicts_agree "$machine" "$machine-host" 200
check "$machine in Bochs: no cell fails" \
	no_rows "$machine" verify.csv '$verdict == "fail"'
check "$machine in Bochs: entries of other PCIDs are kept by a load of CR3" \
	all_such_rows "$machine" verify.csv \
	'$op == "cr3_pcid_flush" && $entry == "other_pcid"' '$verdict == "kept"'

# Each in its own cells.
in_bochs errata tiny 1 --only 'single_op/inv*' \
	--erratum 'invlpg_keeps_globals pcide on' --erratum 'invpcid_1_does_nothing'
check 'errata: exit status 1' status_is errata 1
check 'errata: INVLPG keeps global pages with PCIDs' all_such_rows errata verify.csv \
	'$op == "invlpg" && $pcide == 1 && $entry == "global_4k"' '$verdict == "fail"'
check 'errata: and only with them' no_rows errata verify.csv \
	'$op == "invlpg" && $pcide == 0 && $verdict == "fail"'
check 'errata: INVPCID 1 that does nothing' all_such_rows errata verify.csv \
	'$op == "invpcid_context" && $entry == "page_4k"' '$verdict == "fail"'
check 'errata: INVPCID 3 does what it must' no_rows errata verify.csv \
	'$op == "invpcid_all_non_global" && $verdict == "fail"'

# On the second processor alone, where nothing but the verification looks.
in_bochs second tiny 2 --only single_op/invlpg --set verify_on=all \
	--erratum 'invlpg_keeps_globals processor 1'
check 'an erratum of the second processor: exit status 1' status_is second 1
check 'an erratum of the second processor: it fails there' some_rows second verify.csv \
	'$cpu == 1 && $verdict == "fail"'
check 'an erratum of the second processor: its cells, and nothing else' \
	all_such_rows second verify.csv '$verdict == "fail"' \
	'$cpu == 1 && $op == "invlpg" && $entry ~ /global/'
check 'an erratum of the second processor: INVLPG is not believed' all_such_rows second \
	results.csv '$op == "invlpg" && $status == "ok"' '$believed == 0'

# Whether what a call itself uses leaves the page that is looked at among tiny's sixteen entries depends
# on where the program lies: this one has sixty-four.
roomy=$scratch/roomy.machine
sed 's/^tlb = l1 \(.*\) 4k 4x4 /tlb = l1 \1 4k 16x4 /' tests/silicon/machines/tiny.machine >"$roomy"

# The four directory entries that it caches the handler of a call uses itself.  What haswell
# caches of upper levels is of one PCID: an interrupt in ring 3, which goes to another, drops it.
kept_there() { # MACHINE EFFECT REASON OPTION...
	machine=$1 effect=$2 reason=$3
	shift 3
	in_bochs "$effect" "$machine" 2 --only shootdown/invlpg --erratum "invlpg_$effect processor 1" "$@"
	check "the second processor, $effect: exit status 1" status_is "$effect" 1
	check "the second processor, $effect: shootdowns fail, $reason" all_such_rows "$effect" results.csv \
		'$targets == 1 && $reason !~ /^(x2apic|no other thread of its core)$/ &&
			$variant !~ /^together|-ring3-pcide$|^rar-/' \
		"\$status == \"failed\" && \$reason == \"$reason\""
}
kept_there "$roomy" keeps_globals 'a stale global page' --erratum 'rar_fails pcide on' \
	--erratum 'rar_does_nothing pcide off' --erratum rar_not_to_self
# RAR interrupts nobody, so the other erratum is none of it.
check 'a request that fails is told with its status' all_such_rows keeps_globals results.csv \
	'$variant ~ /^rar-invpcid-/' '$status == "failed" && $reason == "processor 1: RAR says 80"'
check 'a request that is done, and nothing is dropped, is told' all_such_rows keeps_globals \
	results.csv '$variant ~ /^rar-(any|match)-hlt$/ && $value == 1' \
	'$status == "failed" && $reason == "RAR done but 8 of 16 words stale"'
check 'a request to the own processor that nobody answers is told' all_such_rows keeps_globals \
	results.csv '$variant ~ /^rar-any-self-/' \
	'$status == "timeout" && $reason == "processor 0 unresponsive: RAR says 01"'
kept_there haswell keeps_pde 'a stale upper level'

in_bochs two "$roomy" 2 --only 'ipi,shootdown/invlpg'
# Of more pages than the TLB holds none can be seen stale, so nothing is said of them.
check 'two processors: exit status 0' status_is two 0
check 'two processors: all is measured' all_rows two results.csv '$status == "ok" ||
	$reason == "x2apic" || $reason == "no other thread of its core"'
check 'two processors: shootdowns of a page are believed' all_such_rows two results.csv \
	'$bench == "shootdown" && $op == "invlpg" && $param == "pages" && $value == 1' '$believed == 1'
# rar_page and rar are 30 and 350 cycles, delivery_package is 700, ipi_send 200 and wrmsr 100.
check 'two processors: so are those by RAR, which interrupt nobody' all_such_rows two \
	results.csv '$variant ~ /^rar-(any|match|invpcid)-hlt/ && $value == 1' \
	'$believed == 1 && $cost >= 1380 && $cost < 1800'
check 'two processors: and by RAR to itself, too' all_such_rows two results.csv \
	'$variant ~ /^rar-any-self-/' '$status == "ok" && $believed == 1'
check 'two processors: the report finds of ways to ask what the rows say' \
	tests/calibrate/asked "$scratch/two"
check 'two processors: kept global pages would have been seen' some_rows two selftest.csv \
	'$test == "shootdown_globals_shown" && $value == 100'
# A target that is not idle, or reads a working set again, uses more directory entries than the
# four that are cached.  That each row would show one is seen on haswell above.
check 'two processors: some kept upper levels would have been seen' some_rows two selftest.csv \
	'$test == "shootdown_uppers_shown" && $value > 0'
# The machine's wake_mwait_c1 and _c3 are 2000 and 40000 cycles, and its TSC counts cycles.
check 'two processors: a store wakes for what waking costs, from C1' all_such_rows two \
	results.csv '$variant ~ /^store-mwait0-rtt-/' '$cost >= 2000 && $cost <= 2400'
check 'two processors: and from C3' all_such_rows two results.csv \
	'$variant ~ /^store-mwait20-rtt-/' '$cost >= 40000 && $cost <= 40400'
check 'two processors: an interrupt from C1 costs its delivery besides' \
	all_such_rows two results.csv '$variant ~ /^unicast-mwait0-rtt-/' \
	'$cost >= 3000 && $cost <= 4000'
check 'two processors: a store before MWAIT wakes nobody, since nobody sleeps' all_such_rows two \
	results.csv '$variant ~ /^armed-mwait0-rtt-/' '$cost > 0 && $cost < 500'
check 'both are started' all_started two 2
check 'two processors: shootdowns reach the other' all_such_rows two results.csv \
	'$bench == "shootdown" && $status == "ok"' '$cost > 0'

# What an interrupt to a halted processor takes at least: zen5's ipi_send,
# delivery_package, interrupt and wake_hlt are 3780 cycles of 3.9 GHz, 2641 ticks.
interrupt_is_paid() { # NAME
	awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$column["variant"] !~ /^broadcast-(tables-)?hlt/ { next }
		{
			variant = $column["variant"]
			tables = sub(/-tables/, "", variant)
			row = $column["op"] " " variant " " $column["value"]
			cost[row, tables] = $column["cost"]
			if (tables)
				rows[row]
		}
		END {
			for (row in rows) {
				count++
				more = cost[row, 1] - cost[row, 0]
				if (!((row, 0) in cost) || more < 2641 || more > 4000)
					print row ": " more " ticks more"
			}
			if (count != 2)
				print count + 0 " rows"
		}
	' "$scratch/$1/results.csv" >"$scratch/paid" || return
	cat "$scratch/paid"
	[ ! -s "$scratch/paid" ]
}

in_bochs freed zen5 2 --only 'shootdown/invlpgb_*,stolen/invlpgb_tlbsync'
check 'freed tables: exit status 0' status_is freed 0
check 'freed tables: a broadcast and an interrupt are measured and believed' \
	all_such_rows freed results.csv '$variant ~ /^broadcast-tables/' \
	'$status == "ok" && $believed == 1'
check 'freed tables: the interrupt is paid behind the broadcast' interrupt_is_paid freed
check 'behind a broadcast a target walks for what it has lost, and for no more' \
	tests/calibrate/refills "$scratch/freed" zen5 4
check 'freed tables: stale words would have been seen' some_rows freed selftest.csv \
	'$test == "shootdown_shown" && $value == 100'
check 'a broadcast to a target in ring 3 is measured and believed' \
	all_such_rows freed results.csv '$variant ~ /^broadcast-ring3/' \
	'$status == "ok" && $believed == 1'
check 'a broadcast to all processes is measured and believed' all_such_rows freed results.csv \
	'$op == "invlpgb_all_non_global"' '$status == "ok" && $believed == 1'
check 'a broadcast to all processes leaves global pages alone' all_such_rows freed verify.csv \
	'$op == "invlpgb_all_non_global" && $entry ~ /global/ && $verdict != "skipped"' \
	'$verdict == "kept"'

in_bochs deaf zen5 2 --only shootdown/invlpgb_context \
	--erratum 'invlpgb_does_nothing processor 1'
check 'a second processor deaf to INVLPGB: exit status 1' status_is deaf 1
check 'a second processor deaf to INVLPGB: an interrupt behind it drops nothing' \
	all_such_rows deaf results.csv '$variant ~ /^broadcast-tables/' \
	'$status == "failed" && $reason == "stale words"'

finish

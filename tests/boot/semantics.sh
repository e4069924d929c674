#!/bin/sh
# What the verification says on a machine without PCIDs, and which bit is missing.
set -eu
. tests/boot.sh

is_skipped_for() { # NAME OP BIT
	all_such_rows "$1" results.csv "\$op ~ /$2/" \
		"\$status == \"skipped\" && \$reason == \"$3\"" &&
		all_such_rows "$1" verify.csv "\$op ~ /$2/" '$verdict == "skipped"'
}

verdict_is() { # NAME OP ENTRY VERDICT
	all_such_rows "$1" verify.csv \
		"\$op == \"$2\" && \$entry == \"$3\" && \$pcide == 0" \
		"\$verdict == \"$4\""
}

boot tcg -a icount -c 1 --memory 6144 --only single_op,nested
check 'a machine without PCIDs: a whole run' whole_run tcg
check 'what needs PCIDs is skipped, and the bit is named' \
	is_skipped_for tcg '^(cr3_pcid_|invpcid_by_cr3)' pcid
check 'INVLPGB is skipped, and the bit is named' is_skipped_for tcg ^invlpgb invlpgb
check 'so is INVPCID' is_skipped_for tcg '^invpcid_(address|context|all)' invpcid
check 'and what is there, but not with CR4.PCIDE set' all_such_rows tcg results.csv \
	'$variant ~ /pcide/ && $op ~ /^(invlpg|cr4_.*)$/' '$reason == "pcid"'
check 'no cell is tried with CR4.PCIDE set' all_such_rows tcg verify.csv '$pcide == 1' \
	'$verdict == "skipped"'
check 'entries of other PCIDs are skipped without it' all_such_rows tcg verify.csv \
	'$entry ~ /_pcid/ && $entry !~ /fault/' '$verdict == "skipped"'
check 'faults of what is not there are not provoked' all_such_rows tcg verify.csv \
	'$entry ~ /^fault_gp/' '$verdict == "skipped"'
check 'TR7 is gone' all_such_rows tcg verify.csv '$op == "tr7_probe"' \
	'$entry == "fault_ud" && $verdict == "pass"'
check 'INVLPG of an address that is not canonical does not fault' \
	verdict_is tcg invlpg no_fault_not_canonical pass
for entry in page_4k page_2m page_1g global_4k pde code_4k; do
	check "INVLPG drops $entry" verdict_is tcg invlpg "$entry" pass
	check "a PGE toggle drops $entry" verdict_is tcg cr4_pge_toggle "$entry" pass
	check "switching paging off drops $entry" verdict_is tcg cr0_pg_toggle "$entry" pass
done
check 'the accessed bit says the same of every entry' witnesses_agree tcg
check 'MOV CR3 drops pages of all sizes' all_such_rows tcg verify.csv \
	'$op == "cr3_reload" && $entry ~ /^page_/' '$verdict == "pass"'
check 'no emulator has caches of upper levels' all_such_rows tcg verify.csv \
	'$entry ~ /^psc/ && $verdict != "skipped"' '$verdict == "inconclusive"'

# SVM of QEMU drops all at each VMRUN and exit: what the guest does within one is seen.
check 'a guest of ours: every required cell that can be shown passes' all_such_rows tcg verify.csv \
	'$op ~ /^guest_/ && $rule == "must"' '$verdict == "pass" && $stale_control == 200'
check 'the exit alone drops everything: the host adds nothing that shows' all_such_rows tcg \
	verify.csv '$op ~ /^exit_/ && $rule == "must"' '$verdict == "inconclusive"'
check 'what is cached of nested tables is kept by INVLPG' all_such_rows tcg verify.csv \
	'$op ~ /^guest_invlpg/ && $entry == "nested_entry"' '$verdict == "kept"'
check 'a flush by ASID is skipped where CPUID has none' all_such_rows tcg verify.csv \
	'$op ~ /^vmrun_flush_(asid|non_global)$/' '$verdict == "skipped"'
check 'no guest was lost' all_such_rows tcg selftest.csv '$test == "nested"' \
	'$verdict == "pass" && $value == 0'
check 'every row of a guest is measured' all_such_rows tcg results.csv '$bench == "nested"' \
	'$status == "ok"'
check 'INVLPGA is three instructions a page' all_such_rows tcg results.csv \
	'$bench == "nested" && $variant == "invlpga"' '$min == $max && $min == 96 * $value'
check 'a round trip is VMRUN, VMMCALL and the loop, an INVLPG of the guest one instruction' \
	all_such_rows tcg results.csv \
	'$bench == "nested" && $variant ~ /^(trip|marginal-guest)$/' \
	'$min == $max && $min == ($variant == "trip" ? 96 : 32)'

finish

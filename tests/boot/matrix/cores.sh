#!/bin/sh
# Cores of two types: the last processor is taken for an efficient one, by a plant, since no
# emulator has such a machine. What it measures must come out as on the first, because in
# truth they are alike, and what is broken on it must be seen on it alone.
set -eu
. tests/boot.sh

only=single_op/none,single_op/invlpg,single_op/cr3_reload,single_op/cr0_pg_toggle
only=$only,range/invlpg,range/cr3_reload,refill/cr3_reload

# The rows of a type, by what does not depend on when the emulator turns from one processor to
# the other: now and then that is in the middle of a window.
figures() { # NAME TYPE
	rows "$1" results.csv "\$core_type == \"$2\" && \$op != \"cr0_pg_toggle\" &&
		\$bench ~ /^(single_op|range|refill)\$/ {
		print \$bench, \$op, \$variant, \$param, \$value, \$status, \$reason, \$unit, \$p50,
			\$ci99_lo, \$ci99_hi, \$a_p50, \$b_p50, \$converged, \$believed, \$cost }"
}
same_figures() { # NAME
	figures "$1" performance >"$scratch/performance"
	figures "$1" efficient >"$scratch/efficient"
	[ -s "$scratch/performance" ] && diff "$scratch/performance" "$scratch/efficient"
}

# --- counted instructions

boot two -a icount -c 2 --set seed=7 --set selftest.plant=other_core \
	--only "$only,ipi/none,shootdown/invlpg"
all_measured() { # NAME
	status_is "$1" 0 && no_rows "$1" verify.csv '$verdict == "fail"' &&
		all_rows "$1" results.csv '($status == "ok" && $n > 0) ||
			$reason ~ /^(cycle counter|no (whole|own) GiB of RAM|pcid|rar|tce|x2apic|mwait)$/ ||
			$reason ~ /^(on the boot processor only|no other thread of its core)$/'
}
check 'cores of two types: a whole run' all_measured two
check 'the type of the boot processor is said' machine_is two core_type performance
check 'and what the other one is' \
	grep -q '^core_type_1,efficient processors=1 .* cpu=1 .* quantum=32 ' "$scratch/two/machine.csv"
check 'both measure the same rows, and their medians are the same to the tick' same_figures two
check 'on the other one as well: INVLPG is one instruction' all_such_rows two results.csv \
	'$core_type == "efficient" && $bench == "single_op" && $op == "invlpg" && $status == "ok"' \
	'$p50 == 32 && $ci99_lo == 32 && $ci99_hi == 32'
check 'its rows are believed' all_such_rows two results.csv \
	'$core_type == "efficient" && $status == "ok" && $op ~ /^(invlpg|cr3_reload)$/' '$believed == 1'
check 'by must cells of its own, before and behind the timing' [ "$(rows two verify.csv \
	'$core_type == "efficient" && $verdict == "pass" { print $op, $phase }' | sort -u | wc -l)" -eq 4 ]
check 'its clock passed the tests' all_such_rows two selftest.csv \
	'$core_type == "efficient" && $test ~ /^(linearity_add|empty_window|additive_invlpg)$/' \
	'$verdict == "pass"'
check 'an NMI there discards the block it fell into' some_rows two selftest.csv \
	'$core_type == "efficient" && $test == "interrupt_discarded" && $verdict == "pass"'
check 'what runs with paging off stays with the boot processor, and says so' all_such_rows two \
	results.csv '$core_type == "efficient" && $op == "cr0_pg_toggle"' \
	'$status == "skipped" && $reason == "on the boot processor only"'
check 'it is not verified there' all_such_rows two verify.csv \
	'$core_type == "efficient" && $op == "cr0_pg_toggle"' '$verdict == "skipped"'
check 'one-way times are of the type whose clock they end on' all_such_rows two results.csv \
	'$variant ~ /-oneway/ && $status == "ok"' '$core_type == "efficient"'
check 'shootdowns are of the one that sends, and believed' all_such_rows two results.csv \
	'$bench == "shootdown" && $variant !~ /^refill-/ && $status == "ok"' '$core_type == "performance" && $believed == 1'
check 'what a target reads again is of the target' all_such_rows two results.csv \
	'$bench == "shootdown" && $variant ~ /^refill-/ && $status == "ok"' \
	'$core_type == "efficient" && $believed == 1'
check 'the report takes both' /usr/bin/env python3 -c '
import sys
sys.path.insert(0, "results")
from tlbreport.read.load import load
run = load(sys.argv[1])
assert list(run.others) == ["efficient"], run.others
assert not any(problem.damage for problem in run.problems), run.problems' "$scratch/two"

# --- one type where there is one

boot alike -a icount -c 2 --set seed=7 --only single_op/invlpg
check 'cores that are alike: no row names a type' all_rows alike results.csv '$core_type == ""'
check 'nor does machine.csv' machine_is alike core_type ''
boot typed -a icount -c 2 --set seed=7 --only single_op/invlpg --set selftest.plant=other_core
same_as_alone() {
	cut -d, -f1-52 "$scratch/alike/results.csv" >"$scratch/plain"
	sed '/,efficient$/d' "$scratch/typed/results.csv" | cut -d, -f1-52 | diff "$scratch/plain" -
}
check 'a row of the boot processor does not depend on the other types' same_as_alone

# --- what is broken on one type

boot broken -a icount -c 2 --set selftest.plant=other_core,other_broken \
	--set selftest.break=invlpg --only single_op/invlpg,single_op/cr3_reload,shootdown/invlpg
check 'broken on one type: exit status 1' status_is broken 1
check 'its must cells fail there' all_such_rows broken verify.csv \
	'$core_type == "efficient" && $op == "invlpg" && $rule == "must" && $stale_control == 200' \
	'$verdict == "fail"'
check 'and nowhere else' no_rows broken verify.csv '$core_type == "performance" && $verdict == "fail"'
check 'rows of it are not believed' all_such_rows broken results.csv \
	'$core_type == "efficient" && $op == "invlpg" && $status == "ok"' '$believed == 0'
check 'those of the boot processor are' all_such_rows broken results.csv \
	'$bench == "single_op" && $core_type == "performance" && $status == "ok"' '$believed == 1'
check 'and so are other operations there' all_such_rows broken results.csv \
	'$core_type == "efficient" && $op == "cr3_reload" && $status == "ok"' '$believed == 1'
check 'a shootdown that has such a core among its targets is not believed' all_such_rows broken \
	results.csv '$bench == "shootdown" && $targets > 0 && $status == "ok"' '$believed == 0'

# --- one that does not come back

boot lost -a tcg -c 2 --set selftest.plant=other_core,lost_core \
	--only single_op/invlpg,range/cr3_reload,ipi/none
check 'a core that does not come back: exit status 1' status_is lost 1
check 'it is named' grep -q '^cpu_1_lost,did not answer in time$' "$scratch/lost/machine.csv"
check 'what it had measured is there' some_rows lost results.csv \
	'$core_type == "efficient" && $bench == "single_op" && $status == "ok" && $believed == 1'
check 'and the rest of its rows are timeouts' all_such_rows lost results.csv \
	'$core_type == "efficient" && $status != "skipped" && $n == ""' '$status == "timeout" &&
	$reason == "its processor did not answer"'
check 'none of another benchmark is tried' all_such_rows lost results.csv \
	'$core_type == "efficient" && $bench == "range"' '$status == "skipped"'
check 'behind the timing it is not verified' all_such_rows lost verify.csv \
	'$core_type == "efficient" && $phase == "after"' '$verdict == "skipped"'
check 'the boot processor measures all of its own' all_such_rows lost results.csv \
	'$core_type == "performance" && $bench != "ipi"' '$status == "ok" && $n > 0 ||
	$reason ~ /^(cycle counter|no (whole|own) GiB of RAM|pcid|tce)$/'

# --- the boot processor's alone

boot alone -a icount -c 2 --set selftest.plant=other_core --set core_types=boot \
	--only single_op/invlpg,shootdown/invlpg
check 'core_types = boot: a whole run' all_measured alone
check 'no other type is measured' no_rows alone results.csv \
	'$bench == "single_op" && $core_type != "performance"'
check 'nor verified' no_rows alone verify.csv '$core_type != "performance"'
check 'machine.csv says so' \
	grep -q '^core_type_1,efficient .* not measured: core_types = boot$' "$scratch/alone/machine.csv"
check 'what is done to such a core is neither believed nor doubted' all_such_rows alone results.csv \
	'$bench == "shootdown" && $targets > 0 && $status == "ok"' '$believed == ""'

# --- with PCIDs

boot pcids -e bochs -c 2 --set selftest.plant=other_core \
	--only single_op/invpcid_context,single_op/cr3_pcid_flush
check 'with PCIDs: a whole run' all_measured pcids
check 'both types measure the same rows' [ "$(figures pcids performance | wc -l)" -eq \
	"$(figures pcids efficient | wc -l)" ]
check 'the other one too with CR4.PCIDE set' all_such_rows pcids results.csv \
	'$core_type == "efficient" && $variant ~ /pcide/ && $variant !~ /cycles/' \
	'$status == "ok" && $believed == 1'
check 'which it was when it was verified' some_rows pcids verify.csv \
	'$core_type == "efficient" && $pcide == 1 && $verdict == "pass"'

finish

#!/bin/sh
# An operation that does nothing is found out by the verification, and no other is.  Of those
# named, INVLPG without names; long/broken_op.sh names the others.
# usage: broken_op.sh [OP...]
set -eu
. tests/boot.sh

# Cells with a stale control: there is a TLB entry, and none is of another PCID.
shown='$pcide == 0 && $entry !~ /pcid|psc|page_1g|fault/'

# A PGE toggle may keep nothing, nor may one of paging.
may_cells_are_kept() { # OP
	[ "$1" = cr4_pge_toggle ] || [ "$1" = cr0_pg_toggle ] || all_such_rows "$1" verify.csv \
		"\$op == \"$1\" && \$rule == \"may\" && $shown" '$verdict == "kept"'
}

alone=${*:-invlpg}
for op in $alone; do
	boot "$op" -a icount -c 1 --machine pc --only single_op --set "selftest.break=$op"
	check "$op broken: exit status 1" status_is "$op" 1
	check "$op broken: all its must cells fail" all_such_rows "$op" verify.csv \
		"\$op == \"$op\" && \$rule == \"must\" && $shown" '$verdict == "fail"'
	check "$op broken: the accessed bit says so too" all_such_rows "$op" verify.csv \
		"\$op == \"$op\" && \$rule == \"must\" && \$entry ~ /_accessed\$/" \
		'$verdict == "fail"'
	check "$op broken: what it may keep is kept" may_cells_are_kept "$op"
	check "$op broken: no cell of another operation fails" \
		all_such_rows "$op" verify.csv "\$op != \"$op\"" '$verdict != "fail"'
	check "$op broken: its rows are not believed" all_such_rows "$op" results.csv \
		"\$op == \"$op\" && \$status == \"ok\"" '$believed == "0"'
	check "$op broken: the rows of others are" all_such_rows "$op" results.csv \
		"\$op != \"$op\" && \$op ~ /^(invlpg|cr3_reload|cr4_pge_toggle)\$/ &&
			\$status == \"ok\"" '$believed == 1'
done

[ $# -eq 0 ] || { finish; exit; }

# All at once.  Of what is done to a guest at an exit or between two VMRUNs QEMU shows nothing.
boot each -a icount -c 1 --machine pc --only single_op,nested --set selftest.break=each
check 'each broken in one boot: exit status 1' status_is each 1
check 'each broken: every must cell that shows anything fails' all_such_rows each \
	verify.csv "\$rule == \"must\" && \$verdict != \"skipped\" && $shown &&
		\$op !~ /^(exit_.*|invlpga|vmrun_.*)\$/" \
	'$verdict == "fail"'
check 'each broken: of every operation, and its rows are not believed' each_is_found each \
	cr3_reload invlpg cr4_pge_toggle cr0_pg_toggle
check 'each broken: in a guest, too' all_such_rows each verify.csv \
	'$op ~ /^guest_/ && $rule == "must"' '$verdict == "fail"'
check 'each broken: nothing is believed' no_rows each results.csv '$believed == 1'

finish

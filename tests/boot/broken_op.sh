#!/bin/sh
# An operation that does nothing is found out by the verification, and no other is.
set -eu
. tests/boot.sh

# A PGE toggle may keep nothing.
may_cells_are_kept() { # OP
	[ "$1" = cr4_pge_toggle ] || all_such_rows "$1" verify.csv \
		"\$op == \"$1\" && \$rule == \"may\"" '$verdict == "kept"'
}

# The verification has no entry of a larger page, so those rows have no word on belief.
has_cell='$variant !~ /-[12][mg]/'

for op in invlpg cr3_reload cr4_pge_toggle; do
	boot "$op" -a icount -c 1 --machine pc --set "selftest.break=$op"
	check "$op broken: exit status 1" status_is "$op" 1
	check "$op broken: all its must cells fail" all_such_rows "$op" verify.csv \
		"\$op == \"$op\" && \$rule == \"must\"" '$verdict == "fail"'
	check "$op broken: what it may keep is kept" may_cells_are_kept "$op"
	check "$op broken: no cell of another operation fails" \
		all_such_rows "$op" verify.csv "\$op != \"$op\"" '$verdict != "fail"'
	check "$op broken: its rows are not believed" all_such_rows "$op" results.csv \
		"\$op == \"$op\" && $has_cell" '$believed == "0"'
	check "$op broken: the rows of others are" all_such_rows "$op" results.csv \
		"\$op != \"$op\" && \$op != \"none\" && $has_cell" '$believed == 1'
done

finish

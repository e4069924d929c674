#!/bin/sh
# An operation is added as CONTRIBUTING.md says, in a copy of the tree: it builds, the
# tests know it, the model CPU verifies it, and Bochs measures it.
cd "$(dirname "$0")/../../.." || exit 1
. tests/boot.sh
. tests/tree.sh

copy=$scratch/copy
ways='test_tlb_op test_model_rules test_model_run test_model_cpu test_row test_window'

make_copy() {
	mkdir "$copy" && on_files cp -p --parents -t "$copy" && cp -a build "$copy"
}

# A change is the name of a file, and lines that stand in it once (with a blank or a
# minus in front), as they shall be (with a blank or a plus).
changes='
function apply(    file, text, line, at) {
	if (path == "" || path !~ which)
		return
	file = tree "/" path
	text = "\n"
	while ((getline line < file) > 0)
		text = text line "\n"
	close(file)
	at = index(text, "\n" old)
	if (at == 0 || index(substr(text, at + 1), "\n" old) != 0) {
		print path ": these lines are not in it once:\n" old
		exit 1
	}
	printf "%s%s%s", substr(text, 2, at - 1), new, substr(text, at + 1 + length(old)) >file
	close(file)
	applied++
}

/^    [a-z_\/]+\.[ch]$/ { path = $1; old = new = ""; next }
/^    [-+ ]/ && path != "" {
	sign = substr($0, 5, 1)
	line = substr($0, 6) "\n"
	if (sign != "+")
		old = old line
	if (sign != "-")
		new = new line
	next
}
/^    \+$/ && path != "" { new = new "\n"; next }
{ apply(); path = "" }
END { apply(); if (!applied) { print "no changes"; exit 1 } }
'

change() { # REGULAR EXPRESSION for the files
	awk -v tree="$copy" -v which="$1" "$changes" CONTRIBUTING.md
}

build() { # TARGET...
	env MAKEFLAGS= make -s -C "$copy" -j "${JOBS:-2}" "$@"
}

# The tests build, and the one that counts operations fails.
is_missed() {
	build build/unit/test_tlb_op || return 1
	! (cd "$copy" && build/unit/test_tlb_op)
}

unit_tests_pass() {
	for way in $ways; do
		build "build/unit/$way" && (cd "$copy" && "build/unit/$way") || return 1
	done
}

matrix_is_written() {
	! grep -q '^| `cr3_twice`' "$copy/paging/README.md" && build matrix &&
		grep -q '^| `cr3_twice` (PCIDE = 0) | M ' "$copy/paging/README.md" &&
		(cd "$copy" && tests/host/matrix.sh)
}

boot_copy() {
	(cd "$copy" && ./run.sh -y -e bochs -c 1 -p smoke --no-report --timeout 250 \
		--set transport=serial --only 'single_op/cr3_*' -o "$scratch/added")
}

list_files '*'
check 'a copy of the tree is made' make_copy
check 'the program takes the operation' change '^paging/'
check 'tests miss it in what they have of the manual' is_missed
check 'it is in the manual' change '^tests/'
check 'the tests know it, and the model verifies it' unit_tests_pass
check 'its rules are written into paging/README.md' matrix_is_written
check 'Bochs runs it' boot_copy
check 'two loads are two instructions' all_such_rows added results.csv \
	'$op == "cr3_twice" && $variant ~ /^first-bare/' \
	'$status == "ok" && $min == 2 && $max == 2 && $believed == 1'
check 'one is one' all_such_rows added results.csv \
	'$op == "cr3_reload" && $variant ~ /^first-bare/' '$min == 1 && $max == 1'
check 'what it must drop is dropped' all_such_rows added verify.csv \
	'$op == "cr3_twice" && $rule == "must" && $entry !~ /^(psc|page_1g)/' \
	'$verdict == "pass"'
finish

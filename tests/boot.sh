# shellcheck shell=sh
# What the boot tests share: the whole program, started by run.sh, in QEMU.
. tests/tap.sh

# Boots once, and leaves by the serial line alone: a second start only to come home
# would take as long again.  Boots into $scratch/NAME, with run.sh's exit status in $status and what it printed in
# $scratch/NAME.log.
boot() { # NAME OPTION...
	name=$1
	shift
	status=0
	./run.sh -p smoke --no-report --timeout 250 --set transport=serial \
		-o "$scratch/$name" "$@" \
		>"$scratch/$name.log" 2>&1 || status=$?
}

# Bochs with the modelled machine in it; without a source of Bochs the whole test is skipped.
build_silicon() {
	source=$(tests/silicon/bochs/build.sh --source 2>&1) || {
		echo "1..0 # SKIP $source"
		exit
	}
	check "make silicon builds it" make -s silicon
}

# Succeeds if run.sh ended with that status; shows what it printed otherwise.
status_is() { # NAME STATUS
	[ "$status" -eq "$2" ] && return
	echo "exit status $status, not $2"
	cat "$scratch/$1.log"
	return 1
}

machine() { # NAME KEY
	sed -n "s/^$2,//p" "$scratch/$1/machine.csv"
}

machine_is() { # NAME KEY VALUE
	[ "$(machine "$1" "$2")" = "$3" ] && return
	echo "$2 is '$(machine "$1" "$2")', not '$3'"
	return 1
}

# All processors of that machine were started, answered every call, and kept their stacks.
all_started() { # NAME COUNT
	machine_is "$1" cpus_found "$2" && machine_is "$1" cpus_started "$2" &&
		machine_is "$1" cpus_failed 0 && machine_is "$1" cpus_lost 0 &&
		machine_is "$1" stacks_run_over 0 &&
		some_rows "$1" selftest.csv \
			'$test == "calls_answered" && $verdict == "pass" && $value == 0'
}

# Rows of a CSV file of the run, without the column names, for which an awk expression
# over its fields holds.  Columns are named: $op, $variant.  No field these tests look
# at holds a comma.
rows() { # NAME FILE EXPRESSION
	expression=$(printf '%s' "$3" | sed 's/\$\([a-z][a-z0-9_]*\)/$(column["\1"])/g')
	awk -F, "NR == 1 { for (i = 1; i <= NF; i++) column[\$i] = i; next }
		$expression" "$scratch/$1/$2"
}

# Succeeds if there are rows, and the expression holds for all of them.
all_rows() { # NAME FILE EXPRESSION
	[ -n "$(rows "$1" "$2" 1)" ] || {
		echo "$2 has no rows"
		return 1
	}
	no_rows "$1" "$2" "!($3)"
}

# Succeeds if the expression holds for none; shows the others.
no_rows() { # NAME FILE EXPRESSION
	found=$(rows "$1" "$2" "$3")
	[ -z "$found" ] && return
	echo "$found"
	return 1
}

# Succeeds if some rows are chosen by the first expression, and the second holds for each.
all_such_rows() { # NAME FILE CHOICE EXPRESSION
	some_rows "$1" "$2" "$3" || {
		echo "$2 has no row with $3"
		return 1
	}
	no_rows "$1" "$2" "($3) && !($4)"
}

some_rows() { # NAME FILE EXPRESSION
	[ -n "$(rows "$1" "$2" "$3")" ]
}

# The accessed bit was asked, and says in each cell what the frame says.
witnesses_agree() { # NAME
	some_rows "$1" verify.csv '$entry ~ /_accessed$/' &&
		no_rows "$1" verify.csv '$phase == "before" &&
			(said[$op, $pcide, $entry] = $verdict) && $entry ~ /_accessed$/ &&
			$verdict != said[$op, $pcide, substr($entry, 1, length($entry) - 9)]'
}

# With all of these broken at once: each fails where its control was stale, and its rows
# are not believed.  What the host does at a guest's exit is not shown where the exit alone
# drops everything.
each_is_found() { # NAME OPERATION...
	name=$1
	shift
	for op; do
		all_such_rows "$name" verify.csv "\$op == \"$op\" && \$rule == \"must\" &&
			\$stale_control == 200" '$verdict == "fail"' &&
			all_such_rows "$name" results.csv \
				"\$op == \"$op\" && \$status == \"ok\" && \$variant !~ /-exit\$/" \
				'$believed == "0"' || return 1
	done
}

# Lowest and middle of each row are the same.  How many samples there are, and what is far
# from the others, is not: how long a disk takes decides when a row's time is used up.
same_costs() { # NAME NAME
	for name; do
		cut -d, -f1-9,15,19 "$scratch/$name/results.csv" >"$scratch/$name/costs"
	done
	cmp "$scratch/$1/costs" "$scratch/$2/costs"
}

# A run as it should be on an emulator: all measured but what no emulator here has,
# nothing failed.
# Calls come too late to a target that a busy host does not run.
whole_run() { # NAME
	status_is "$1" 0 &&
		all_rows "$1" results.csv '($status == "ok" && $n > 0) ||
			$reason ~ /^(cycle counter|no (whole|own) GiB of RAM|pcid|invpcid|invlpgb|rar|tce)$/ ||
			$reason ~ /^(one processor|x2apic|mwait|no other thread of its core|TSC offset is .*)$/ ||
			$reason == "calls come too late" ||
			($bench == "nested" && $reason ~ /(SVM|VMX)/)' &&
		no_rows "$1" verify.csv '$verdict == "fail"' &&
		all_such_rows "$1" verify.csv \
			'$pcide == 0 && $op ~ /^(invlpg|cr3_reload|cr4_pge_toggle)$/ &&
			$entry !~ /pcid|psc|page_1g/' \
			'$verdict ~ /^(pass|kept|dropped)$/' &&
		some_rows "$1" verify.csv '$rule == "must" && $verdict == "pass"' &&
		all_such_rows "$1" results.csv \
			'$status == "ok" && $op ~ /^(invlpg|cr3_reload|cr4_pge_toggle)$/ &&
			$variant !~ /-exit$/' '$believed == 1' &&
		machine_is "$1" timing_valid 0
}

# Rows of calls, shootdowns and lazy mode: measured, or not to be had in QEMU; no stale
# word, nothing lost.
calls_measured() { # NAME [REASON that is none here either]
	status_is "$1" 0 && all_rows "$1" results.csv '($status == "ok" && $n > 0) ||
		$reason ~ /^(mwait|x2apic|pcid|invpcid|invlpgb|rar|TSC offset is .*)$/ ||
		$reason == "no other thread of its core" ||
		$reason == "'"${2:-none}"'"'
}

comes_home() { # NAME
	status_is "$1" 0 && machine_is "$1" transport 'serial ram' &&
		[ -s "$scratch/$1/console.txt" ]
}

# One benchmark whose files are on the stick and came over the serial line: run.sh
# compares them.
check_home() { # NAME OPTION...
	boot "$@" --only single_op/invlpg --set transport=auto --timeout 300
	check "$*" comes_home "$1"
}

#!/bin/sh
# What run.sh says at the end of a run, from the files of one.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. host/summary.sh

root=$scratch work=$scratch report=no verbose=no
out=$scratch/out default_out=$scratch/results/r-1
columns=bench,op,variant,param,value,targets,status,reason,believed,cost,cost_lo,cost_hi,core_type,converged
# As the program writes it: the words are those of lib/stream/row.c.
heading=$(sed -n 's/.*line_put(line, "\(.*  belief\)").*/\1/p' lib/stream/row.c)

say() {
	echo "$*"
}

make_run() { # ROW of results.csv...
	rm -rf "$out" && mkdir "$out"
	{
		echo "$heading  single_op"
		echo '         0.000  none first-bare'
		echo '      skipped: invpcid  invpcid_context first-bare'
		echo "$heading  ipi"
		echo '      skipped: one processor  none unicast-hlt-rtt'
		echo "$heading  lazy"
		echo '         7.000  cr3_reload first'
	} >"$out/summary.txt"
	printf '%s\n' "$columns" "$@" >"$out/results.csv"
	# Two phases of a check are one; the worse verdict of them stands.
	printf '%s\n' op,entry,pcide,tce,phase,rule,verdict,core_type a,page,0,0,before,must,pass, \
		a,page,0,0,after,must,pass, a,page,1,0,before,must,pass, b,page,0,0,before,must,pass, \
		b,page,0,0,after,must,fail, c,page,0,0,before,must,inconclusive, \
		c,page,0,0,after,must,skipped, d,page,0,0,before,may,pass, \
		a,page_accessed,0,0,before,must,pass, a,no_fault_x,0,0,before,must,skipped, \
		>"$out/verify.csv"
	printf '%s\n' test,value,limit,unit,verdict calls_answered,0,0,calls,pass >"$out/selftest.csv"
	printf '%s\n' tsc_hz,2000000000 timing_valid,0 'timing_reason,not hardware' \
		>"$out/machine.csv"
}

said_of() { # ROW of results.csv...
	make_run "$@"
	show_summary >"$scratch/said" 2>&1
}

is_said() { # LINE
	grep -qxF -- "$1" "$scratch/said" || {
		cat "$scratch/said"
		return 1
	}
}

not_said() { # TEXT
	! grep -F -- "$1" "$scratch/said"
}

# One of each, as a machine with PCIDs, INVPCID and three others has them.
pages() { # OP VARIANT COST BELIEVED
	echo "single_op,$1,$2,pages,64,,ok,,$4,$3,$3,$3,"
}

whole_machine() {
	set -- "$(pages invlpg first-bare-4k 90.000 1)" \
		"$(pages invlpg first-bare-4k-pcide 100.000 1)" \
		"$(pages invlpg first-bare-4k-pcide-absent 1.000 1)" \
		"$(pages cr3_reload first-bare 200.000 1)" \
		"$(pages cr3_pcid_flush first-bare-pcide 1234.500 1)" \
		"$(pages cr3_pcid_noflush first-bare-pcide 71.250 '')" \
		"$(pages invpcid_address first-bare-4k-pcide 250.000 0)" \
		"$(pages invpcid_context first-bare-pcide 300.000 1)" \
		"$(pages invpcid_all_global first-fetch-pcide 476.000 1)" \
		"$(pages invpcid_all_non_global first-bare-pcide 351.000 1)" \
		"$(pages cr4_pge_toggle first-fetch-pcide 412.000 1)" \
		refill,cr3_pcid_flush,4k-pcide-random-warm-dense,pages,512,,ok,,1,33.000,33.000,33.000, \
		refill,cr3_pcid_flush,4k-pcide-random-warm-dense,pages,64,,ok,,1,25.000,24.900,25.100, \
		ipi,none,unicast-hlt-rtt-core-x2apic,,,1,ok,,,1800.000,1800.000,1800.000, \
		ipi,none,unicast-pause-rtt-package-x2apic,,,1,ok,,,1600.000,1500.000,1700.000, \
		ipi,none,unicast-pause-rtt-core-x2apic,,,1,ok,,,1400.000,1300.000,1500.000, \
		ipi,none,unicast-pause-rtt-core-x2apic,to,1,1,ok,,,1.000,1.000,1.000, \
		shootdown,invlpg,unicast-late-alongside-own-hlt,pages,1,1,ok,,1,3000.000,3000.000,3000.000, \
		shootdown,invlpg,unicast-late-alongside-own-hlt,pages,1,3,ok,,1,5000.000,5000.000,5000.000, \
		shootdown,invlpg,unicast-late-alongside-own-hlt,pages,1,2,ok,,1,4000.000,4000.000,4000.000, \
		shootdown,invlpg,unicast-late-alongside-own-hlt,pages,8,127,ok,,1,9.000,9.000,9.000, \
		'single_op,invlpg,first-bare-4k-tce,pages,64,,skipped,tce,,,,,' \
		'single_op,invlpgb_tlbsync,first,pages,64,,skipped,"none, or two",,,,,' \
		'single_op,none,first,pages,64,,timeout,no answer,,,,,'
	said_of "$@"
}

table() {
	sed -n '/^operation /,/^Shootdown by all/p' "$scratch/said" | diff - "$scratch/table"
}

cat >"$scratch/table" <<'END'
operation                       ticks        ns 99 % interval, ticks  verified
INVLPG                          100.0      50.0       100.0 to 100.0  yes
MOV CR3, flush                   1234     617.2         1234 to 1234  yes
MOV CR3, no flush                71.2      35.6         71.2 to 71.2  no verdict
INVPCID 0, an address           250.0     125.0       250.0 to 250.0  NO
INVPCID 1, a PCID               300.0     150.0       300.0 to 300.0  yes
INVPCID 2, everything           476.0     238.0       476.0 to 476.0  yes
INVPCID 3, all but global       351.0     175.5       351.0 to 351.0  yes
CR4.PGE off and on              412.0     206.0       412.0 to 412.0  yes
Refill of a page                 25.0      12.5         24.9 to 25.1  yes
IPI there and back               1400     700.0         1300 to 1500  answered
Shootdown of a page by one       3000      1500         3000 to 3000  yes
Shootdown by all 3               5000      2500         5000 to 5000  yes
END

whole_machine
check 'each question has the row that answers it' table
check 'what was measured, failed and skipped is counted, by its reasons' is_said \
	'rows: 21 measured, 1 failed, 2 skipped: 1 none, or two, 1 tce'
check 'the verification is counted in checks, by the worst verdict of each' \
	is_said 'verification: 2 checks passed, 1 failed, 1 not tested'
check 'it is said whether the timing counts' is_said 'the timing is not valid: not hardware'
sed -i 's/^timing_valid,0/timing_valid,vm/; s/^timing_reason,.*/timing_reason,a guest/' "$out/machine.csv"
show_summary >"$scratch/said" 2>&1
check 'it is said that the timing counts for a guest' is_said \
	'the timing is valid for this guest: a guest'
check 'without a report it is said what only that has' is_said \
	'break-even, ceiling, sizes of TLB and PCIDs: only with a report (--no-report)'
check 'the rows are not shown' not_said 'cr3_reload first'
check 'where they are is' is_said "files in $out, all rows in its summary.txt"

# --- what is doubtful

said_of "$(pages invlpg first-bare-4k 90.000 1),0" "$(pages cr3_reload first-bare 200.000 1),1" \
	ipi,none,unicast-pause-rtt-core-x2apic,,,1,ok,,,1400.000,1300.000,1500.000,,1
sed -i 's/,pass$/,fail/' "$out/selftest.csv"
printf '%s\n' a,page_accessed,0,0,after,must,fail, a,page,0,0,after,must,fail,efficient \
	>>"$out/verify.csv"
show_summary >"$scratch/said" 2>&1
check 'what did not converge has a mark' is_said \
	'INVLPG                          ~90.0      45.0         90.0 to 90.0  yes'
check 'which the heading explains' is_said \
	'operation (~ not converged)     ticks        ns 99 % interval, ticks  verified'
check 'what did has none' is_said \
	'MOV CR3, flush                  200.0     100.0       200.0 to 200.0  yes'
check 'calls that were not all answered have failed' is_said \
	'IPI there and back               1400     700.0         1300 to 1500  NO'
check 'the second witness and other types of core are said if they failed' is_said \
	'verification: 2 checks passed, 1 failed, 1 not tested; 2 others failed'

sed -i 's/,fail$/,inconclusive/' "$out/selftest.csv"
show_summary >"$scratch/said" 2>&1
check 'calls of which nothing is known are not tested' is_said \
	'IPI there and back               1400     700.0         1300 to 1500  not tested'

# --- litmus tests

litmus_rows() { # TEST,PAIR,VERDICT...
	echo test,distance,variant,rounds,outcome,count,asked,verdict,bound,reason
	for row; do
		echo "${row%,*},own-lines,9,r0=1,9,0,${row##*,},,"
	done
}

said_of "$(pages invlpg first-bare-4k 90.000 1)"
litmus_rows a,core,never a,package,inconclusive b,core,never c,core,seen d,core,inconclusive \
	e,core,skipped >"$out/litmus.csv"
show_summary >"$scratch/said"
check 'litmus tests that ended as they may are counted, each once' is_said \
	'rows: 1 measured, 0 failed, 0 skipped; litmus 2 never, 1 seen, 1 inconclusive'
litmus_rows a,core,forbidden a,package,never b,core,never c,core,forbidden c,package,forbidden \
	>"$out/litmus.csv"
show_summary >"$scratch/said"
check 'those that must not have ended so are named' is_said 'litmus: 2 forbidden: a, c'
check 'and alone' is_said 'rows: 1 measured, 0 failed, 0 skipped'
litmus_rows e,core,skipped >"$out/litmus.csv"
show_summary >"$scratch/said"
check 'of those that were not run nothing is said' not_said litmus

# --- what the report alone can tell

said_of "$(pages cr3_pcid_noflush first-bare-pcide 70.000 '')" \
	"$(pages cr4_pge_toggle first-bare 9.000 '')"
for belief in '' 1; do
	printf '%s\n' processor,bench,op,variant,believed,estimator \
		"\"a, b\",single_op,cr3_pcid_noflush,first-bare-pcide,$belief,huber" >"$out/tidy.csv"
	show_summary >"$scratch/said" 2>&1
	check "a load that keeps is verified if the report says so: ${belief:-not}" is_said \
		"MOV CR3, no flush                70.0      35.0         70.0 to 70.0  $(
			[ -n "$belief" ] && echo yes || echo 'no verdict')"
done
check 'and no other' is_said \
	'CR4.PGE off and on                9.0       4.5           9.0 to 9.0  no verdict'

# --- a machine with two types of core: rows of the one that measures have its type, too

printf '%s\n' "$columns" "$(pages invlpg first-bare-4k 90.000 1)efficient" \
	"$(pages invlpg first-bare-4k 80.000 1)performance" \
	"$(pages cr3_pcid_noflush first-bare-pcide 70.000 '')performance" \
	"$(pages cr4_pge_toggle first-bare 9.000 1)efficient" >"$out/results.csv"
echo core_type,performance >>"$out/machine.csv"
for type in efficient performance; do
	printf '%s\n' processor,core_type,bench,op,variant,believed,estimator \
		"\"a, b\",$type,single_op,cr3_pcid_noflush,first-bare-pcide,1,huber" >"$out/tidy.csv"
	show_summary >"$scratch/said" 2>&1
	check "the load that keeps is verified on the own type: $type" is_said \
		"MOV CR3, no flush                70.0      35.0         70.0 to 70.0  $(
			[ $type = performance ] && echo yes || echo 'no verdict')"
done
check 'rows of the own type answer' is_said \
	'INVLPG                           80.0      40.0         80.0 to 80.0  yes'
check 'rows of the other do not' is_said 'CR4.PGE off and on           was not run'
again=$(tail -n 1 "$out/tidy.csv")
echo "$again" >>"$out/tidy.csv"
show_summary >"$scratch/said" 2>&1
check 'two rows that say it are one answer' is_said \
	'MOV CR3, no flush                70.0      35.0         70.0 to 70.0  yes'

# --- a run that ended before the machine was described

said_of "$(pages invlpg first-bare-4k 90.000 1)"
rm "$out/machine.csv"
(set -e && show_summary) >"$scratch/said" 2>&1
check 'without machine.csv the summary goes on to its end' is_said \
	"files in $out, all rows in its summary.txt"
check 'and has costs without a rate' is_said \
	'INVLPG                           90.0         -         90.0 to 90.0  yes'

# --- a machine that has less

said_of "$(pages invlpg first-bare-4k 90.000 1)" "$(pages cr3_reload first-bare 200.000 1)" \
	single_op,invpcid_address,first-bare-4k,pages,64,,skipped,invpcid,,,,, \
	single_op,invpcid_context,first-bare,pages,64,,ok,,1,9.000,9.000,9.000,efficient-1 \
	shootdown,invlpg,unicast-late-alongside-own-hlt,pages,1,1,ok,,1,3000.000,,,
check 'without PCIDs the rows are those without' is_said \
	'MOV CR3, flush                  200.0     100.0       200.0 to 200.0  yes'
check 'what was skipped says why' is_said 'INVPCID 0, an address        skipped: invpcid'
check 'what was not run says so' is_said 'Refill of a page             was not run'
check 'another type of core is no answer' is_said 'INVPCID 1, a PCID            was not run'
check 'one processor is not all' is_said 'Shootdown by all             was not run'
check 'where there is no interval there is none' is_said \
	'Shootdown of a page by one       3000      1500                    -  yes'

# --- the size

# As much as there can be to say: the longest reasons, many of them, and findings.
full_screen() { # LINES of findings [VERDICT of the litmus tests]
	whole_machine
	# shellcheck disable=SC2046 # a row each
	[ -z "${2-}" ] || litmus_rows $(seq -f "invpcid_all_%.0f,core,$2" 1 99) >"$out/litmus.csv"
	i=0
	while [ $i -lt 40 ]; do
		echo "lazy,none,x,pages,$i,,skipped,no own GiB of RAM $i,,,,,"
		i=$((i + 1))
	done >>"$out/results.csv"
	sed -i "s/^timing_reason,.*/timing_reason,not hardware: the clock is an emulator's or a hypervisor's/" \
		"$out/machine.csv"
	echo >"$out/report.html"
	report=yes
	seq 1 "$1" | sed 's/^/finding /' >"$scratch/findings"
	default_out=$out
	show_summary >"$scratch/said"
	default_out=$scratch/results/r-1
	rm "$scratch/findings"
	cat "$scratch/said"
	[ "$(wc -l <"$scratch/said")" -le 24 ] &&
		awk 'length > 80 { bad = 1 } END { exit bad }' "$scratch/said"
}
check 'the screen has at most 24 lines of 80 columns' full_screen 4
check 'so it has where litmus tests are counted' full_screen 4 never
check 'and where they are forbidden' full_screen 5 forbidden
check 'and where there is more to find, too' full_screen 6 forbidden
check 'which names as many as a line holds' is_said \
	'litmus: 99 forbidden: invpcid_all_1, invpcid_all_2, invpcid_all_3 and 96 more'
check 'and where there is more to find' full_screen 6
check 'what was found is shown' is_said 'finding 6'
check 'the last line says what to open' [ "$(tail -n 1 "$scratch/said")" = \
	"open $scratch/results/latest/report.html" ]
show_summary >"$scratch/said"
check 'a report that failed is named' is_said \
	'break-even, ceiling, sizes of TLB and PCIDs: the report failed'

# --- all of it

verbose=yes
said_of "$(pages invlpg first-bare-4k 90.000 1)"
check '-v: what was measured is shown' is_said '         7.000  cr3_reload first'
check '-v: under its heading' is_said "$heading  lazy"
check '-v: what was skipped is not' not_said 'skipped: '
check '-v: and a benchmark that was skipped whole has no heading' not_said "$heading  ipi"
finish

#!/bin/sh
# The harness on modelled machines: what their files say comes out of what it measures.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/lava.sh

# Without noise, and with the least instruction a whole cycle: nothing is rounded.
machine=$scratch/planted.machine
sed 's/^cost\.invlpg = .*/cost.invlpg = 77/
	s/^cost\.imul = .*/&\ncost.mov = 1\ncost.nop = 1/' \
	tests/silicon/machines/tiny.machine >"$machine"
# Room for what several PCIDs have, of which it keeps four.
keeper=$scratch/keeper.machine
sed 's/4x4/16x4/; s/^\(tlb = .*\) lru$/\1 lru pcids 4/
	s/^\(psc = .*\) lru$/\1 lru pcids 4/' "$machine" >"$keeper"

measured() { # STATUS FOLDER MACHINE [OPTION...]
	wanted=$1 folder=$scratch/$2 file=$3
	shift 3
	status=0
	rm -rf "$folder"
	build/host/silicon "$file" run=test "$@" >"$scratch/stream" 2>"$scratch/errors" ||
		status=$?
	captured=0
	build/host/capture --mode quiet --out "$folder" <"$scratch/stream" 2>&1 || captured=$?
	cat "$scratch/errors"
	echo "status $status, of the reader $captured"
	[ "$status" -eq "$wanted" ] && [ "$captured" -eq "$wanted" ]
}

built() {
	make -s build/host/silicon build/host/capture build/host/check_config
}

# COLUMN of the rows that begin so; in thousandths, costs have no more digits.
of_rows() { # FOLDER BENCH,OP,VARIANT,PARAM,VALUE COLUMN
	awk -F, -v row="$2" -v column="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
		$1 "," $2 "," $3 "," $4 "," $5 == row { print $at }' "$scratch/$1/results.csv"
}

cost_is() { # FOLDER ROW TICKS
	found=$(of_rows "$1" "$2" cost)
	echo "$2 costs $found"
	[ "$found" = "$3" ]
}

# Not above it by more than a fiftieth of a tick: the stamps are in that.
cost_is_about() { # FOLDER ROW TICKS
	found=$(of_rows "$1" "$2" cost)
	echo "$2 costs $found"
	awk -v found="$found" -v wanted="$3" \
		'BEGIN { exit !(found != "" && found >= wanted - 0.05 && found <= wanted + 0.05) }'
}

machine_says() { # FOLDER LINE...
	of=$1
	shift
	for line; do
		grep -qx "$line" "$scratch/$of/machine.csv" || {
			cat "$scratch/$of/machine.csv"
			return 1
		}
	done
}

check 'it is built' built

# --- what is planted comes out

check 'a whole benchmark' measured 0 costs "$machine" profile=smoke only=single_op seed=1
check 'it is called a model, and nothing to quote' machine_says costs env,model timing_valid,0
for row in cr3_reload,first-bare:121 cr3_reload,marginal:121 \
	cr3_pcid_flush,first-bare-pcide:121 cr3_pcid_noflush,first-bare-pcide:71 \
	cr3_pcid_noflush,marginal-pcide:71 invlpg,first-bare-4k:77 invlpg,marginal-4k:77 \
	invlpg,first-bare-4k-absent:77 invpcid_address,first-bare-4k:251 \
	invpcid_address,marginal-4k:251 invpcid_context,marginal-pcide:301 \
	invpcid_all_non_global,first-bare:351; do
	check "a cost that is planted: ${row%:*}" cost_is costs \
		"single_op,${row%:*},pages,64" "${row#*:}.000"
done
# Behind it the window's page is walked to, three levels of 25; a copy that follows reads
# its descriptor by one.
check 'the first fetch behind a full flush' cost_is costs \
	single_op,invpcid_all_global,first-fetch,pages,64 476.000
check 'and in a row' cost_is costs single_op,invpcid_all_global,marginal,pages,64 501.000

check 'refills' measured 0 walks "$machine" profile=smoke only=refill/none seed=1
for row in dense:25 by2m:50 by1g:75; do
	check "a walk of $row" cost_is_about walks \
		"refill,none,4k-random-warm-${row%:*}-large,pages,64" "${row#*:}"
done

# Walks by what they meet, of a machine that tells of its caches.  Its upper levels are lost
# with the load of CR3: of 16 pages the first reads four entries and each other two, all
# of them in the first cache but the page's own.
awk '/^cores/ {
		print "cpuid = 0x4 0 0x00004121 0x01c0003f 0x0000003f 0"
		print "cpuid = 0x4 1 0x00004143 0x01c0003f 0x000001ff 0"
		print "cpuid = 0x4 2 0x00004163 0x03c0003f 0x00001fff 0"
	} { print }' tests/silicon/machines/haswell.machine >"$scratch/cached.machine"
of_machine() { # COST...: the sum of these of the machine's file
	awk -v names="$*" 'BEGIN { n = split(names, name, " ") }
		{ for (i = 1; i <= n; i++) if ($1 == "cost." name[i]) sum += $3 }
		END { print sum + 0 }' "$scratch/cached.machine"
}
walks_take() { # ROW UPPER-READS COST...
	row=$1 reads=$2
	shift 2
	wanted=$(awk -v rest="$(of_machine "$@")" -v each="$(of_machine walk_l1)" \
		-v reads="$reads" 'BEGIN { print rest + each * reads }')
	cost_is_within metwalks "walks,$row,," "$wanted" 0.07
}
cost_is_within() { # FOLDER ROW TICKS BY
	found=$(of_rows "$1" "$2" cost)
	echo "$2 costs $found, not $3"
	awk -v found="$found" -v wanted="$3" -v by="$4" \
		'BEGIN { exit !(found != "" && found >= wanted - by && found <= wanted + by) }'
}
check 'walks' measured 0 metwalks "$scratch/cached.machine" profile=quick only=walks seed=1
for at in l1 l2 l3 memory; do
	check "a walk whose entry is in $at" walks_take "cr3_reload,load-$at" 1.125 walk_start \
		"walk_$at"
done
check 'a walk for a store' walks_take cr3_reload,store-l1 1.125 walk_start walk_l1
for row in load-accessed store-dirty store-new; do
	check "a walk of $row, which sets bits once" walks_take "cr3_reload,$row-l1" 1.125 walk_start \
		walk_l1 walk_sets
done
check 'a store to a page held clean' walks_take none,store-clean-l1 0 dirty walk_start walk_l1 \
	walk_sets
check 'and one to a page made writable walk once more' walks_take none,store-upgrade-l1 0 \
	walk_start walk_l1
check 'without a fault' cost_is metwalks walks,none,store-upgrade-l1-faults,, 0.000
check 'D that is cleared and not flushed stays clear' cost_is metwalks \
	walks,none,store-cleared-l1-unset,, 1000.000
check 'for nothing' cost_is metwalks walks,none,store-cleared-l1,, 0.000
{ cat "$scratch/cached.machine" && echo 'erratum = rights_cached'; } >"$scratch/rights.machine"
check 'a machine that faults once more' measured 0 rights "$scratch/rights.machine" \
	profile=smoke only=walks/none seed=1
check 'does so at each page made writable' cost_is rights walks,none,store-upgrade-l1-faults,, \
	1000.000
costs_a_fault() {
	found=$(of_rows rights walks,none,store-upgrade-l1,, cost)
	echo "$found"
	awk -v found="$found" 'BEGIN { exit !(found > 400) }'
}
check 'which costs a fault' costs_a_fault

# Four pages with frames in a row are one entry of zen5's TLB: 512 of them are 128, of which
# the first level holds 96.  Without the second level's size in CPUID no W is larger.
sed 's/^cpuid = 0x80000006 0 [^ ]* [^ ]*/cpuid = 0x80000006 0 0 0/' \
	tests/silicon/machines/zen5.machine >"$scratch/coalescing.machine"
check 'refills of pages whose frames are in a row' measured 0 coalescing \
	"$scratch/coalescing.machine" profile=default only=refill/none seed=1
costs_about() { # FOLDER ROW LOW HIGH
	found=$(of_rows "$1" "$2" cost)
	echo "$2 costs $found"
	awk -v found="$found" -v low="$3" -v high="$4" \
		'BEGIN { exit !(found != "" && found >= low && found <= high) }'
}
check 'scattered ones are fetched from the second level' costs_about coalescing \
	refill,none,4k-random-warm-dense-large,pages,512 2.7 2.9
check 'of those in a row three of four are in the first' costs_about coalescing \
	refill,none,4k-random-warm-contiguous-large,pages,512 0.5 1.4
check 'PCIDs' measured 0 pcids "$keeper" profile=default \
	only=pcid_capacity/cr3_pcid_noflush seed=1
check 'a machine that keeps four keeps them over three others' cost_is pcids \
	pcid_capacity,cr3_pcid_noflush,noflush-s0,pcids,3 0.000
loses_the_fifth() {
	cost=$(of_rows pcids pcid_capacity,cr3_pcid_noflush,noflush-s0,pcids,4 cost)
	echo "$cost"
	awk -v cost="$cost" 'BEGIN { exit !(cost >= 25) }'
}
check 'and not over four' loses_the_fifth

# --- counters, where CPUID has them

awk '/^cores/ { print "cpuid = 0xa 0 0x07300403 0 0 0x00000603" } { print }' "$keeper" |
	sed 's/16x4/32x4/' >"$scratch/counters.machine"
check 'with counters' measured 0 counters "$scratch/counters.machine" profile=smoke \
	only=single_op/cr3_reload seed=1
check 'cycles are the core clock'"'"'s' cost_is counters \
	single_op,cr3_reload,marginal-cycles,pages,64 121.000
selftest_is() { # FOLDER TEST,VALUE
	grep "^$2," "$scratch/$1/selftest.csv" | grep ',pass,' || {
		cat "$scratch/$1/selftest.csv"
		return 1
	}
}
check 'a full flush costs a walk a page' selftest_is counters walks_cr3_reload,64.000
check 'INVLPG one' selftest_is counters walks_invlpg,1.000
# Of AMD's from Zen 4 on, PerfMonV2, each stands still until PerfCntrGlobalCtl enables it.
for name in zen5 client_zen4; do
	check "the counters of $name" measured 0 "counters_$name" \
		"tests/silicon/machines/$name.machine" profile=smoke \
		only=single_op/cr3_reload seed=1
	check 'are enabled: a multiplication is three cycles' selftest_is \
		"counters_$name" cycle_counter,3.000
	check 'and a full flush a walk a page' selftest_is \
		"counters_$name" walks_cr3_reload,64.000
done

# --- what a machine lacks

reasons_are() { # FOLDER BENCH,OP TEXT: of all its rows
	awk -F, -v row="$2" '$1 "," $2 == row { print $7 "," $8 }' \
		"$scratch/$1/results.csv" | sort -u >"$scratch/reasons"
	echo "skipped,$3" | diff - "$scratch/reasons"
}

{ cat tests/silicon/machines/zen5.machine && echo 'erratum = invlpgb_faults'; } \
	>"$scratch/reported.machine"
check 'one that has no INVPCID' measured 0 atom tests/silicon/machines/atom.machine \
	profile=smoke only='single_op/inv*,ipi' seed=1
check 'says so of its rows' reasons_are atom single_op,invpcid_address invpcid
check 'and has its INVLPG' [ "$(awk -F, '$2 == "invlpg" && $7 == "ok"' \
	"$scratch/atom/results.csv" | wc -l)" -gt 10 ]
check 'one whose INVLPGB is reported and raises #UD' measured 0 reported \
	"$scratch/reported.machine" profile=smoke \
	only='single_op/invlpgb*,single_op/invlpg' seed=1
check 'is tried once, and says why it is not used' machine_says reported \
	'invlpgb_refused,"reported, and it faults"'
check 'and its rows are skipped' reasons_are reported single_op,invlpgb_tlbsync invlpgb
check 'there is one processor here' machine_says atom cpus_started,1 \
	'cpus_not_asked_why,the model on this computer runs one processor'

# --- signals of LAVA

signals() { # NAME MACHINE [OPTION...]
	name=$1
	status=0
	build/host/silicon "$2" lava=1 seed=1 profile=smoke "$3" >"$scratch/stream" || status=$?
	rm -rf "${scratch:?}/$name"
	build/host/capture --mode quiet --out "$scratch/$name" <"$scratch/stream" ||
		[ $? -eq "$status" ] && signals_are_the_exports "$scratch/stream" "$scratch/$name"
}
# But for its own line in machine.csv, and the memory that the signals have.
nothing_else_changes() {
	build/host/silicon "$machine" lava=0 seed=1 profile=smoke only=single_op \
		>"$scratch/plain" &&
		build/host/silicon "$machine" seed=1 profile=smoke only=single_op |
		cmp - "$scratch/plain" && ! grep -q LAVA "$scratch/plain" &&
		build/host/silicon "$machine" lava=1 seed=1 profile=smoke only=single_op |
		grep -v '^<LAVA_SIGNAL_' | diff - "$scratch/plain" >"$scratch/differs"
	cat "$scratch/differs"
	[ "$(sed -n 's/^[<>] \([a-z_]*\),.*/\1/p' "$scratch/differs" | sort | tr '\n' ' ')" = \
		'lava pool_bytes pool_bytes pool_wanted_bytes pool_wanted_bytes ' ] &&
		[ "$(grep -c '^[<>] @end machine.csv' "$scratch/differs")" -eq 2 ] &&
		[ "$(grep -c '^[<>]' "$scratch/differs")" -eq 7 ]
}
check 'the signals of a run are those that the report exports of its files' \
	signals whole tests/silicon/machines/zen5.machine pin=0
check 'with cores of two types' signals types tests/silicon/machines/hybrid.machine \
	only='single_op/inv*'
check 'and where operations fail' signals fails "$machine" selftest.break=invlpg
check 'with lava = 0 nothing is said, and with 1 nothing else' nothing_else_changes

# --- errata

failed_are() { # FOLDER LINE...: OP,ENTRY,PCIDE
	of=$1
	shift
	awk -F, '{ for (i = 1; i <= NF; i++) if ($i == "fail") print $1 "," $2 "," $3 }' \
		"$scratch/$of/verify.csv" | sort -u >"$scratch/failed"
	printf '%s\n' "$@" | sort | diff - "$scratch/failed"
}

plant() { # TEXT
	{ cat tests/silicon/machines/haswell.machine && echo "erratum = $1"; } \
		>"$scratch/erratum.machine"
}

plant 'invlpg_keeps_globals pcide on'
check 'an erratum is status 1' measured 1 globals "$scratch/erratum.machine" \
	profile=smoke only=single_op/invlpg,single_op/cr3_reload seed=1
check 'and fails its cells alone' failed_are globals invlpg,global_4k,1 \
	invlpg,global_4k_accessed,1 invlpg,other_pcid_global,1 \
	invlpg,other_pcid_global_accessed,1 invlpg,code_global,1
plant 'cr3_keeps_pde pcide off'
check 'another' measured 1 pde "$scratch/erratum.machine" \
	profile=smoke only=single_op/invlpg,single_op/cr3_reload seed=1
check 'fails others' failed_are pde cr3_reload,psc,0 cr3_reload,psc_accessed,0 \
	cr3_reload,pde,0 cr3_reload,pde_accessed,0

plant 'cr3_does_nothing set 5 of 16 pcide off'
check 'one set of sixteen that is never flushed' measured 1 set \
	"$scratch/erratum.machine" profile=smoke only=single_op/cr3_reload seed=1
check 'fails all that can be in that set' failed_are set cr3_reload,page_4k,0 \
	cr3_reload,page_4k_accessed,0 cr3_reload,page_2m,0 cr3_reload,page_2m_accessed,0 \
	cr3_reload,neighbour,0 cr3_reload,neighbour_accessed,0 cr3_reload,pde,0 \
	cr3_reload,pde_accessed,0 cr3_reload,code_4k,0 cr3_reload,code_2m,0
plant 'invpcid_2_keeps_globals side code'
check 'an instruction side that keeps global code' measured 1 code \
	"$scratch/erratum.machine" profile=smoke only=single_op/invpcid_all_global seed=1
check 'fails that cell alone' failed_are code invpcid_all_global,code_global,0 \
	invpcid_all_global,code_global,1

# --- exceptions

check 'an exception that nobody expected is status 4' measured 4 fault "$machine" \
	profile=smoke only=single_op/cr3_reload selftest.plant=pf
check 'and its registers are shown' grep -q 'unexpected exception #PF.*single_op' \
	"$scratch/stream"
check 'one in a window is the window'"'"'s' measured 4 space "$machine" profile=smoke \
	only='switch/cr3_pcid_noflush' selftest.plant=space
check 'with its address' grep -Eq '^ RIP ffff90000[0-9a-f]* CR2 0{16} ' "$scratch/stream"
check 'an interrupt costs a block' measured 0 irq "$machine" profile=smoke \
	only=single_op/cr3_reload selftest.plant=irq
check 'which is counted' [ "$(awk -F, '{ sum += $11 } END { print sum }' \
	"$scratch/irq/results.csv")" -gt 0 ]

# --- the same again

{ cat "$machine" && echo 'noise_percent = 3'; } >"$scratch/noisy.machine"
sums() { # FOLDER
	(cd "$scratch/$1" && cksum ./*)
}
noisy() { # FOLDER SEED
	measured 0 "$1" "$scratch/noisy.machine" profile=smoke only=single_op/invlpg seed="$2"
}
check 'with noise' noisy once 5
check 'again' noisy twice 5
check 'with another seed' noisy other 6
check 'the same seed gives the same bytes' [ "$(sums once)" = "$(sums twice)" ]
check 'another gives others' [ "$(sums once)" != "$(sums other)" ]

# --- through run.sh

by_run_sh() { # STATUS FOLDER OPTION...
	wanted=$1 folder=$scratch/$2
	shift 2
	status=0
	./run.sh -e model --no-report -p smoke -o "$folder" "$@" >"$scratch/said" 2>&1 ||
		status=$?
	cat "$scratch/said"
	[ "$status" -eq "$wanted" ]
}

files_are_whole() { # FOLDER [FILE]
	(cd "$scratch/$1" && ls) >"$scratch/files"
	printf '%s\n' canary.csv machine.csv results.csv selftest.csv summary.txt verify.csv \
		${2+"$2"} | sort | diff - "$scratch/files"
}

check 'a whole run' by_run_sh 0 tiny --machine-file tiny
check 'gives whole files' files_are_whole tiny litmus.csv
check 'one of another machine' by_run_sh 0 zen5 --machine-file zen5 \
	--only 'single_op/invlpgb*,tlb_size,range/invlpgb*'
check 'gives them too' files_are_whole zen5
check 'an erratum by an option is status 1 too' by_run_sh 1 by-option \
	--machine-file haswell --erratum 'invlpg_does_nothing' --only single_op/invlpg
check 'nothing that matches is status 2' by_run_sh 2 nothing --machine-file tiny \
	--only nothing

refused() { # TEXT OPTION...
	text=$1
	shift
	by_run_sh 2 refused "$@" && grep -qF -- "$text" "$scratch/said" &&
		[ ! -e "$scratch/refused" ]
}

printf 'features = pge\ntsc_khz = many\n' >"$scratch/bad.machine"
check 'a bad file is refused, by its line and value' refused \
	"$scratch/bad.machine:2: many" --machine-file "$scratch/bad.machine"
check 'and so is a bad erratum' refused 'invlpg_sings' --machine-file tiny \
	--erratum invlpg_sings
check 'a model without a file' refused 'say which with --machine-file: atom,'
check 'a file that is not there' refused 'known by name are: atom,' --machine-file z80
check 'processors are the file'"'"'s' refused '-c 4: the model is what its file says' \
	--machine-file tiny -c 4
check 'it has no stick' refused 'a serial line alone' --machine-file tiny \
	--set transport=ram
check 'a setting that the program would not take' refused 'pages' --machine-file tiny \
	--set pages=x
of_others() {
	status=0
	./run.sh -e bochs --machine-file tiny -n >"$scratch/said" 2>&1 || status=$?
	[ "$status" -eq 2 ] && grep -q 'are of -e model' "$scratch/said"
}
check 'no other emulator takes one' of_others

# --- in Bochs

of_bochs() { # TEXT OPTION...
	text=$1 status=0
	shift
	./run.sh -e silicon -n "$@" >"$scratch/said" 2>&1 || status=$?
	cat "$scratch/said"
	[ "$status" -eq 2 ] && grep -qF -- "$text" "$scratch/said"
}
its_clock() {
	./run.sh -e silicon --machine-file zen5 --erratum invlpg_does_nothing -c 2 \
		--set seed=7 -n >"$scratch/said" 2>&1 || :
	cat "$scratch/said"
	tr -d "'" <"$scratch/said" |
		grep -qF "SILICON_ERRATA=invlpg_does_nothing SILICON_SEED=7" &&
		grep -q ', count=2, ips=2725000000,' "$scratch/said"
}
check 'in Bochs: without a file' of_bochs 'say which with --machine-file: atom,'
check 'in Bochs: the processor is the file'"'"'s' of_bochs "machine's file says" \
	--machine-file tiny --cpu max
check 'in Bochs: no accelerator' of_bochs 'no accelerators' --machine-file tiny -a tcg
check 'in Bochs: its clock is the TSC of the file' its_clock

finish

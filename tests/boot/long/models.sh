#!/bin/sh
# The program runs on processors of all ages: what one lacks is skipped, and the bit of
# CPUID is named.
set -eu
. tests/boot.sh

# What is skipped is skipped for one of these, and each of these is skipped somewhere.
lacks() { # NAME BIT...
	name=$1
	shift
	all_such_rows "$name" results.csv '$status == "skipped"' \
		"\$reason ~ /^(cycle counter|no whole GiB of RAM|$(echo "$*" | tr ' ' '|'))\$/" ||
		return 1
	for bit; do
		some_rows "$name" results.csv "\$status == \"skipped\" && \$reason == \"$bit\"" ||
			return 1
	done
}

# TCG has neither PCID nor INVPCID, INVLPGB or TCE, whatever the model is called.
emulated() { # MODEL BIT...
	model=$1
	shift
	boot "$model" -a tcg -c 2 --cpu "$model" --only single_op --set pin=1
	check "$model: exit status 0" status_is "$model" 0
	check "$model: no cell fails" all_rows "$model" verify.csv '$verdict != "fail"'
	check "$model: what it has is believed" all_such_rows "$model" results.csv \
		'$op ~ /^(invlpg|cr3_reload|cr4_pge_toggle)$/ && $status == "ok"' \
		'$believed == 1'
	check "$model: what is skipped names the bit" \
		lacks "$model" pcid invpcid invlpgb tce "$@"
}

emulated qemu64 1g smep
emulated Nehalem 1g smep
emulated Haswell 1g
emulated EPYC
# TCG takes every write to a register that it does not know.
check 'EPYC: pin=1 is for each processor' machine_is EPYC cpus_pinned 2
emulated Icelake-Server
emulated max

# Of a processor, by all that was started and has ended: others may be busy too.
seconds_spent() {
	times >"$scratch/times"
	awk 'NR == 2 { gsub(/[ms]/, " "); print int($1 * 60 + $2 + $3 * 60 + $4) }' \
		"$scratch/times"
}

# Bochs has PCID and INVPCID, in models that are slower than the one of `make test`.
for model in corei7_skylake_x corei7_icelake_u; do
	seconds_spent >"$scratch/start"
	boot "$model" -e bochs -c 1 --cpu "$model" --only single_op
	seconds_spent >"$scratch/end"
	spent=$(($(cat "$scratch/end") - $(cat "$scratch/start")))
	check "$model: a whole run" whole_run "$model"
	check "$model: in a minute of a processor at most ($spent s)" [ "$spent" -le 60 ]
	check "$model: with PCIDs every must cell passes that can be shown here" \
		all_such_rows "$model" verify.csv '$rule == "must" && $pcide == 1 &&
		$entry !~ /^(psc.*|(code_)?(target|other)_pcid|page_1g)$/ &&
		$op !~ /^invlpgb_/' '$verdict == "pass"'
	check "$model: the accessed bit says the same of every entry" \
		witnesses_agree "$model"
	check "$model: what is skipped names the bit" lacks "$model" invlpgb tce
done

finish

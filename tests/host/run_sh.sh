#!/bin/sh
# run.sh from boot to exit status: what it keeps, says and leaves behind, and KVM.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh
. tests/host/tree.sh

# --- a run

status_is() { # STATUS [STATUS-OF-DONE]
	whole_run "${2:-$1}" >"$stream"
	run_new "$1" && [ -e "$out/selftest.csv" ]
}

default_place() {
	at=$tree/results/r-1
	whole_run 0 >"$stream"
	run 0 --set run=r-1 && [ "$(readlink "$tree/results/latest")" = r-1 ] &&
		[ "$(names "$at")" = 'machine.csv selftest.csv summary.txt ' ] &&
		[ "$(tail -n 2 "$scratch/said")" = "no row was delivered
files in $at, all rows in its summary.txt" ] &&
		run 0 --set run=r-2 && [ "$(readlink "$tree/results/latest")" = r-2 ] &&
		[ "$(names "$tree/results")" = 'latest r-1 r-2 ' ]
}

relative_to_the_caller() {
	whole_run 0 >"$stream"
	(
		mkdir -p "$scratch/elsewhere" && cd "$scratch/elsewhere" || exit 1
		run 0 -o a/b && [ -e "$scratch/elsewhere/a/b/summary.txt" ]
	)
}

held_already() { # FILE
	rm -rf "$out" && mkdir "$out" && echo old >"$out/$1"
	whole_run 0 >"$stream"
	refused 'holds a run already' -o "$out" && [ "$(cat "$out/$1")" = old ]
}

may_exist() {
	rm -rf "$out" && mkdir "$out" && echo mine >"$out/notes"
	whole_run 0 >"$stream"
	run 0 -o "$out" && [ -e "$out/notes" ]
}

out_cannot_be_made() {
	echo >"$scratch/file"
	run 3 -o "$scratch/file/out" && errors "cannot create $scratch/file/out"
}

cut_run() {
	whole_run 0 | sed '/^monotonic/ q' >"$stream"
	run_new 4 && [ "$(names "$out")" = "selftest.csv " ] &&
		errors "dropped a part of 'selftest.csv'" &&
		errors 'no summary was delivered' &&
		errors '    words between the parts' && ! errors 'window,8'
}

no_run() {
	printf 'BdsDxe: failed to load\r\n' >"$stream"
	run_new 4 FAKE_STDERR='no such device' && [ ! -e "$out" ] &&
		errors '    BdsDxe: failed to load' &&
		errors 'the emulator said: no such device'
}

emulator_that_stays() {
	whole_run 1 >"$stream"
	run_new 1 FAKE_STAYS=yes
}

time_is_up() {
	whole_run 0 | sed '$ d' >"$stream"
	run_new 4 FAKE_STAYS=yes --timeout 6 && errors 'the time is up' &&
		[ -e "$out/summary.txt" ]
}

interrupted_by() { # SIGNAL STATUS EMULATOR
	whole_run 0 | sed '/^monotonic/ q' >"$stream"
	rm -f "$FAKE_LOG"*
	rm -rf "$out"
	# A background process ignores SIGINT unless it is told otherwise.
	FAKE_STAYS=yes env "--default-signal=$1" "$tree/run.sh" -e "$3" -o "$out" \
		--set transport=serial \
		>"$scratch/said" 2>"$scratch/errors" </dev/null &
	pid=$!
	tries=100
	until grep -qs monotonic "$out/.selftest.csv.part" || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	kill "-$1" $pid
	actual=0
	wait $pid || actual=$?
	cat "$scratch/said" "$scratch/errors"
	[ $actual -eq "$2" ] && left_nothing && errors "ended by SIG$1" &&
		[ "$(tail -n 1 "$scratch/errors")" = \
			"run.sh: interrupted at 3/3, partial files in $out" ] &&
		! said 'no row' && ! said operation &&
		[ "$(names "$out")" = "selftest.csv " ] &&
		[ "$(wc -l <"$out/selftest.csv")" -eq 2 ]
}

interrupted_with_nothing() { # SETTING
	printf 'BdsDxe: starting\r\n' >"$stream"
	rm -rf "$out" "$FAKE_LOG"*
	FAKE_STAYS=yes env --default-signal=INT "$tree/run.sh" -o "$out" \
		--set "$1" >"$scratch/said" 2>"$scratch/errors" </dev/null &
	pid=$!
	tries=100
	until [ -e "$FAKE_LOG.cfg" ] || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	kill -INT $pid
	actual=0
	wait $pid || actual=$?
	cat "$scratch/said" "$scratch/errors"
	[ $actual -eq 130 ] && left_nothing && [ ! -e "$out" ] &&
		errors 'run.sh: interrupted, nothing was delivered'
}

all_rows_are_behind_verbose() {
	whole_run 0 >"$stream"
	run_new 0 -v && said 'all is well' && run_new 0 && ! said 'all is well'
}

# As with `./run.sh | head -1`.
nobody_listens() {
	whole_run 0 >"$stream"
	rm -rf "$FAKE_LOG"* "$out"
	"$tree/run.sh" --set transport=serial -o "$out" </dev/null 2>"$scratch/errors" | true
	cat "$scratch/errors"
	left_nothing && [ "$(names "$out")" = 'machine.csv selftest.csv summary.txt ' ]
}

failed_report() { # STATUS STATUS-OF-DONE
	whole_run "$2" >"$stream"
	run_new "$1" FAKE_REPORT=1 && errors 'the report failed: report of' &&
		run_new "$2" FAKE_REPORT=1 --no-report
}

failed_build() {
	run_new 3 FAKE_MAKE=2 && errors 'the build failed' && [ ! -e "$out" ]
}

for status in 0 1 2 4; do
	check "@done $status is exit status $status" status_is $status
done
check 'an unknown @done is exit status 4' status_is 4 7
check 'the files are in results/RUN-ID, and the last lines say so' default_place
check 'a relative directory is the one of the caller' relative_to_the_caller
check 'a directory with results.csv is refused' held_already results.csv
check 'a directory with machine.csv is refused' held_already machine.csv
check 'a directory with other files is not' may_exist
check 'a directory that cannot be made is named' out_cannot_be_made
check 'a cut run: 4, whole parts kept, the end of the console shown' cut_run
check 'no @run: 4, console and emulator shown, nothing left' no_run
check 'an emulator that does not end is ended' emulator_that_stays
check 'the time limit ends the run with 4' time_is_up
check 'SIGINT leaves no emulator and no half file' interrupted_by INT 130 qemu
check 'SIGTERM leaves no emulator and no half file' interrupted_by TERM 143 qemu
check 'SIGINT before anything came says so' interrupted_with_nothing transport=serial
check 'the same where nobody reads the serial line' interrupted_with_nothing serial=com2
check 'the table of all rows is shown with -v alone' all_rows_are_behind_verbose
check 'a closed output leaves no emulator, and whole files' nobody_listens
check 'a failed report is exit status 3' failed_report 3 0
check 'a failed report does not hide a failed row' failed_report 1 1
check 'a failed build is exit status 3' failed_build

# --- KVM

accelerators_tried() { # ACCELERATOR...
	sed 's/.*-accel \([a-z]*\).*/\1/' "$FAKE_LOG" | tr '\n' ' ' | grep -qx "$* "
}

auto() { # CPUINFO KVM LINE ACCELERATOR...
	cpuinfo=$1 kvm=$2 line=$3
	shift 3
	whole_run 0 >"$stream"
	run_new 0 TLBMARK_CPUINFO="$scratch/$cpuinfo" FAKE_KVM="$kvm" &&
		accelerators_tried "$@" && [ "$(cat "$scratch/errors")" = "$line" ]
}

kvm_or_nothing() { # CPUINFO DEVICE KVM REASON
	run_new 3 TLBMARK_CPUINFO="$scratch/$1" TLBMARK_KVM="$2" FAKE_KVM="$3" -a kvm &&
		errors "no KVM: $4" && [ ! -e "$out" ]
}

# Once the program has started there is no second try: it may be what it measures.
kvm_died_later() {
	whole_run 0 | sed '/^monotonic/ q' >"$stream"
	run_new 4 TLBMARK_CPUINFO="$scratch/vmx" FAKE_STDERR='KVM internal error' \
		FAKE_STAYS=yes && accelerators_tried kvm
}

check 'KVM is taken if it works' auto vmx works '' kvm
check 'without vmx or svm KVM is not tried' auto no-vmx works \
	'run.sh: no KVM (the processor shows neither vmx nor svm): using TCG' tcg
check 'KVM dies and QEMU lives on: TCG, one line' auto vmx dies \
	'run.sh: no KVM (KVM internal error. Suberror: 1): using TCG' kvm tcg
check 'the program does not start under KVM: TCG, one line' auto vmx silent \
	'run.sh: no KVM (the program does not start): using TCG' kvm tcg
check '-a kvm without vmx or svm' kvm_or_nothing no-vmx /dev/null works 'the processor'
check '-a kvm without a device' kvm_or_nothing vmx /nothing works \
	'/nothing cannot be opened'
check '-a kvm that dies' kvm_or_nothing vmx /dev/null dies 'KVM internal error'
check 'KVM that dies in the run ends it with 4' kvm_died_later

# --- Bochs

in_bochs() { # STATUS
	whole_run "$1" >"$stream"
	run_new "$1" FAKE_STAYS=yes -e bochs && [ "$(cat "$FAKE_LOG.size")" -eq 69672960 ] &&
		[ "$(names "$out")" = 'machine.csv selftest.csv summary.txt ' ] &&
		grep -qx 'after = debugexit' "$FAKE_LOG.cfg" && ! said debugger
}

bochs_panics() {
	run_new 4 FAKE_PANIC='no memory' -e bochs && [ ! -e "$out" ] &&
		errors 'run.sh: the emulator said: no memory' && ! errors debugger
}

bochs_fills_the_disk() {
	run_new 4 FAKE_LOG_GROWS=yes -e bochs &&
		errors 'the log of the emulator has grown beyond 64 MiB: it was ended'
}

bochs_takes_too_long() {
	whole_run 0 | sed '$ d' >"$stream"
	run_new 4 FAKE_STAYS=yes -e bochs --timeout 6 && errors 'the time is up' &&
		[ -e "$out/summary.txt" ]
}

unknown_model() {
	run_new 2 -e bochs --cpu haswell && [ ! -e "$out" ] && [ ! -e "$FAKE_LOG" ] &&
		errors '--cpu haswell: not one of: ryzen corei7_haswell_4770 tigerlake'
}

known_model() {
	whole_run 0 >"$stream"
	run_new 0 -e bochs --cpu tigerlake && grep -q 'model=tigerlake,' "$FAKE_LOG"
}

# The magic breakpoint is of no use without, and older ones do not know the option.
bochs_debugger() { # [VARIABLE=VALUE...] PATTERN OF THE COMMAND
	whole_run 0 >"$stream"
	run_new 0 ${2:+"$1"} -e bochs && grep -q -- "${2:-$1}" "$FAKE_LOG"
}

no_bochs() {
	stand_in dpkg-query <<-'EOF'
	exit 1
	EOF
	stand_in apt-get <<-'EOF'
	exit 100
	EOF
	run_new 3 BOCHS=bochs-not-here -e bochs && errors 'bochs-not-here is missing' &&
		errors ' bochs ' && errors ' seabios'
}

check 'Bochs: a whole run is exit status 0' in_bochs 0
check 'Bochs: @done 1 is exit status 1' in_bochs 1
check 'Bochs: a panic is shown, and exit status 4' bochs_panics
check 'Bochs: a log without end is ended, and exit status 4' bochs_fills_the_disk
check 'Bochs: the time limit ends the run with 4' bochs_takes_too_long
check 'Bochs: SIGINT leaves no emulator and no half file' interrupted_by INT 130 bochs
check 'Bochs: SIGTERM leaves no emulator and no half file' interrupted_by TERM 143 bochs
check 'Bochs: a model it does not know is refused, and those it knows named' \
	unknown_model
check 'Bochs: a model it knows is taken' known_model
check 'Bochs: its debugger is asked for where it has to be' \
	bochs_debugger FAKE_DEBUGGER=yes '^-q -debugger -f '
check 'Bochs: and not where it is not' bochs_debugger '^-q -f '
check 'Bochs is missing: 3, and what to install' no_bochs
finish

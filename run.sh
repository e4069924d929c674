#!/bin/sh
# Builds what is missing, boots tlbmark under OVMF in an emulator, collects the files it
# sends over the serial line, and draws the report.
set -eu

# What is called here must not speak another language, nor read names in its way (as
# Turkish does with "i"), and cd must go where it is sent.
LC_ALL=C
export LC_ALL
unset CDPATH

# Options and their defaults, in the words of `./run.sh -h`.
emulator=qemu   # -e, --emulator NAME    qemu, bochs, model or silicon (modelled machines)
machine_file=   #     --machine-file F   of those: a name in tests/silicon/machines, or a path
errata=         #     --erratum TEXT     of those: one more than the file has; repeatable
accel=auto      # -a, --accel NAME       auto, kvm, tcg, or icount (deterministic)
cpus=4          # -c, --cpus N           processors of the machine (Bochs: 14 at most)
cpu=            #     --cpu MODEL        their model (KVM: host, TCG: max, Bochs: a Haswell)
machine=q35     #     --machine NAME     q35 or pc (Bochs: pc)
memory=512      #     --memory MIB       memory of the machine (Bochs: 2048 at most)
firmware=       #     --firmware PATH    OVMF image (default: found)
disk=virtio     #     --disk KIND        the stick as virtio, usb, ahci or nvme
profile=default # -p, --profile NAME     smoke, quick, default or full
only=           #     --only GLOB,...    benchmarks to run, BENCH or BENCH/OP (all)
settings=       #     --set KEY=VALUE    a line of tlbmark.cfg; repeatable
out=            # -o, --out DIR          where the files go (default: results/RUN-ID)
timeout=600     #     --timeout SECONDS  give up after, way home included; full: 3600
report=yes      #     --no-report        draw no plots
dry_run=no      # -n, --dry-run          print the emulator's command, and end
list=no         #     --list             say what --only and --set can be given, and end
setup=no        #     --setup            install the packages that are missing, and end
yes=            # -y, --yes              install without asking
verbose=no      # -v, --verbose          show the console, and all rows in the end

# Limits in seconds: until the program has started, and until the machine has ended.
start_timeout=240
kvm_start_timeout=20
end_timeout=5
# No file of the emulator grows beyond so many MiB: a Bochs that resets for ever would
# fill the disk with its log.
most_mib=64

# What the machine offers.  The tests put other things in these places: a fake emulator,
# another processor, device, firmware.
qemu=${QEMU:-qemu-system-x86_64}
bochs=${BOCHS:-bochs}
python=${PYTHON:-/usr/bin/python3}
cpuinfo=${TLBMARK_CPUINFO:-/proc/cpuinfo}
kvm_device=${TLBMARK_KVM:-/dev/kvm}
share=${TLBMARK_SHARE:-/usr/share}

root=$(dirname -- "$0")
PATH=$PATH:/usr/sbin:/sbin
run='' work='' emulator_pid='' capture_pid='' child_pid='' status=0 accelerated='' chipset=''
variables='' zbarimg='' qrread='' made_out='' kept='' ended='' run_began='' stage='reading the options'

# shellcheck source=host/options.sh
. "$root/host/options.sh"
# shellcheck source=host/machine.sh
. "$root/host/machine.sh"
# shellcheck source=host/summary.sh
. "$root/host/summary.sh"
# shellcheck source=host/emulators.sh
. "$root/host/emulators.sh"
# shellcheck source=stick/layout.sh
. "$root/stick/layout.sh"
# shellcheck source=host/stick.sh
. "$root/host/stick.sh"

help() {
	echo 'usage: ./run.sh [options]'
	sed -n '/^# Options/,/^$/ s/^[a-z_]*=\([^ ]*\) *# \(.*\)/  \2 [\1]/p' "$0" |
		sed 's/ \[\(no\|yes\|\)\]$//'
	echo 'examples:'
	echo '  ./run.sh -p smoke                       a first look, in a minute'
	echo '  ./run.sh -e bochs --only range,refill   two benchmarks, where PCIDs are'
	echo '  ./run.sh -e model --machine-file zen5   a machine whose costs are known'
	echo 'exit status: 0 measured; 1 a row or a verification failed, or a litmus test ended with'
	echo 'an outcome that the architecture forbids; 2 usage; 3 something is missing here, or'
	echo 'failed; 4 the machine did not finish'
}

# Where nobody hears it, it is no reason to end.
say() {
	printf 'run.sh: %s\n' "$*" >&2 || :
}

die() { # STATUS WORD...
	status=$1
	shift
	say "$@"
	leave "$status"
}

# Every way out but a mistake, or a command that failed where none should: clean_up.
leave() { # STATUS
	ended=yes
	exit "$1"
}

# So that a signal is heard at once: a shell waits for what it runs in the foreground.
in_background() { # COMMAND...
	"$@" </dev/null &
	child_pid=$! child_status=0
	wait "$child_pid" 2>/dev/null || child_status=$?
	child_pid=
	return "$child_status"
}

is_empty() { # FOLDER
	[ -z "$(ls -A "$1")" ]
}

refuse_taken_out() {
	if [ -e "$out/results.csv" ] || [ -e "$out/machine.csv" ]; then
		die 2 "--out $out: holds a run already"
	fi
}

make_out() {
	if [ ! -d "$out" ]; then
		mkdir -p "$out" || die 3 "cannot create $out: say with -o where the files may go"
		made_out=yes
	fi
	[ -w "$out" ] || die 3 "cannot write to $out: say with -o where the files may go"
}

# Into --out; if that takes them no more, they stay where they are.
# Half a file is worse than none: what does not get in whole is missing there, and makes
# room for the others.
deliver() { # FOLDER in the work folder [FOLDER in --out]
	to=$out${2:+/$2} missing=
	[ -z "${2-}" ] || mkdir -p "$to" 2>/dev/null || :
	words=$(cp "$work/$1"/* "$to" 2>&1) && return
	kept=yes
	for file in "$work/$1"/*; do
		name=${file##*/}
		cmp -s "$file" "$to/$name" || cp "$file" "$to" 2>/dev/null || {
			rm -f "$to/$name" 2>/dev/null || :
			missing="$missing $name"
		}
	done
	words=${words%%"$newline"*}
	say "cannot write to $to (${words##*: }): missing there:$missing; all are kept in $work/$1"
	return 1
}

# What nobody may be there to read comes last, and its failure says nothing of the run.
show() { # TEXT
	printf '%s\n' "$*" 2>/dev/null | cat 2>/dev/null && return
	[ $? -ne 141 ] || leave 141 # 128 + SIGPIPE, as with `| head -n 1`
	say 'cannot write to standard output'
	[ "$status" -ne 0 ] || status=3
}

# shellcheck disable=SC2317 # called in the background
draw_report() {
	exec "$python" "$root/results/report.py" "$out" --lines "$work/findings" \
		>"$work/report" 2>&1
}

# Says what is known about a run that did not end well, and what there is of it.
conclude() {
	! by_serial || cat "$work/capture.err" >&2 || :
	! by_stick || collect
	[ "$status" -ne 2 ] || end_without_a_run
	if [ "$status" -ge 4 ]; then
		status=4
		words=$(emulator_words)
		[ -z "$words" ] || say "the emulator said: $words"
	fi
	if is_empty "$out"; then
		die "$status" 'nothing was delivered'
	fi
	# What the program did not understand it ignores, which must not go unseen.
	sed -n 's/^bad_option_[0-9]*,/run.sh: ignored: /p' "$out/machine.csv" >&2 2>/dev/null || :
	if [ "$report" = yes ] && ! in_background draw_report; then
		say "warning: the report failed: $(head -n 1 "$work/report")"
		[ "$status" -ne 0 ] || status=3
	fi
	if [ "$out" = "$default_out" ]; then
		ln -s -- "$run" "$root/results/.latest-$run"
		mv -T -- "$root/results/.latest-$run" "$root/results/latest"
	fi
	show "$(show_summary)"
}

# How far it had come, and where that is.
# shellcheck disable=SC2317 # called by the trap
say_interrupted() {
	at=$(sed -n 's,.* interrupted at \([0-9]*/[0-9]*\).*, at \1,p' "$work/capture.err" \
		2>/dev/null)
	if is_empty "$out"; then
		say "interrupted$at, nothing was delivered"
	elif [ -n "$kept" ]; then
		say "interrupted$at, partial files in $work"
	else
		say "interrupted$at, partial files in $out"
	fi
}

# Nothing is left behind, whatever ends the script; what came whole is kept.
# shellcheck disable=SC2317 # called by the trap
clean_up() {
	code=$?
	set +e # what fails here keeps nothing else from being cleaned up
	trap '' HUP INT PIPE QUIT TERM
	if [ -n "$child_pid" ]; then
		kill "$child_pid" 2>/dev/null
		wait "$child_pid" 2>/dev/null
	fi
	if [ -n "$capture_pid" ]; then
		kill "$capture_pid" 2>/dev/null
		wait "$capture_pid" 2>/dev/null
		cat "$work/capture.err" >&2
	fi
	stop_emulator 0
	# On the way home the serial line may have delivered all.
	if [ "$code" -ge 128 ] || [ -z "$ended" ]; then
		! by_stick || [ -e "$out/machine.csv" ] || keep_serial
	fi
	[ "$code" -le 128 ] || [ -z "$run_began" ] || say_interrupted
	[ -z "$made_out" ] || rmdir "$out" 2>/dev/null
	if [ -n "$kept" ]; then
		rm -f "$work/disk.img" "$work/vars.fd"
	else
		rm -rf "$work"
	fi
	if [ -z "$ended" ]; then
		say "failed while $stage"
		code=3
	fi
	exit "$code"
}

# shellcheck disable=SC2317 # called by the trap
end_by() { # SIGNAL NUMBER
	say "ended by SIG$1"
	leave $((128 + $2))
}

# A descriptor that is closed would be given to the next file that is opened, and what is
# said would be written there.
(: 3>&1) 2>/dev/null || die 3 'the standard output is closed: >/dev/null is enough'
(: 3>&2) || exec 2>/dev/null
(: 3<&0) 2>/dev/null || exec </dev/null
trap clean_up EXIT
trap 'end_by HUP 1' HUP && trap 'end_by INT 2' INT && trap 'end_by QUIT 3' QUIT
trap 'end_by PIPE 13' PIPE && trap 'end_by TERM 15' TERM
take_options "$@"
[ "$setup" = no ] || exec "$root/tests/install.sh" ${yes:+"$yes"}
[ "$list" = no ] || list_choices
temporary=$(absolute "${TMPDIR:-/tmp}")
refuse_taken_out
if [ "$dry_run" = yes ]; then
	check_unstarted_settings
	choose_firmware
	check_variables
	[ "$accel" != auto ] || [ -n "$(kvm_problem)" ] || accel=kvm
	work=$temporary/tlbmark
	show "$(emulator_command "$accel")"
	leave "$status"
fi
stage='installing what is missing'
work=$(mktemp -d "$temporary/tlbmark.XXXXXX") ||
	die 3 "cannot make a folder in $temporary (TMPDIR)"
[ "$emulator" = model ] ||
	set -- objcopy mkfs.vfat mcopy mdir "$program" ${zbarimg:+"$zbarimg"}
[ "$emulator" != model ] || set --
"$root/tests/install.sh" ${yes:+"$yes"} make gcc ld "$@" || leave 3
choose_firmware
check_variables
check_model
stage='building'
# Under `make test` this make must not look for the job server of that one.
# shellcheck disable=SC2086 # names of files
in_background env MAKEFLAGS= make -s -C "$root" $starts build/host/capture \
	build/host/check_config ${qrread:+"$qrread"} >&2 || die 3 'the build failed'
check_settings
check_machine_file
make_out
stage="making the stick in $work"
! by_screen || open_screen
make_disk
stage='the machine ran' run_began=yes
boot_any
stage='collecting the files' run_began=''
conclude
leave "$status"

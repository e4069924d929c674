#!/bin/sh
# Builds what is missing, boots tlbmark under OVMF in an emulator, collects the files it
# sends over the serial line, and draws the report.
set -eu

# Options and their defaults, in the words of `./run.sh -h`.
emulator=qemu   # -e, --emulator NAME    qemu or bochs
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
timeout=600     #     --timeout SECONDS  give up after; profile full: 3600
report=yes      #     --no-report        draw no plots
dry_run=no      # -n, --dry-run          print the emulator's command, and end
setup=no        #     --setup            install the packages that are missing, and end
yes=            # -y, --yes              install without asking
verbose=no      # -v, --verbose          show the console

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

root=$(dirname "$0")
PATH=$PATH:/usr/sbin:/sbin
run='' work='' emulator_pid='' capture_pid='' status=0 accelerated='' chipset='' transport=auto zbarimg='' qrread=''

# shellcheck source=results/summary.sh
. "$root/results/summary.sh"
# shellcheck source=results/emulators.sh
. "$root/results/emulators.sh"
# shellcheck source=stick/layout.sh
. "$root/stick/layout.sh"
# shellcheck source=results/stick.sh
. "$root/results/stick.sh"

help() {
	echo 'usage: ./run.sh [options]'
	sed -n '/^# Options/,/^$/ s/^[a-z_]*=\([^ ]*\) *# \(.*\)/  \2 [\1]/p' "$0" |
		sed 's/ \[\(no\|yes\|\)\]$//'
	echo 'exit status: 0 measured; 1 a row or a verification failed; 2 usage;'
	echo '3 something is missing here; 4 the machine did not finish'
}

say() {
	printf 'run.sh: %s\n' "$*" >&2
}

die() { # STATUS WORD...
	status=$1
	shift
	say "$@"
	exit "$status"
}

# --- options

number() { # OPTION VALUE LEAST MOST
	case $2 in
	'' | *[!0-9]* | 0?* | ????????*) ;;
	*) [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ] || return 0 ;;
	esac
	die 2 "$1 $2: not a number from $3 to $4"
}

one_of() { # OPTION VALUE CHOICE...
	option=$1 value=$2
	shift 2
	for choice; do
		[ "$value" != "$choice" ] || return 0
	done
	die 2 "$option $value: not one of: $*"
}

made_of() { # OPTION VALUE CHARACTERS
	case $2 in
	'' | *[!$3]*) die 2 "$1 $2: empty, or with a character that is not allowed" ;;
	esac
}

take_setting() { # KEY=VALUE
	case $1 in
	*[[:cntrl:]]* | *'#'*) die 2 "--set $1: a line end or a comment" ;;
	*=*) ;;
	*) die 2 "--set $1: not KEY=VALUE" ;;
	esac
	one_of --set "${1%%=*}" profile only cpus pages seed run raw pin serial \
		countdown transport after selftest.break selftest.plant
	[ "${1%%=*}" != transport ] || take_transport "${1#*=}"
	if [ "${1%%=*}" = run ]; then
		run=${1#*=}
		made_of '--set run' "$run" A-Za-z0-9_-
	else
		settings="$settings${1%%=*} = ${1#*=}
"
	fi
}

take_value() { # OPTION VALUE
	case $1 in
	-e | --emulator) one_of "$@" qemu bochs && emulator=$2 ;;
	-a | --accel) one_of "$@" auto kvm tcg icount && accel=$2 accelerated="$1 $2" ;;
	-c | --cpus) number "$@" 1 255 && cpus=$2 ;;
	--cpu) made_of "$@" A-Za-z0-9_.,=+- && cpu=$2 ;;
	--machine) one_of "$@" q35 pc && machine=$2 chipset="$1 $2" ;;
	--memory) number "$@" 64 1048576 && memory=$2 ;;
	--firmware) [ -f "$2" ] || die 2 "$1 $2: no such file" && firmware=$2 ;;
	--disk) one_of "$@" virtio usb ahci nvme && disk=$2 ;;
	-p | --profile) one_of "$@" smoke quick default full && profile=$2 ;;
	--only) made_of "$@" 'A-Za-z0-9_*?/,' && only=$2 ;;
	--set) take_setting "$2" ;;
	-o | --out) [ -n "$2" ] || die 2 "$1: empty" && out=$2 ;;
	--timeout) number "$@" 1 999999 && timeout=$2 limited=yes ;;
	*) die 2 "$1: no such option, or one without a value" ;;
	esac
}

take_options() {
	limited=no
	while [ $# -gt 0 ]; do
		case $1 in
		--no-report) report=no ;;
		-n | --dry-run) dry_run=yes ;;
		--setup) setup=yes ;;
		-y | --yes) yes=--yes ;;
		-v | --verbose) verbose=yes ;;
		-h | --help) help && exit 0 ;;
		--*=*) take_value "${1%%=*}" "${1#*=}" ;;
		*)
			[ $# -gt 1 ] || die 2 "$1: no such option, or without its value"
			take_value "$1" "$2"
			shift
			;;
		esac
		shift
	done
	program=$qemu
	[ "$emulator" = qemu ] || limit_to_bochs
	[ "$profile$limited" != fullno ] || timeout=3600
	[ "$cpus" -gt 1 ] && threads=multi || threads=single
	[ -n "$run" ] ||
		run=$(date +%Y%m%d-%H%M%S)-$(od -An -N2 -tx1 /dev/urandom | tr -d ' ')
	default_out=$root/results/$run
	default_out=${default_out#./}
	out=${out:-$default_out}
}

# --- the machine

stop_emulator() { # SECONDS in which it may end by itself
	[ -n "$emulator_pid" ] || return 0
	tries=$(($1 * 5))
	while [ $tries -gt 0 ] && kill -0 "$emulator_pid" 2>/dev/null; do
		sleep 0.2
		tries=$((tries - 1))
	done
	kill -KILL "$emulator_pid" 2>/dev/null || :
	wait "$emulator_pid" 2>/dev/null || emulator_status=$?
	emulator_pid=
}

# Where /dev/kvm is there but the hardware is not, OVMF dies and QEMU lives on.
watch() { # PROCESS SECONDS
	tries=$(($2 * 5))
	while [ $tries -gt 0 ] && kill -0 "$1" 2>/dev/null; do
		! grep -qs 'KVM internal error' "$work/emulator.err" || stop_emulator 0
		sleep 0.2
		tries=$((tries - 1))
	done
}

start_emulator() { # ACCELERATOR
	rm -f "$work/serial" "$work/emulator.err"
	mkfifo "$work/serial"
	[ ! -f "$variables" ] || cp "$variables" "$work/vars.fd"
	command=$(emulator_command "$1")
	[ "$verbose" = no ] || echo "$command"
	{
		ulimit -f $((most_mib * 2048)) || :
		eval "exec $command"
	} </dev/null >"$work/serial" 2>"$work/emulator.err" &
	emulator_pid=$! emulator_status=0
	exec 3<"$work/serial"
}

capture() { # SECONDS in which the program must have started
	set -- --start-timeout "$1" --out "$out" --timeout "$timeout"
	! by_stick || set -- "$@" --out "$work/serial-files"
	[ "$verbose" = no ] || set -- "$@" --verbose
	"$root/build/host/capture" "$@" <&3 3<&- 2>"$work/capture.err" &
	capture_pid=$!
	watch $capture_pid 999999
	status=0
	wait "$capture_pid" || status=$?
	capture_pid=
}

# The rest of what the machine says is read, so that it can go on, until it has ended.
follow() { # SECONDS
	cat <&3 >"$work/console" 3<&- &
	reader_pid=$!
	exec 3<&-
	watch "$emulator_pid" "$1"
	! kill -0 "$emulator_pid" 2>/dev/null ||
		say "the emulator has not ended by itself in $1 s: it was ended"
	stop_emulator 0
	wait "$reader_pid" || :
}

boot() { # ACCELERATOR SECONDS in which the program must have started
	start_emulator "$1"
	if by_serial; then
		capture "$2"
		! by_stick || [ "$status" -gt 4 ] || [ "$status" -eq 3 ] ||
			follow "$home_timeout"
	else
		status=4
		await_end "$timeout"
		! grep -qs 'KVM internal error' "$work/emulator.err" || status=5
	fi
	# QEMU ends when the program does, Bochs does not.
	[ "$emulator" = qemu ] || end_timeout=0
	stop_emulator $((status < 3 ? end_timeout : 0))
	exec 3<&-
	[ $emulator_status -ne 153 ] || # 128 + SIGXFSZ
		say "the log of the emulator has grown beyond $most_mib MiB: it was ended"
}

# What keeps KVM from working, as far as that is known before it is tried.
kvm_problem() {
	if ! grep -Eqw 'vmx|svm' "$cpuinfo"; then
		echo 'the processor shows neither vmx nor svm'
	elif [ ! -r "$kvm_device" ] || [ ! -w "$kvm_device" ]; then
		echo "$kvm_device cannot be opened"
	fi
}

boot_any() {
	case $accel in
	kvm | auto)
		problem=$(kvm_problem)
		if [ -z "$problem" ]; then
			boot kvm "$kvm_start_timeout"
			[ "$status" -eq 5 ] || return 0
			problem=$(grep -v warning "$work/emulator.err" | head -n 1)
			problem=${problem:-the program does not start}
		fi
		[ "$accel" = auto ] || die 3 "no KVM: $problem (-a tcg works without)"
		say "no KVM ($problem): using TCG"
		accel=tcg
		;;
	esac
	boot "$accel" "$start_timeout"
}

# --- the run

make_out() {
	if [ -e "$out/results.csv" ] || [ -e "$out/machine.csv" ]; then
		die 2 "--out $out: holds a run already"
	fi
	mkdir -p "$out" || die 3 "cannot create $out"
}

# Says what is known about a run that did not end well, and what there is of it.
conclude() {
	! by_serial || cat "$work/capture.err" >&2
	! by_stick || [ "$status" -eq 5 ] || [ "$status" -eq 3 ] || collect
	[ "$status" -ne 2 ] || end_without_a_run
	if [ "$status" -ge 4 ]; then
		status=4
		words=$(emulator_words)
		[ -z "$words" ] || say "the emulator said: $words"
	fi
	if rmdir "$out" 2>/dev/null; then
		die "$status" 'nothing was delivered'
	fi
	# What the program did not understand it ignores, which must not go unseen.
	sed -n 's/^bad_option_[0-9]*,/run.sh: ignored: /p' "$out/machine.csv" >&2 2>/dev/null || :
	if [ "$report" = yes ] &&
		! "$python" "$root/results/report.py" "$out" >"$work/report" 2>&1; then
		say "warning: the report failed: $(head -n 1 "$work/report")"
		[ "$status" -ne 0 ] || status=3
	fi
	if [ "$out" = "$default_out" ]; then
		ln -s "$run" "$root/results/.latest-$run"
		mv -T "$root/results/.latest-$run" "$root/results/latest"
	fi
	show_summary
	echo "files in $out: $(cd "$out" && echo *)"
}

# Nothing is left behind, whatever ends the script; what came whole is kept.
# shellcheck disable=SC2317 # called by the trap
clean_up() {
	trap '' HUP INT PIPE TERM
	if [ -n "$capture_pid" ]; then
		kill "$capture_pid" 2>/dev/null || :
		wait "$capture_pid" || :
		cat "$work/capture.err" >&2
		! by_stick || keep_serial
	fi
	stop_emulator 0
	rmdir "$out" 2>/dev/null || :
	rm -rf "$work"
}

take_options "$@"
[ "$setup" = no ] || exec "$root/tests/install.sh" ${yes:+"$yes"}
if [ "$dry_run" = yes ]; then
	choose_firmware
	[ "$accel" != auto ] || [ -n "$(kvm_problem)" ] || accel=kvm
	work=${TMPDIR:-/tmp}/tlbmark
	emulator_command "$accel"
	exit 0
fi
trap clean_up EXIT
trap 'exit 129' HUP && trap 'exit 130' INT
trap 'exit 141' PIPE && trap 'exit 143' TERM
work=$(mktemp -d "${TMPDIR:-/tmp}/tlbmark.XXXXXX")
make_out
"$root/tests/install.sh" ${yes:+"$yes"} make gcc ld objcopy mkfs.vfat mcopy mdir "$program" \
	${zbarimg:+"$zbarimg"} || exit 3
choose_firmware
check_model
# Under `make test` this make must not look for the job server of that one.
MAKEFLAGS='' make -s -C "$root" build/tlbmark.img build/host/capture ${qrread:+"$qrread"} >&2 ||
	die 3 'the build failed'
make_disk
boot_any
conclude
exit "$status"

# shellcheck shell=sh
# One start of the machine: it is begun, listened to, awaited and ended.
# shellcheck disable=SC2034,SC2154 # run.sh has the options, and takes what is set here

# Seconds that no change of the date moves.
read_clock() {
	read -r now _ </proc/uptime
	now=${now%.*}
}

# What --timeout has left, and at least one second.
read_left() {
	read_clock
	left=$((deadline - now))
	[ $left -gt 0 ] || left=1
}

stop_emulator() { # SECONDS in which it may end by itself
	[ -n "$emulator_pid" ] || return 0
	read_clock
	until=$((now + $1))
	while [ "$now" -lt "$until" ] && kill -0 "$emulator_pid" 2>/dev/null; do
		sleep 0.2
		read_clock
	done
	kill -KILL "$emulator_pid" 2>/dev/null || :
	wait "$emulator_pid" 2>/dev/null || emulator_status=$?
	emulator_pid=
}

# Until it has ended, or the time is up.  Where /dev/kvm is there but the hardware is
# not, OVMF dies and QEMU lives on.
watch() { # PROCESS SECONDS
	read_clock
	watched_until=$((now + $2))
	while [ "$now" -lt "$watched_until" ] && kill -0 "$1" 2>/dev/null; do
		! grep -qs 'KVM internal error' "$work/emulator.err" || stop_emulator 0
		sleep 0.2
		read_clock
	done
}

start_emulator() { # ACCELERATOR
	rm -f "$work/serial" "$work/emulator.err"
	mkfifo "$work/serial"
	[ ! -f "$variables" ] || cp "$variables" "$work/vars.fd"
	command=$(emulator_command "$1")
	[ "$verbose" = no ] || show "$command"
	# Both ends are open before anybody is there: an emulator that is killed before it
	# has opened its own would be waited for without end.
	exec 6<>"$work/serial"
	exec 7>"$work/serial"
	exec 3<"$work/serial" 6<&-
	{
		ulimit -f $((most_mib * 2048)) || :
		eval "$command"
	} </dev/null >&7 2>"$work/emulator.err" 7>&- 3<&- &
	emulator_pid=$! emulator_status=0
	exec 7>&-
}

capture() { # SECONDS in which the program must have started
	read_left
	set -- --start-timeout "$1" --out "$out" --timeout "$left"
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
	read_left
	[ "$left" -gt "$1" ] || set -- "$left"
	cat <&3 >"$work/console" 3<&- &
	reader_pid=$!
	exec 3<&-
	watch "$emulator_pid" "$1"
	! kill -0 "$emulator_pid" 2>/dev/null ||
		say "the machine has not ended after $1 s more: it was ended"
	stop_emulator 0
	wait "$reader_pid" || :
}

boot() { # ACCELERATOR SECONDS in which the program must have started
	start_emulator "$1"
	if by_serial; then
		capture "$2"
		! by_stick || [ "$status" -gt 4 ] || follow "$home_timeout"
	else
		status=4
		await_end
		! grep -qs 'KVM internal error' "$work/emulator.err" || status=5
	fi
	# QEMU ends when the program does, Bochs does not.
	case $emulator in
	bochs | silicon) end_timeout=0 ;;
	esac
	stop_emulator $((status < 3 ? end_timeout : 0))
	exec 3<&-
	[ "$emulator_status" -ne 153 ] || # 128 + SIGXFSZ
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
	read_clock
	deadline=$((now + timeout))
	case $accel in
	kvm | auto)
		problem=$(kvm_problem)
		if [ -z "$problem" ]; then
			boot kvm "$kvm_start_timeout"
			[ "$status" -eq 5 ] && [ -z "$(stick_folder)" ] || return 0
			problem=$(grep -v warning "$work/emulator.err" | head -n 1)
			problem=${problem:-the program does not start}
		fi
		[ "$accel" = auto ] || die 3 "no KVM: $problem (-a tcg works without)"
		say "no KVM ($problem): using TCG"
		accel=tcg
		make_disk # what that start has left on it is not of this one
		;;
	esac
	boot "$accel" "$start_timeout"
}

# shellcheck shell=sh
# A tree in which run.sh can be tried without building, booting or installing anything:
# the script itself and the reader of the serial line are real, all else stands in.
# shellcheck disable=SC2154 # scratch comes from tests/tap.sh

home=$(pwd)
tree=$scratch/tree
bin=$scratch/bin
out=$scratch/out
stream=$scratch/stream
mkdir -p "$tree/build/host" "$tree/host" "$tree/results" "$tree/stick" "$bin" "$scratch/tmp" \
	"$scratch/share/OVMF" "$scratch/share/ovmf" "$scratch/share/seabios"
ln -s "$home/tests" "$tree/tests"
ln -s "$home/build/host/capture" "$home/build/host/check_config" \
	"$home/build/host/list" "$tree/build/host"
ln -s "$home/lib" "$home/bench" "$tree"
cp run.sh "$tree/run.sh"
cp host/*.sh "$tree/host"
cp stick/layout.sh "$tree/stick"
cp build/tlbmark.img "$tree/build"
echo firmware | tee "$scratch/share/OVMF/OVMF_CODE_4M.fd" \
	"$scratch/share/OVMF/OVMF_VARS_4M.fd" >"$scratch/share/ovmf/OVMF.fd"
echo 'VGA BIOS' >"$scratch/share/seabios/vgabios-stdvga.bin"
echo 'flags : fpu vmx' >"$scratch/vmx"
echo 'flags : fpu' >"$scratch/no-vmx"

stand_in() { # NAME, and the script on standard input
	{
		echo '#!/bin/sh'
		cat
	} >"$bin/$1"
	chmod +x "$bin/$1"
}

stand_in make <<'EOF'
exit "${FAKE_MAKE:-0}"
EOF
stand_in python <<'EOF'
echo "report of $2" >&2
exit "${FAKE_REPORT:-0}"
EOF
# Every package is there.
stand_in dpkg-query <<'EOF'
shift 3
printf 'ii  %s\n' "$@"
EOF

export PATH="$bin:$PATH" TMPDIR="$scratch/tmp" PYTHON="$bin/python"
export QEMU="$home/tests/host/fake-qemu.sh" BOCHS="$home/tests/host/fake-bochs.sh"
export TLBMARK_SHARE="$scratch/share"
export TLBMARK_CPUINFO="$scratch/no-vmx" TLBMARK_KVM=/dev/null
export FAKE_LOG="$scratch/log" FAKE_STREAM="$stream" FAKE_KVM=works

# Runs run.sh, without a second start of the machine unless FAKE_HOME is set, and expects an exit status.  What it has said and its errors are in files
# of these names, and with `check` in the diagnostics.
run() { # STATUS [VARIABLE=VALUE...] [OPTION...]
	expected=$1
	shift
	rm -rf "$FAKE_LOG"*
	actual=0
	(
		while :; do
			case ${1-} in
			[A-Z]*=*) export "${1?}" && shift ;;
			*) break ;;
			esac
		done
		[ -n "${FAKE_HOME-}" ] || set -- --set transport=serial "$@"
		exec "$tree/run.sh" "$@"
	) </dev/null >"$scratch/said" 2>"$scratch/errors" || actual=$?
	cat "$scratch/said" "$scratch/errors"
	[ "$actual" -eq "$expected" ] || {
		echo "exit status $actual, not $expected"
		return 1
	}
	left_nothing
}

left_nothing() {
	[ -z "$(names "$TMPDIR")" ] || {
		echo "left in TMPDIR: $(names "$TMPDIR")"
		rm -rf "${TMPDIR:?}"/* # one failure is no reason for others
		return 1
	}
	[ -e "$FAKE_LOG.pids" ] || return 0
	while read -r pid; do
		! grep -qsE 'sleep|yes|fake-(qemu|bochs)' "/proc/$pid/cmdline" || {
			echo "emulator $pid is still there"
			return 1
		}
	done <"$FAKE_LOG.pids"
}

names() { # DIRECTORY
	find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' '
}

# As `run`, with a new directory for the files.
run_new() { # STATUS [VARIABLE=VALUE...] [OPTION...]
	rm -rf "$out"
	run "$@" -o "$out"
}

refused() { # TEXT OPTION...
	text=$1
	shift
	run 2 "$@" && errors "$text" && [ ! -e "$FAKE_LOG" ]
}

said() { # TEXT
	grep -qF -- "$1" "$scratch/said"
}

errors() { # TEXT
	grep -qF -- "$1" "$scratch/errors"
}

#!/bin/sh
# Stands in for Bochs, as fake-qemu.sh does for QEMU.  FAKE_PANIC is what it panics
# with at its start, FAKE_LOG_GROWS is set for one that fills the disk with its log,
# FAKE_DEBUGGER for one whose debugger has to be asked for.
case $* in
'--help')
	echo '  -q               quick start (skip configuration interface)' >&2
	[ -z "${FAKE_DEBUGGER-}" ] ||
		echo '  -debugger        start Bochs internal debugger on startup' >&2
	exit 0
	;;
*-debugger*)
	[ -n "${FAKE_DEBUGGER-}" ] || {
		echo ">>PANIC<< command line arg '-debugger' was not understood" >&2
		exit 1
	}
	;;
esac
if [ "$*" = '--help cpu' ]; then
	printf 'Supported CPU models:\n\nryzen\ncorei7_haswell_4770\ntigerlake\n\n' >&2
	exit 0
fi
echo "$*" >>"$FAKE_LOG"
echo $$ >>"$FAKE_LOG.pids"
disk=$(echo "$*" | sed 's/.*type=disk, path="\([^"]*\).*/\1/')
mcopy -n -i "$disk@@16M" ::/tlbmark.cfg "$FAKE_LOG.cfg"
wc -c <"$disk" >"$FAKE_LOG.size"
echo 'a word of the debugger'

if [ -n "${FAKE_PANIC-}" ]; then
	echo "00000000000p[      ] >>PANIC<< $FAKE_PANIC" >&2
	exit 1
fi
[ -z "${FAKE_LOG_GROWS-}" ] || exec yes 'a word of the debugger'
cat "$FAKE_STREAM" >/dev/fd/3
if [ -d "${FAKE_HOME-}" ]; then
	run=$(sed -n 's/^run = //p' "$FAKE_LOG.cfg")
	mmd -i "$disk@@16M" "::/results/pc-2026-01-01-$run"
	mcopy -i "$disk@@16M" "$FAKE_HOME"/* "::/results/pc-2026-01-01-$run"
fi
[ -z "${FAKE_STAYS-}" ] || exec sleep 100

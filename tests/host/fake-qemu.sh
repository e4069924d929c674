#!/bin/sh
# Stands in for the emulator: keeps its arguments and the program's options, and plays
# the stream in FAKE_STREAM.  FAKE_KVM is what happens under KVM: `works`, `dies` as
# OVMF does without the hardware, `silent` as a machine that never starts.  FAKE_LATER is
# what a second start says.  FAKE_STAYS
# is set for a machine that does not end.
echo "$*" >>"$FAKE_LOG"
echo $$ >>"$FAKE_LOG.pids"
disk=$(echo "$*" | sed 's/.*id=disk,format=raw,file=\([^ ]*\).*/\1/')
mcopy -n -i "$disk@@16M" ::/tlbmark.cfg "$FAKE_LOG.cfg"

case "$* $FAKE_KVM" in
*'-accel kvm'*dies)
	echo 'KVM internal error. Suberror: 1' >&2
	exec sleep 100
	;;
*'-accel kvm'*silent) exit 1 ;;
esac
[ -z "${FAKE_STDERR-}" ] || echo "$FAKE_STDERR" >&2
cat "$FAKE_STREAM"
# What comes home to the stick, as the next start of the program writes it.
if [ -d "${FAKE_HOME-}" ]; then
	run=$(sed -n 's/^run = //p' "$FAKE_LOG.cfg")
	mmd -i "$disk@@16M" "::/results/pc-2026-01-01-$run"
	mcopy -i "$disk@@16M" "$FAKE_HOME"/* "::/results/pc-2026-01-01-$run"
fi
# What that start says: nobody reads it before run.sh has a console for it.
if [ -n "${FAKE_LATER-}" ]; then
	tries=300
	until [ -e "${disk%/*}/console" ] || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	echo "$FAKE_LATER"
fi
[ -z "${FAKE_STAYS-}" ] || exec sleep 100
exit 33

# shellcheck shell=sh
# A machine that shows its results on its screen and delivers them in no other way: they
# are read from pictures of it, which QEMU's monitor takes.
# shellcheck disable=SC2034,SC2154 # run.sh has the options, and takes what is set here

picture_seconds=1 # a page stays for six

by_screen() {
	[ "$ways" = ' screen ' ]
}

# What is needed for it besides.
choose_screen() {
	zbarimg=${ZBARIMG:-zbarimg} qrread=build/host/qrread
}

screen_devices() {
	if by_screen; then
		echo -vga std -chardev "pipe,id=monitor,path=monitor" -mon chardev=monitor
	else
		echo -vga none
	fi
}

# The monitor is told what to do through a pipe that this shell keeps open; what it
# answers nobody reads.
open_screen() {
	command -v "$zbarimg" >/dev/null ||
		die 3 "$zbarimg is missing, which reads codes; get it with: apt-get install zbar-tools"
	mkfifo "$work/monitor.in"
	ln -s /dev/null "$work/monitor.out"
	exec 4<>"$work/monitor.in"
}

# Adds what the last picture says.  One that shows no code says nothing.
read_picture() {
	[ -e "$work/picture.ppm" ] || return 0
	mv "$work/picture.ppm" "$work/new.ppm"
	! cmp -s "$work/new.ppm" "$work/old.ppm" || return 0
	mv "$work/new.ppm" "$work/old.ppm"
	"$zbarimg" -q --raw -Sdisable -Sqrcode.enable "$work/old.ppm" >>"$work/codes" \
		2>/dev/null || :
	sort -u -o "$work/codes" "$work/codes"
	[ "$(wc -l <"$work/codes")" -eq "$codes" ] || {
		codes=$(wc -l <"$work/codes")
		say "$codes codes on the screen so far"
	}
}

# The files of the run, and its status, out of the codes.
unpack_codes() {
	[ "$codes" -ne 0 ] || {
		say 'there was no code on the screen'
		return
	}
	status=0
	"$root/build/host/qrread" <"$work/codes" >"$work/stream" || incomplete=4
	"$root/build/host/capture" --partial --mode quiet --out "$out" <"$work/stream" \
		2>"$work/capture.err" || status=$?
	cat "$work/capture.err" >&2
	status=${incomplete:-$status}
}

read_screen() {
	cat <&3 >"$work/console" 3<&- &
	reader_pid=$!
	exec 3<&-
	codes=0
	: >"$work/codes"
	read_clock
	while kill -0 "$emulator_pid" 2>/dev/null && [ "$now" -lt "$deadline" ] &&
		! grep -qs 'KVM internal error' "$work/emulator.err"; do
		echo 'screendump "picture.ppm"' >&4
		sleep "$picture_seconds"
		read_picture
		read_clock
	done
	stop_emulator 0
	wait "$reader_pid" || :
	unpack_codes
}

#!/bin/sh
# A machine with nothing but a screen: what its QR codes say, read from pictures of it,
# is what came home to the stick.
set -eu
. tests/stick.sh
. tests/boot.sh

pictures=$scratch/pictures
mkdir "$pictures"

# For QEMU's monitor: a picture every other second, as long as somebody listens.
take_pictures() {
	picture=100
	while sleep 2; do
		picture=$((picture + 1))
		echo "screendump $pictures/$picture.ppm"
	done
}

# Two starts, with the codes shown between them.
stick qr 'run = qr' 'transport = screen, ram'
mkfifo "$scratch/monitor"
take_pictures >"$scratch/monitor" &
vga=std monitor=$scratch/monitor
start qr -serial none -monitor stdio -accel tcg

read_codes() {
	for file in "$pictures"/*.ppm; do
		zbarimg -q --raw -Sdisable -Sqrcode.enable "$file" 2>/dev/null || :
	done | sort -u >"$scratch/codes"
	[ -s "$scratch/codes" ] && build/host/qrread <"$scratch/codes" >"$scratch/stream" &&
		mkdir "$scratch/read" &&
		build/host/capture --partial --out "$scratch/read" <"$scratch/stream"
}

same_as_on_the_stick() {
	fetch qr "$scratch/home" && [ -s "$scratch/read/results.csv" ] || return 1
	for file in "$scratch/read"/*.csv; do
		cmp "$file" "$scratch/home"/*/"${file##*/}" || return 1
	done
}

# run.sh reads it by itself.
read_by_run_sh() {
	status_is alone 0 && machine_is alone transport screen &&
		all_rows alone results.csv '$status == "ok" || $status == "skipped"' &&
		some_rows alone results.csv '$op == "invlpg" && $status == "ok"' &&
		some_rows alone verify.csv '$rule == "must" && $verdict == "pass"'
}

check 'the run comes home' ended_with 0
check 'the codes are read, all of them' read_codes
check 'their files are those on the stick' same_as_on_the_stick
boot alone -a tcg -c 1 --machine pc --only single_op/invlpg --set transport=screen
check 'run.sh reads the screen where there is no other way' read_by_run_sh
finish

#!/bin/sh
# Results go to a server that refuses them, is full, cuts the line, does not answer: they
# stay in RAM, and arrive when it has recovered.  TFTP is QEMU's own, behind its user-mode
# network.
set -eu
. tests/lab.sh

# Each start asks the network twice.
patience=240
folder=$scratch/there
mode() { # WORD...
	echo "$@" >"$scratch/mode"
}

start_server() {
	python3 tests/lab/put_server.py "$folder" "$scratch/mode" "$scratch/port" &
	server=$!
	while [ ! -s "$scratch/port" ]; do
		kill -0 $server || return 1
		sleep 0.1
	done
	port=$(cat "$scratch/port")
}
trap 'kill $server 2>/dev/null || :; rm -rf "$scratch"' EXIT

# The next start of the machine, until it has said so.
again() { # TEXT [TIMES]
	tell system_reset
	hears up "$@"
}

# As in tests/boot/matrix/boot_next.sh.
has_variable() { # NAME
	name=$1 perl -0777 -ne 'my $wide = join "\0", split(//, "$ENV{name}\0"), "";
		exit !/\xaa\x55\x3f.{57}\Q$wide\E/s' "$scratch/vars.fd"
}

waits='NO server has taken the results.  They wait in RAM'
mode good
start_server
served up 'run = up' 'transport = http, serial' 'pages = 8' "upload = http://10.0.2.2:$port/in"

bios='' machine=q35 device='-device virtio-blk-pci,drive=disk' attend up -accel tcg \
	-drive "if=pflash,format=raw,readonly=on,file=$share/OVMF_CODE_4M.fd" \
	-drive "if=pflash,format=raw,file=$scratch/vars.fd" \
	-netdev "user,id=net,tftp=$served,bootfile=tlbmark.efi" \
	-device virtio-net-pci,netdev=net,bootindex=0,romfile=
begins() {
	hears up 'the server takes files: results go there' &&
		hears up 'leaving the firmware' && says up 'the next start sends them to the server'
}
check 'before it leaves the firmware the server has taken a file' begins

mode 403 413 507 507 507 cut
each_failure_is_named() {
	hears up "$waits" && says up 'machine.csv: 403, the server forbids it' &&
		says up ': 413, too large for the server' && says up ': the server fails, or is full' &&
		says up 'the server has cut the line' && [ -z "$(find "$folder" -name '*.csv')" ]
}
check 'refused, too large, full, cut: each is named, nothing is lost' each_failure_is_named

mode slow
does_not_answer() {
	again "$waits" 2 && says up 'the server does not answer in time'
}
check 'a server that does not answer is given up' does_not_answer

# Its answer to the first file is lost, and the file is there when it comes again.
mode lost good
nothing_waits() {
	tries=100
	while has_variable Tlbmark00; do
		[ $tries -ne 0 ] || return 1
		tries=$((tries - 1))
		sleep 0.2
	done
}
arrived() {
	again 'the server has the results' && nothing_waits && set -- "$folder"/in/*/*/ && [ $# -eq 1 ] &&
		same_as_serial up "$1" && manifest_holds "$1"
}
check 'back again, it gets all files, as they came over the serial line, and nothing waits' arrived

leave
finish

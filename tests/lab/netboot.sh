#!/bin/sh
# Started over the network: options from the server, and the ways that are left.  TFTP is
# QEMU's own, behind its user-mode network.
# bios=PATH tries another OVMF than the one that is installed.
set -eu
. tests/stick.sh

# The program, the first file that the server gives, and its tlbmark.cfg.  There is one
# disk, with nothing on it.
served() { # NAME BOOTFILE LINE...
	served=$scratch/$1
	bootfile=$2
	mkdir -p "$served/lab"
	cp build/tlbmark.efi "$served/lab"
	truncate -s 1M "$scratch/$1.img"
	shift 2
	printf '%s\n' 'profile = smoke' 'only = single_op/invlpg' 'countdown = 0' \
		'after = debugexit' "$@" >"$served/lab/tlbmark.cfg"
}

# In real time: the network does not wait for counted instructions.
netboot() { # NAME [DEVICE-OPTIONS]
	device='-device virtio-blk-pci,drive=disk' start "$1" -accel tcg \
		-netdev "user,id=net,tftp=$served,bootfile=$bootfile" \
		-device "virtio-net-pci,netdev=net,bootindex=0${2-}"
}

is_sent() { # NAME
	ended_with 0 && says "$1" "run_id,$1" && says "$1" '@done 0' &&
		says "$1" 'They leave this machine by serial alone' &&
		! says "$1" 'ignored:' >/dev/null && ! says "$1" 'looking for' >/dev/null
}

# Without a ROM on the card it is OVMF that boots.
served pxe lab/tlbmark.efi 'run = pxe' 'this line is none' 'transport = http, serial' \
	'upload = http://10.0.2.2:1/'
netboot pxe ,romfile=
options_of_server() {
	ended_with 0 && says pxe 'boot server:6: this line is none: not key = value' &&
		says pxe 'not started from a file system' &&
		says pxe 'http://10.0.2.2:1/: the server refuses the connection' &&
		says pxe 'They leave this machine by serial alone' &&
		says pxe 'run_id,pxe' && says pxe '@done 0'
}
check 'PXE: tlbmark.cfg is read from the server; that HTTP is down is said, and what is left' options_of_server

# The card's ROM is iPXE: a command line, and a file system of what it has fetched.
served ipxe lab/boot.ipxe 'run = other'
printf '%s\n' '#!ipxe' 'imgfetch --name tlbmark.cfg tlbmark.cfg' \
	'chain tlbmark.efi run=ipxe seed=7' >"$served/lab/boot.ipxe"
netboot ipxe
command_line_wins() {
	is_sent ipxe && says ipxe 'seed,7' &&
		says ipxe 'started from files that came over a network: a reset empties that'
}
check 'iPXE: its command line, and tlbmark.cfg from what it fetched' command_line_wins
finish

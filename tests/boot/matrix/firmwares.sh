#!/bin/sh
# Firmware that is not OVMF with its doors open: U-Boot, which does not know what it
# started, and Secure Boot, which starts only what was signed.
set -eu
. tests/stick.sh

# --- U-Boot: it knows no labels, makes no folders, and has no BootCurrent.

u_boot=/usr/lib/u-boot/qemu-x86_64/u-boot.rom
stick u-boot 'run = u-boot' 'serial = com1'
put u-boot "$scratch/cfg" /tlbmark.cfg esp
bios=$u_boot start u-boot -accel tcg
delivers() {
	ended_with 0 && says u-boot 'no automatic reset here' &&
		says u-boot 'transport,serial ram' && says u-boot '@done 0' &&
		! says u-boot 'looking for the results' >/dev/null
}
check 'U-Boot starts it: the serial line delivers, nothing resets' delivers

stick by-hand 'run = by-hand' 'after = wait' 'serial = com1'
put by-hand "$scratch/cfg" /tlbmark.cfg esp
bios=$u_boot attend by-hand -accel tcg
comes_home_by_hand() {
	hears by-hand 'the results wait there.' && tell system_reset &&
		hears by-hand 'your results are in'
}
check 'reset by hand, it brings them to the stick' comes_home_by_hand
leave

stick variables 'run = variables' 'serial = com1'
printf '%s\n' 'transport = serial, nvram' >>"$scratch/cfg"
put variables "$scratch/cfg" /tlbmark.cfg esp
bios=$u_boot start variables -accel tcg
takes_none() {
	ended_with 0 && says variables 'takes no variables when it is left' &&
		says variables 'transport,serial' && says variables '@done 0'
}
check 'and takes no variables, which is said' takes_none

# --- Secure Boot

share=/usr/share/OVMF
key=/usr/share/ovmf/PkKek-1-snakeoil

secure_start() { # NAME
	cp "$share/OVMF_VARS_4M.snakeoil.fd" "$scratch/vars.fd"
	bios='' machine=q35,smm=on seconds=${limit-300} start "$1" -accel tcg \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive "if=pflash,format=raw,readonly=on,file=$share/OVMF_CODE_4M.secboot.fd" \
		-drive "if=pflash,format=raw,file=$scratch/vars.fd"
}

signed_program() {
	openssl rsa -in "$key.key" -passin pass:snakeoil -out "$scratch/own.key" &&
		make -s sign KEY="$scratch/own.key" CERT="$key.pem"
}

stick unsigned 'run = unsigned'
limit=90 secure_start unsigned
is_refused() {
	says unsigned 'Access Denied' && ! says unsigned 'tlbmark 0' >/dev/null
}
check 'Secure Boot refuses it unsigned' is_refused

check 'it is signed' signed_program
stick signed 'run = signed'
put signed build/tlbmark-signed.efi /EFI/BOOT/BOOTX64.EFI esp
secure_start signed
runs_to_the_end() {
	ended_with 0 && says signed '@done 0' && fetch signed "$scratch/signed" &&
		is_whole "$scratch/signed"/*
}
check 'and starts it signed, to the end' runs_to_the_end
finish

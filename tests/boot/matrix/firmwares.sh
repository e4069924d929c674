#!/bin/sh
# Firmware that is not OVMF with its doors open: U-Boot, which does not know what it
# started, and Secure Boot, which starts only what was signed.
set -eu
. tests/stick.sh

# --- U-Boot: it knows no labels, makes no folders, has no BootCurrent, and calls a disk
# of virtio internal.

u_boot=/usr/lib/u-boot/qemu-x86_64/u-boot.rom
stick u-boot 'run = u-boot' 'serial = com1' 'allow_internal = 1'
put u-boot "$scratch/cfg" /tlbmark.cfg esp
bios=$u_boot start u-boot -accel tcg
delivers() {
	ended_with 0 && says u-boot 'no automatic reset here' &&
		says u-boot 'transport,serial ram' && says u-boot '@done 0' &&
		! says u-boot 'looking for the results' >/dev/null
}
check 'U-Boot starts it: the serial line delivers, nothing resets' delivers

stick by-hand 'run = by-hand' 'after = wait' 'serial = com1' 'allow_internal = 1'
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
	[ -n "${vars-}" ] || cp "$share/OVMF_VARS_4M.snakeoil.fd" "$scratch/vars.fd"
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

# --- Debian's shim, which knows the key of a machine's owner where db does not

own_key() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=owner \
		-keyout "$scratch/mok.key" -out "$scratch/mok.pem" 2>/dev/null &&
		openssl x509 -in "$scratch/mok.pem" -outform DER -out "$scratch/mok.der" &&
		sign mok.pem mok.key build/tlbmark.efi grubx64.efi
}
sign() { # CERTIFICATE KEY FILE SIGNED
	case $1 in /*) certificate=$1 ;; *) certificate=$scratch/$1 ;; esac
	sbsign --cert "$certificate" --key "$scratch/$2" --output "$scratch/$4" "$3"
}
signature_list() { # an EFI_SIGNATURE_LIST of one X.509 certificate, without an owner
	perl -0777 -ne 'print pack("H32 L<3 x16", "a159c0a5e494a74a87b5ab155c2bf072",
		28 + 16 + length, 0, 16 + length), $_' "$scratch/mok.der" >"$scratch/mok.esl"
}
check 'a key of its own signs the program' own_key
signature_list
sign "$key.pem" own.key build/evil.efi evil.efi
sign "$key.pem" own.key /usr/lib/shim/shimx64.efi shimx64.efi

# The list is the firmware's, and nobody but a program before the system can write it.
evil enrol 'mok=list' 'only = nothing'
put enrol "$scratch/mok.esl" /mok.esl esp
put enrol "$scratch/evil.efi" /EFI/BOOT/BOOTX64.EFI esp
put enrol build/tlbmark-signed.efi /EFI/BOOT/TLBMARK.EFI esp
secure_start enrol
check 'the key is in the list of shim' says enrol 'no benchmark matches'

stick shim 'run = shim'
put shim "$scratch/shimx64.efi" /EFI/BOOT/BOOTX64.EFI esp
put shim "$scratch/grubx64.efi" /EFI/BOOT/grubx64.efi esp
vars=kept secure_start shim
is_known_to_shim() {
	ended_with 0 && says shim 'started by shim; its word on this program: verified' &&
		says shim 'shim,verified' && says shim '@done 0' &&
		fetch shim "$scratch/shim" && is_whole "$scratch/shim"/*
}
check 'shim starts it by that key, and verifies it once more when asked' is_known_to_shim
finish

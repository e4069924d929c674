#!/bin/sh
# Started by boot loaders: their command line, which wins over tlbmark.cfg of the partition.
set -eu
. tests/stick.sh

# The stick's own program with another name, behind a loader with the usual one.
behind() { # NAME LOADER
	stick "$1" 'run = file'
	put "$1" "$scratch/cfg" /tlbmark.cfg esp
	put "$1" build/tlbmark.efi /EFI/BOOT/TLBMARK.EFI esp
	put "$1" "$2" /EFI/BOOT/BOOTX64.EFI esp
}

by_command_line() { # NAME
	ended_with 0 && says "$1" "run_id,$1" && says "$1" 'seed,7' && says "$1" '@done 0' &&
		says "$1" 'your results are in' && ! says "$1" 'ignored:' >/dev/null
}

cat >"$scratch/grub.cfg" <<-'END'
	search --no-floppy --set=root --file /EFI/BOOT/TLBMARK.EFI
	chainloader /EFI/BOOT/TLBMARK.EFI run=grub seed=7
	boot
END
grub-mkstandalone -O x86_64-efi -o "$scratch/grub.efi" --fonts= --locales= --themes= \
	--install-modules='part_gpt fat search chain boot normal' --modules='part_gpt fat search chain' \
	"boot/grub/grub.cfg=$scratch/grub.cfg"
behind grub "$scratch/grub.efi"
start grub
check 'GRUB: arguments of chainloader' by_command_line grub

behind systemd-boot /usr/lib/systemd/boot/efi/systemd-bootx64.efi
printf '%s\n' 'timeout 0' 'default tlbmark.conf' >"$scratch/loader.conf"
printf '%s\n' 'title tlbmark' 'efi /EFI/BOOT/TLBMARK.EFI' 'options run=systemd-boot seed=7' \
	>"$scratch/tlbmark.conf"
mmd -i "$(partition systemd-boot esp)" ::/loader ::/loader/entries
put systemd-boot "$scratch/loader.conf" /loader/loader.conf esp
put systemd-boot "$scratch/tlbmark.conf" /loader/entries/tlbmark.conf esp
start systemd-boot
check 'systemd-boot: options of an entry' by_command_line systemd-boot
finish

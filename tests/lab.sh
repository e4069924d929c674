# shellcheck shell=sh
# What the tests of a lab share: OVMF with variables of its own, and a run that is started
# over the network.
. tests/stick.sh

share=/usr/share/OVMF

# The program and a tlbmark.cfg of these lines in a folder to serve.  There is one disk,
# with nothing on it.
served() { # NAME LINE...
	served=$scratch/$1
	mkdir -p "$served"
	cp build/tlbmark.efi "$served"
	truncate -s 1M "$scratch/$1.img"
	cp "$share/OVMF_VARS_4M.fd" "$scratch/vars.fd"
	set -- "$@" 'profile = smoke' 'only = single_op/invlpg' 'countdown = 0'
	shift
	printf '%s\n' "$@" >"$served/tlbmark.cfg"
}

# The same files as came over the serial line.
same_as_serial() { # NAME FOLDER
	rm -rf "$scratch/serial"
	build/host/capture --out "$scratch/serial" <"$scratch/$1.console" >/dev/null || return 1
	[ -s "$2/results.csv" ] || return 1
	for file in "$scratch/serial"/*.csv "$scratch/serial/summary.txt"; do
		cmp "$file" "$2/${file##*/}" || return 1
	done
}

# Sums of the manifest, and no file that it does not name.
manifest_holds() { # FOLDER
	[ "$(sed 1d "$1/manifest.csv" | wc -l)" -eq "$(($(find "$1" -type f | wc -l) - 1))" ] &&
		sed 1d "$1/manifest.csv" | while IFS=, read -r file bytes crc; do
			[ "$(wc -c <"$1/$file")" -eq "$bytes" ] &&
				[ "$(gzip -nc "$1/$file" | tail -c 8 | od -An -N4 -tx4 | tr -d ' \n')" = "$crc" ] ||
				return 1
		done
}

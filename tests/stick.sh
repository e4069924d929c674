# shellcheck shell=sh
# What tests of the stick share: images that are booted one time after the other, by QEMU
# itself, with whatever is left on them in between.
. tests/tap.sh
# shellcheck source=stick/layout.sh
. stick/layout.sh
PATH=$PATH:/usr/sbin:/sbin

# A stick with these lines in the tlbmark.cfg of its data partition.
stick() { # NAME LINE...
	stick_name=$1
	shift
	cp build/tlbmark.img "$scratch/$stick_name.img"
	printf '%s\n' 'profile = smoke' 'only = single_op/invlpg' 'countdown = 0' \
		'after = debugexit' "$@" >"$scratch/cfg"
	put "$stick_name" "$scratch/cfg" /tlbmark.cfg
}

# The image of a partition, as mtools want it: data, or esp; those of the table for blocks
# of 4096 bytes are data4k and esp4k.
partition() { # NAME [PARTITION]
	case ${2-} in
	esp4k) echo "$scratch/$1.img@@$((esp4k_first * 512))" ;;
	data4k) echo "$scratch/$1.img@@$((data4k_first * 512))" ;;
	esp) echo "$scratch/$1.img@@$((esp_first * 512))" ;;
	*) echo "$scratch/$1.img@@$((data_first * 512))" ;;
	esac
}

put() { # NAME FILE PATH [esp]
	mcopy -n -o -i "$(partition "$1" "${4-}")" "$2" "::$3"
}

# All of a partition but $left bytes is in use by a file.
fill() { # NAME [esp]
	free=$(mdir -i "$(partition "$@")" ::/ | sed -n 's/^ *\([0-9 ]*\) bytes free.*/\1/p' | tr -d ' ')
	head -c "$((free - ${left:-0}))" /dev/zero >"$scratch/filling"
	put "$1" "$scratch/filling" /filling "${2-}"
}

# Boots it until the machine ends, 300 s at most, for a machine that is loaded.  What the console said is in
# $scratch/NAME.console, the exit status of QEMU in $status: 2 * that of the run + 1.
start() { # NAME QEMU-OPTION...
	name=$1
	shift
	case " $* " in
	*' -serial '*) ;;
	*) set -- "$@" -serial "file:$scratch/$name.console" ;;
	esac
	case " $* " in
	*' -accel '*) ;;
	*) set -- "$@" -accel tcg,thread=single -icount shift=5,sleep=off ;;
	esac
	bios=${bios-/usr/share/ovmf/OVMF.fd}
	status=0
	# shellcheck disable=SC2086 # options
	timeout -k 1 -s "${end_signal-TERM}" "${seconds-300}" "${QEMU:-qemu-system-x86_64}" \
		-no-user-config -nodefaults -net none -display none -vga "${vga-none}" \
		-machine "${machine-pc}" -m 256 \
		-cpu max,-monitor -rtc base=2020-01-01,clock=vm ${bios:+-bios "$bios"} \
		-drive "if=none,id=disk,format=raw,file=$scratch/$name.img${drive-}" \
		${device--device virtio-blk-pci,drive=disk,bootindex=${bootindex-0}} \
		-device isa-debug-exit,iobase=0xf4,iosize=4 "$@" \
		<"${monitor-/dev/null}" >"$scratch/$name.qemu" 2>&1 || status=$?
}

ended_with() { # STATUS of the run
	[ "$status" -eq $(($1 * 2 + 1)) ] && return
	echo "status $status of QEMU"
	tail -n 20 "$scratch/$name.console" 2>/dev/null || :
	return 1
}

says() { # NAME TEXT
	tr -d '\r' <"$scratch/$1.console" | grep -aqF -- "$2" && return
	tr -d '\r' <"$scratch/$1.console" | grep -a tlbmark
	return 1
}

# The folders of results on a partition.
folders() { # NAME [esp]
	mdir -b -i "$(partition "$@")" ::/results | tr -d '\r' | sed -n 's,^::/results/\(.*\)/$,\1,p'
}

# The files of the results in DIRECTORY/FOLDER, from a partition.
fetch() { # NAME DIRECTORY [esp]
	rm -rf "$2" && mkdir -p "$2" || return 1
	for folder in $(folders "$1" "${3-}"); do
		mcopy -s -n -i "$(partition "$1" "${3-}")" "::/results/$folder" "$2" || return 1
	done
}

file_systems_are_clean() { # NAME
	clean=0
	for place in "$esp_first $esp_sectors" "$data_first $data_sectors" \
		"$esp4k_first $esp4k_sectors" "$data4k_first $data4k_sectors"; do
		dd if="$scratch/$1.img" of="$scratch/fsck" bs=512 skip="${place% *}" \
			count="${place#* }" status=none && fsck.vfat -n "$scratch/fsck" || clean=1
	done
	return $clean
}

# Files that are whole by the counts and sums of machine.csv.
is_whole() { # DIRECTORY
	[ -s "$1/results.csv" ] && [ -s "$1/console.txt" ] || return 1
	for file in "$1"/*.csv "$1/summary.txt"; do
		[ "${file##*/}" != machine.csv ] || continue
		sum=$(gzip -nc "$file" | tail -c 8 | od -An -N4 -tx4 | tr -d ' \n')
		grep -qx "file_${file##*/}_crc32,$sum" "$1/machine.csv" || {
			echo "$file is not what machine.csv says"
			return 1
		}
	done
}

# The same behind firmware that misbehaves as these words say, of tests/boot/evil/.
evil() { # NAME WORDS LINE...
	evil_name=$1
	echo "$2" >"$scratch/words"
	shift 2
	stick "$evil_name" "run = $evil_name" "$@"
	put "$evil_name" "$scratch/words" /evil.cfg esp
	put "$evil_name" build/tlbmark.efi /EFI/BOOT/TLBMARK.EFI esp
	put "$evil_name" build/evil.efi /EFI/BOOT/BOOTX64.EFI esp
}

# Boots it with somebody in front: `tell` is a line for QEMU's monitor.  `leave` ends it.
attend() { # NAME QEMU-OPTION...
	trap '' PIPE # the machine may end before its monitor is asked
	rm -f "$scratch/monitor" "$scratch/$1.console"
	mkfifo "$scratch/monitor"
	monitor=$scratch/monitor start "$@" -monitor stdio &
	attended=$!
	exec 4>"$scratch/monitor"
}

tell() { # LINE
	echo "$1" >&4 2>/dev/null
}

leave() {
	tell quit 2>/dev/null || :
	exec 4>&-
	wait "$attended" || :
}

# Until the console has said it so many times, two minutes at most, or $patience seconds.
hears() { # NAME TEXT [TIMES]
	tries=$((${patience-120} * 5))
	while [ "$(grep -aoF -- "$2" "$scratch/$1.console" 2>/dev/null | grep -c .)" -lt "${3-1}" ]; do
		if [ $tries -eq 0 ] || ! kill -0 "$attended" 2>/dev/null; then
			says "$1" "$2"
			return
		fi
		tries=$((tries - 1))
		sleep 0.2
	done
}

# The run came home by itself, once, and nothing is damaged.
came_home() { # NAME
	ended_with 0 && says "$1" '@done 0' && says "$1" 'your results are in' &&
		fetch "$1" "$scratch/home" && is_whole "$scratch/home"/* &&
		[ "$(folders "$1")" = "$(folders "$1" esp)" ] && file_systems_are_clean "$1"
}

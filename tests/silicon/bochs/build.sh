#!/bin/sh
# usage: tests/silicon/bochs/build.sh FOLDER     builds FOLDER/bochs
#        tests/silicon/bochs/build.sh --source   says which source, or why there is none
#
# Bochs from BOCHS_SOURCE=, a tarball or a folder, else from Debian's source package,
# with the modelled machine as its instrumentation.  Nothing of Bochs is changed.  The
# exit status is 3 where there is no source.
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$root/tests/silicon/bochs
least=3.0

none() { # WHY
	echo "no source of Bochs: $1" >&2
	exit 3
}

# What apt-get would fetch; nothing without deb-src, or where that is too old.
package_version() {
	command -v apt-cache >/dev/null || return 0
	apt-cache showsrc bochs 2>/dev/null | sed -n 's/^Version: //p' | sort -V | tail -n 1
}

is_new_enough() { # VERSION
	[ "$(printf '%s\n' "$least" "$1" | sort -V | head -n 1)" = "$least" ]
}

find_source() {
	if [ -n "${BOCHS_SOURCE-}" ]; then
		[ -e "$BOCHS_SOURCE" ] || none "BOCHS_SOURCE=$BOCHS_SOURCE is not there"
		source=$(realpath "$BOCHS_SOURCE")
		return
	fi
	version=$(package_version)
	[ -n "$version" ] || none 'BOCHS_SOURCE is not set, and no deb-src has the package'
	is_new_enough "$version" ||
		none "the package is $version, and it takes $least (BOCHS_SOURCE=)"
	source=bochs=$version
}

# Into $folder/src, a copy of it.
unpack() {
	rm -rf "$folder/src" "$folder/unpacked"
	mkdir -p "$folder/unpacked"
	case $source in
	bochs=*)
		(cd "$folder/unpacked" && apt-get -qq source --download-only "$source" &&
			tar -xf bochs_*.orig.tar.*) >&2
		;;
	*)
		if [ -d "$source" ]; then
			cp -a "$source" "$folder/unpacked/bochs"
		else
			tar -C "$folder/unpacked" -xf "$source"
		fi
		;;
	esac
	for configure in "$folder"/unpacked/*/configure; do
		[ -x "$configure" ] || none "$source holds no folder with a configure script"
		mv "$(dirname "$configure")" "$folder/src"
	done
	rm -rf "$folder/unpacked"
	version=$(sed -n "s/^VERSION=\"\(.*\)\"/\1/p" "$folder/src/configure" | head -n 1)
	is_new_enough "$version" || none "$source is $version, and it takes $least"
}

# Few devices, no vector registers, no debugger: what the program needs, and is built
# sooner.  Each instruction comes by the callbacks without handlers chaining alone.
configure() {
	(cd "$folder/src" && CXXFLAGS='-O2 -pipe -w' ./configure --with-nogui \
		--enable-instrumentation=instrument/silicon --enable-cpu-level=6 \
		--enable-x86-64 --enable-smp --enable-pci --enable-repeat-speedups \
		--disable-handlers-chaining --disable-assert-checks --disable-docbook \
		--disable-debugger --disable-x86-debugger --disable-readline \
		--disable-avx --disable-vmx --disable-svm --disable-3dnow --disable-cet \
		--disable-protection-keys --disable-show-ips --disable-plugins \
		--disable-usb --disable-usb-ohci --disable-sb16 --disable-es1370 \
		--disable-voodoo --disable-clgd54xx --disable-ne2000 --disable-e1000 \
		--disable-pnic --disable-busmouse --disable-gameport)
}

# Where it is the same, it keeps its date, and nothing is compiled again for it.
install_callbacks() {
	mkdir -p "$folder/src/instrument/silicon"
	for file in instrument.h Makefile.in; do
		cmp -s "$here/$file" "$folder/src/instrument/silicon/$file" ||
			cp "$here/$file" "$folder/src/instrument/silicon"
	done
}

is_newer() { # FILE THAN
	[ -e "$2" ] && [ -n "$(find "$1" -newer "$2")" ]
}

find_source
if [ "$1" = --source ]; then
	echo "$source"
	exit
fi
mkdir -p "$1"
folder=$(realpath "$1")
log=$folder/build.log
[ "$(cat "$folder/source" 2>/dev/null)" = "$source" ] || {
	rm -f "$folder/source" "$folder/bochs"
	unpack
	install_callbacks
	configure >"$log" 2>&1 || none "it cannot be configured here, $log says why"
	echo "$source" >"$folder/source"
}
install_callbacks
callbacks=$folder/src/instrument/silicon
! is_newer "$callbacks/Makefile.in" "$callbacks/Makefile" ||
	(cd "$folder/src" && ./config.status instrument/silicon/Makefile) >>"$log" 2>&1
# Bochs' own Makefile does not know who includes the callbacks.
! is_newer "$callbacks/instrument.h" "$folder/src/bochs" ||
	make -C "$folder/src" clean >>"$log" 2>&1
make -C "$folder/src" -j "${JOBS:-2}" "SILICON=$root" bochs >>"$log" 2>&1 || {
	grep -m 5 -e 'error:' -e 'Error ' "$log" >&2 || tail -n 5 "$log" >&2
	exit 1
}
cp "$folder/src/bochs" "$folder/bochs"

# shellcheck shell=sh
# The root of a distribution: a folder with its essential packages and apt, in which
# commands are run as on a fresh computer.  It stays for the next time.
scratch=${scratch:?}

# A root that cannot be made is skipped with this; what fails in one is a failure.
no_root=

# From apt's configuration here, unless MIRROR names another.
mirror() {
	[ -z "${MIRROR-}" ] || { echo "$MIRROR" && return; }
	# shellcheck disable=SC2016 # apt's names, not the shell's
	apt-get indextargets --format '$(ORIGIN),$(LABEL),$(REPO_URI)' |
		sed -n 's/^Debian,Debian,//p' | head -n 1
}

# How apt reaches a mirror here, and whether it takes one that is a picture of some day.
apt_settings() {
	apt-config dump |
		grep -E '^Acquire::(https?|Retries|ForceIPv[46]|Check-(Valid-Until|Date))\b.*"[^"]+";'
}

# Why no root can be made here, if so.
root_problem() {
	if [ "$(id -u)" -ne 0 ]; then
		echo 'this needs the rights of root'
	elif ! command -v mmdebstrap >/dev/null && ! command -v debootstrap >/dev/null; then
		echo 'neither mmdebstrap nor debootstrap is here'
	elif ! command -v apt-get >/dev/null || [ -z "$(mirror)" ]; then
		echo 'apt knows no mirror of Debian here (MIRROR= names one)'
	elif ! unshare --mount --pid --fork true 2>/dev/null; then
		echo 'nothing can be mounted here'
	fi
}

# All is mounted where nobody else sees it, and is gone with the last process.
debootstrap_root() { # DISTRIBUTION FOLDER
	unshare --mount --pid --fork --kill-child \
		debootstrap --variant=minbase "$1" "$2" "$(mirror)"
}

mmdebstrap_root() { # DISTRIBUTION FOLDER
	apt_settings >"$scratch/apt.conf"
	mmdebstrap --mode=root --variant=apt --aptopt="$scratch/apt.conf" \
		"$1" "$2" "$(mirror)"
}

# A test may be stopped at any time: what is half made, or half installed, is not ready,
# and made anew.
make_root() { # DISTRIBUTION FOLDER
	rm -rf "$2.part" "$2" && mkdir -p "${2%/*}" || return 1
	if command -v mmdebstrap >/dev/null; then
		mmdebstrap_root "$1" "$2.part"
	else
		debootstrap_root "$1" "$2.part"
	fi || return 1
	apt_settings >"$2.part/etc/apt/apt.conf.d/99host"
	# Nobody reads a manual there, and nothing has to be there after a power failure.
	printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' \
		'path-exclude=/usr/share/man/*' >"$2.part/etc/dpkg/dpkg.cfg.d/root"
	[ ! -f /etc/resolv.conf ] || cp -L /etc/resolv.conf "$2.part/etc/resolv.conf"
	mv "$2.part" "$2"
}

# Sets $root to a folder with that distribution in it, or $no_root to the reason.
find_root() { # DISTRIBUTION
	root=$PWD/build/distros/$1
	no_root=$(root_problem)
	[ -z "$no_root" ] && [ ! -e "$root.ready" ] || return 0
	make_root "$1" "$root" >"$scratch/root.log" 2>&1 && return
	rm -rf "$root.part"
	no_root=$(grep '^[EW]:' "$scratch/root.log" | head -n 1)
	no_root="it cannot be made: ${no_root:-$(tail -n 1 "$scratch/root.log")}"
}

# Runs a command in a folder of the root, as on a computer of its own.
in_root() { # FOLDER COMMAND...
	at=$1
	shift
	unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
		chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
		TERM=dumb LC_ALL=C.UTF-8 ${http_proxy:+"http_proxy=$http_proxy"} \
		${https_proxy:+"https_proxy=$https_proxy"} \
		sh -c 'cd "$0" && exec "$@"' "$at" "$@" </dev/null
}

#!/bin/sh
# What tests/install.sh and `run.sh --setup` install, and what they say if they cannot.
# Package managers, id and sudo are stand-ins that note what they are asked for.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh
. tests/host/tree.sh

stand_in dpkg-query <<'EOF'
shift 3
for package; do
	[ "$package" = "${FAKE_MISSING-}" ] || printf 'ii  %s\n' "$package"
done
EOF
stand_in apt-get <<'EOF'
echo "apt-get $*" >>"$FAKE_LOG"
exit "${FAKE_APT:-0}"
EOF
stand_in id <<'EOF'
echo "${FAKE_UID:-0}"
EOF
stand_in sudo <<'EOF'
echo "sudo $*" >>"$FAKE_LOG"
exit 1
EOF

stand_in apt-cache <<'EOF'
[ "$*" = "show -q ${FAKE_KNOWN-}" ]
EOF

# Marked in the list: some releases of the distribution have it.
where_it_is_known() {
	run 0 FAKE_MISSING=labgrid FAKE_KNOWN=labgrid --setup && diff - "$FAKE_LOG" <<-EOF
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 labgrid
	EOF
}

elsewhere_it_is_left_out() {
	run 0 FAKE_MISSING=labgrid --setup && [ ! -e "$FAKE_LOG" ]
}

nothing_missing() {
	run 0 --setup && [ ! -e "$FAKE_LOG" ]
}

missing_is_installed() {
	run 0 FAKE_MISSING=gnu-efi "$@" --setup && diff - "$FAKE_LOG" <<-EOF
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 gnu-efi
	EOF
}

# sudo may not ask for a password where nobody can answer.
not_root() {
	run 3 FAKE_MISSING=gnu-efi FAKE_UID=1000 --setup &&
		errors 'apt-get install gnu-efi' &&
		grep -qx 'sudo -n apt-get update -qq' "$FAKE_LOG"
}

apt_fails() {
	run 3 FAKE_MISSING=gnu-efi FAKE_APT=100 --setup &&
		errors 'apt-get install gnu-efi'
}

# A computer with no package manager, or, in front of it, that of another distribution.
bare=$scratch/bare
mkdir "$bare" "$scratch/dnf" "$scratch/pacman" "$scratch/zypper"
for tool in sh dirname date od tr sed sort cut; do
	ln -s "$(command -v $tool)" "$bare"
done
ln -s "$bin/id" "$bare"

no_apt() {
	run 3 PATH="$bare" --setup && errors 'no apt, dnf, pacman or zypper here' &&
		errors tests/packages
}

for manager in dnf pacman zypper; do
	stand_in $manager <<-'EOF'
	if [ "${1-}" = -Qq ]; then
		shift
		for package; do
			[ "$package" = "${FAKE_MISSING-}" ] || echo "$package"
		done
	else
		echo "${0##*/} $*" >>"$FAKE_LOG"
	fi
	exit "${FAKE_STATUS:-0}"
	EOF
	mv "$bin/$manager" "$scratch/$manager"
done
# Packages are asked for by what they provide.
stand_in rpm <<'EOF'
[ "$1 $2" = '-q --whatprovides' ] && [ "$3" != "${FAKE_MISSING-}" ] &&
	echo "what-provides-$3-1.0.x86_64"
EOF
cp "$bin/rpm" "$scratch/dnf"
mv "$bin/rpm" "$scratch/zypper"

nothing_missing_with() { # MANAGER
	run 0 PATH="$scratch/$1:$bare" --setup && [ ! -e "$FAKE_LOG" ] &&
		! errors 'nobody has tried'
}

installs_with() { # MANAGER PACKAGE DISTRIBUTION COMMAND
	run 0 PATH="$scratch/$1:$bare" FAKE_MISSING="$2" --setup &&
		[ "$(cat "$FAKE_LOG")" = "$4 $2" ] && errors "nobody has tried this on $3"
}

fails_with() { # MANAGER PACKAGE COMMAND
	run 3 PATH="$scratch/$1:$bare" FAKE_MISSING="$2" FAKE_STATUS=1 --setup &&
		errors "get it with: $3" && errors " $2"
}

# Each line of the list has four columns, and - is not a package.
list_has_four_columns() {
	sed 's/#.*//' tests/packages |
		awk 'NF && NF != 4 { print; bad = 1 } NF { lines++ }
			END { exit bad || !lines }'
}

asks_for_no_dash() { # MANAGER
	run 0 PATH="$scratch/$1:$bare" FAKE_MISSING=- --setup && [ ! -e "$FAKE_LOG" ]
}

run_goes_on_with_the_tools_there_are() {
	whole_run 0 >"$stream"
	run_new 0 FAKE_MISSING=cppcheck FAKE_APT=100 &&
		errors 'apt-get install cppcheck'
}

run_names_the_tool() {
	run_new 3 FAKE_MISSING=qemu-system-x86 FAKE_APT=100 QEMU=qemu-not-here &&
		errors 'qemu-not-here is missing'
}

# How to get it comes behind.
tool_comes_first() {
	actual=0
	PATH="$bare" tests/install.sh sh qemu-not-here 2>"$scratch/errors" || actual=$?
	cat "$scratch/errors"
	[ $actual -eq 3 ] && [ "$(head -n 1 "$scratch/errors")" = 'qemu-not-here is missing' ] &&
		errors 'no apt, dnf, pacman or zypper here'
}

# On a fresh machine there is no firmware before.
run_after_installing() {
	stand_in apt-get <<-EOF
	mkdir -p "$scratch/fresh/OVMF" && echo >"$scratch/fresh/OVMF/OVMF_CODE_4M.fd"
	EOF
	whole_run 0 >"$stream"
	run_new 0 FAKE_MISSING=ovmf TLBMARK_SHARE="$scratch/fresh"
}

check 'nothing is missing: nothing is done' nothing_missing
check 'what only some releases have is installed where it is known' where_it_is_known
check 'and is nothing missing elsewhere' elsewhere_it_is_left_out
check 'what is missing is installed, without asking' missing_is_installed
check 'what is missing is installed with --yes' missing_is_installed --yes
check 'without the right to: exit status 3, and the command' not_root
check 'apt fails: exit status 3, and the command' apt_fails
check 'no apt or the like: exit status 3, and the list' no_apt
check 'the list has four columns' list_has_four_columns
for manager in dnf pacman zypper; do
	check "$manager: nothing is missing: nothing is done" nothing_missing_with $manager
	check "$manager: what a distribution lacks is left out" asks_for_no_dash $manager
done
check 'Fedora: what is missing is installed' installs_with dnf gnu-efi-devel Fedora \
	'dnf install -q -y'
check 'Arch: what is missing is installed' installs_with pacman edk2-ovmf 'Arch Linux' \
	'pacman -S --noconfirm --needed'
check 'openSUSE: what is missing is installed' installs_with zypper qemu-ovmf-x86_64 \
	openSUSE 'zypper --non-interactive --quiet install --no-recommends'
check 'Fedora: of two packages in one place the second' installs_with dnf libubsan \
	Fedora 'dnf install -q -y'
check 'Fedora: it fails: exit status 3, and the command' fails_with dnf mtools \
	'dnf install'
check 'Arch: it fails: exit status 3, and the command' fails_with pacman mtools \
	'pacman -S'
check 'openSUSE: it fails: exit status 3, and the command' fails_with zypper mtools \
	'zypper install'
check 'a run needs only what it uses' run_goes_on_with_the_tools_there_are
check 'a run names the tool it misses' run_names_the_tool
check 'and where there is no apt the tool comes first' tool_comes_first
check 'a fresh machine gets its firmware first' run_after_installing
finish

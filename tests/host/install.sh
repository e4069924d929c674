#!/bin/sh
# What tests/install.sh and `run.sh --setup` install, and what they say if they cannot.
# apt-get, dpkg-query, id and sudo are stand-ins that note what they are asked for.
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

no_apt() {
	mkdir -p "$scratch/bare"
	for tool in sh dirname date od tr; do
		ln -sf "$(command -v $tool)" "$scratch/bare"
	done
	run 3 PATH="$scratch/bare" --setup && errors 'no apt here' &&
		errors tests/packages
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

# On a fresh machine there is no firmware before.
run_after_installing() {
	stand_in apt-get <<-EOF
	mkdir -p "$scratch/fresh/OVMF" && echo >"$scratch/fresh/OVMF/OVMF_CODE_4M.fd"
	EOF
	whole_run 0 >"$stream"
	run_new 0 FAKE_MISSING=ovmf TLBMARK_SHARE="$scratch/fresh"
}

check 'nothing is missing: nothing is done' nothing_missing
check 'what is missing is installed, without asking' missing_is_installed
check 'what is missing is installed with --yes' missing_is_installed --yes
check 'without the right to: exit status 3, and the command' not_root
check 'apt fails: exit status 3, and the command' apt_fails
check 'no apt: exit status 3, and the list' no_apt
check 'a run needs only what it uses' run_goes_on_with_the_tools_there_are
check 'a run names the tool it misses' run_names_the_tool
check 'a fresh machine gets its firmware first' run_after_installing
finish

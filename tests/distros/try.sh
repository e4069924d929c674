# shellcheck shell=sh
# shellcheck disable=SC2154 # root.sh sets root
# README's two commands on a distribution, as far as they show something that another
# distribution does not: what is installed, built with both compilers, booted, and drawn.
scratch=${scratch:?}
jobs=${JOBS:-2}

# What somebody has who cloned it, for each compiler.
clone() { # NAME
	clone=$root/src/$1
	rm -rf "$clone" && mkdir -p "$clone" && on_files cp -p --parents -t "$clone" &&
		git -C "$clone" init -q && git -C "$clone" add -A &&
		git -C "$clone" -c user.name=test -c user.email=test@localhost \
			-c commit.gpgsign=false commit -q --no-verify -m "$1"
}

installs() {
	rm -f "$root.ready"
	in_root /src/gcc ./run.sh --setup --yes && : >"$root.ready"
}

# The compiler goes through the environment, since scripts call make too.
with() { # COMPILER COMMAND...
	compiler=$1
	shift
	in_root "/src/$compiler" env MAKEFLAGS="CC=$compiler" JOBS="$jobs" "$@"
}

builds() { # COMPILER
	with "$1" make -s -j "$jobs" all image build/evil.efi \
		build/host/capture build/host/screen build/host/selftest build/host/matrix \
		build/host/plan build/unit/test_base45
}

# Counted instructions: the same on every machine, loaded or not.
boots() { # COMPILER OPTION...
	by=$1
	shift
	with "$by" ./run.sh -p smoke --timeout 600 --no-report \
		--only single_op/invlpg,single_op/cr3_reload -o "/tmp/$by-$out" "$@" &&
		grep -q '^single_op,invlpg,' "$root/tmp/$by-$out/results.csv"
}

# Bochs ends when the program tells it to.
boots_bochs() {
	out=bochs
	boots gcc -e bochs -c 1 >"$scratch/bochs" 2>&1
	status=$?
	cat "$scratch/bochs"
	[ "$status" -eq 0 ] && ! grep 'has not ended by itself' "$scratch/bochs"
}

# Whatever Python or numpy will no longer have is an error here.
draws() { # COMPILER
	with "$1" python3 -W error results/report.py "/tmp/$1-icount" &&
		[ -s "$root/tmp/$1-icount/report.html" ]
}

# What it was tried with, for README.
versions() {
	# shellcheck disable=SC2016 # for the shell in the root
	in_root / sh -c 'cat /etc/debian_version
		dpkg-query -W gcc clang binutils gnu-efi qemu-system-x86 ovmf bochs python3 \
			python3-numpy' >"$root.versions"
}

try() { # DISTRIBUTION
	list_files '*'
	check 'what git tracks is here' [ -s "$scratch/files" ]
	find_root "$1"
	if [ -n "$no_root" ]; then
		skip "$1: installs, builds, boots and draws" "$no_root"
		return
	fi
	rm -rf "$root/src" "$root"/tmp/*
	for compiler in gcc clang; do
		check "$1: a clone is made for $compiler" clone "$compiler"
	done
	check "$1: ./run.sh --setup installs what is missing" installs
	check "$1: versions are known" versions
	for compiler in gcc clang; do
		check "$1: $compiler builds it" builds "$compiler"
		for name in image object_code trampoline stick reproducible; do
			check "$1: $compiler: checks/$name" \
				with "$compiler" "tests/checks/$name.sh"
		done
		out=icount # the folder of its files
		check "$1: $compiler: it runs in QEMU" boots "$compiler" -a icount -c 2
		check "$1: $compiler: the report is drawn" draws "$compiler"
	done
	check "$1: it runs in Bochs, and ends it" boots_bochs
}

#!/bin/sh
# What the compiler made of the UEFI program: objects and the linked whole, as built.
# usage: object_code.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh

whole=build/tlbmark.so
objects=$(find build/efi -name '*.o' 2>/dev/null)
if [ -z "$objects" ] || [ ! -f "$whole" ]; then
	not_ok 'the program is built'
	finish
	exit 1
fi

# Prints FUNCTION: INSTRUCTION for what uses vector, mask, MMX or x87 state.
vector_code='
/>:$/ { name = $2 }
!/^ *[0-9a-f]+:\t/ { next }
/%([xyzt]mm|mm[0-7]|st|k[0-7])/ ||
$2 ~ /^(f[^s].*|fs.+|emms|wait|v?(ld|st)mxcsr|x(save|rstor).*)$/ { print name, $0 }
'
disassembly() { # FILE...
	objdump -d --no-show-raw-insn "$@"
}

# Interrupts and benchmarks would find such state changed: nothing saves it.
objects_have_no_vector_code() {
	# shellcheck disable=SC2086 # names without blanks
	disassembly $objects | awk "$vector_code" >"$scratch/vector"
	cat "$scratch/vector"
	[ ! -s "$scratch/vector" ]
}

# With what of gnu-efi is linked: its start code.
image_has_no_vector_code() {
	disassembly "$whole" | awk "$vector_code" >"$scratch/vector"
	cat "$scratch/vector"
	[ ! -s "$scratch/vector" ]
}

# Of the 128 KiB that firmware must have (UEFI 2.10 2.3.4 "x64 Platforms") no function
# takes more than an eighth: some are called by others.
frames_are_small() {
	disassembly "$whole" | perl -ne '
		$name = $1 if /^[0-9a-f]+ <(.*)>:$/;
		next if !/\bsub +\$0x([0-9a-f]+),%rsp$/;
		# Some compilers give 128 bytes back by subtracting -128.
		print "$name: 0x$1\n" if length $1 < 16 && hex $1 > 16384;
	' >"$scratch/frames"
	cat "$scratch/frames"
	[ ! -s "$scratch/frames" ]
}

# Not even the functions a compiler calls by itself: those are in efi/builtins.c.
nothing_foreign_is_called() {
	# shellcheck disable=SC2086 # names without blanks
	nm $objects | awk '
		$1 == "U" { wanted[$2] = 1 }
		NF == 3 { defined[$3] = 1 }
		END { for (name in wanted) if (!(name in defined)) print name }' |
		grep -v '^_GLOBAL_OFFSET_TABLE_$' |
		grep -Evx "$(names_of_the_script)" >"$scratch/foreign"
	cat "$scratch/foreign"
	[ ! -s "$scratch/foreign" ]
}

names_of_the_script() {
	sed -n 's/^[ \t]*\([A-Za-z_]*\) = \.;.*/\1/p' efi/image.lds | paste -s -d '|'
}

# Others would be left out of the image without a word.
sections_are_standard() {
	# shellcheck disable=SC2086 # names without blanks
	objdump -h $objects | awk '
		/file format/ { file = $1 }
		$1 ~ /^[0-9]+$/ && $2 !~ /^\.(text|rodata|data|bss|sbat)(\.|$)/ &&
		$2 !~ /^\.(comment|note\.GNU-stack|note\.gnu\.property|llvm_addrsig)$/ {
			print file, $2
			bad = 1
		}
		END { exit bad }'
}

# The same once more, where the linker has put everything.
nothing_is_left_out() {
	copied=$(make -s print-EFI_SECTIONS)
	objdump -h "$whole" | awk -v copied="$copied .dynsym .dynstr .hash .gnu.hash" '
		BEGIN {
			count = split(copied, names)
			for (i = 1; i <= count; i++)
				known[names[i]] = 1
		}
		$1 ~ /^[0-9]+$/ { name = $2 }
		/ALLOC/ { seen++ }
		/ALLOC/ && !(name in known) { print name; bad = 1 }
		END { exit bad || !seen }'
}

nothing_is_undefined() {
	nm -D --undefined-only "$whole" >"$scratch/undefined" || return 1
	cat "$scratch/undefined"
	[ ! -s "$scratch/undefined" ]
}

# The start code knows no other kind, and writes before anything else is set up.
relocations_are_relative_and_into_data() {
	data=$(objdump -h "$whole" | awk '$2 == ".data" { print "0x" $4, "0x" $3 }')
	start=${data% *} size=${data#* }
	readelf -rW "$whole" | awk '$1 ~ /^[0-9a-f]+$/ && NF > 2 { print $3, $1 }' |
		while read -r kind place; do
			offset=$((0x$place - start))
			[ "$kind" = R_X86_64_RELATIVE ] && [ $offset -ge 0 ] &&
				[ $offset -lt $((size)) ] || echo "$kind $place"
		done >"$scratch/wrong"
	cat "$scratch/wrong"
	[ ! -s "$scratch/wrong" ]
}

# In call_code(): whatever may have been fetched through an old translation is not run.
code_is_called_behind_cpuid() {
	disassembly build/efi/bench/harness/verify/cpu_port.c.o | awk '
		/>:$/ { inside = $2 == "<call_code>:" }
		!inside { next }
		$2 == "cpuid" { serialised = 1 }
		$2 ~ /^(call|jmp)/ && $0 ~ /\*/ { calls++; alone += !serialised }
		END { exit calls == 0 || alone != 0 }'
}

check 'no object has vector or floating-point code' objects_have_no_vector_code
check 'nor has the whole image' image_has_no_vector_code
check 'no function takes more than 16 KiB of stack' frames_are_small
check 'no function of others is called' nothing_foreign_is_called
check 'no object has a section of its own' sections_are_standard
check 'every loaded section goes into the image' nothing_is_left_out
check 'no dynamic symbol is undefined' nothing_is_undefined
check 'relocations are relative, and into .data' relocations_are_relative_and_into_data
check 'code that shows which translation is used is called behind a CPUID' \
	code_is_called_behind_cpuid
finish

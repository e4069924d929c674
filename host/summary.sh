# shellcheck shell=sh disable=SC2154 # out is set by run.sh, which reads this
# What run.sh says at the end of a run.

# The table, but for the rows that were skipped, and benchmarks that have no others: they
# are most of it where the machine lacks something.  Then what the numbers are worth, and
# what the verification says.
show_summary() {
	[ -e "$out/summary.txt" ] || {
		say 'no summary was delivered'
		return
	}
	awk '/ at +cost +99% from / { heading = $0; next }
		/  skipped: / { next }
		{ if (heading != "") print heading
			heading = ""
			print }' "$out/summary.txt"
	sed -n 's/.*  skipped: //p' "$out/summary.txt" | sort | uniq -c | sort -rn |
		awk '{ count = $1; sub(/^ *[0-9]+ /, ""); sum += count
			list = list (NR > 1 ? ", " : "") count " " $0 }
			END { if (sum) print sum " rows were skipped: " list }'
	[ ! -s "$out/verify.csv" ] || awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "verdict") verdict = i }
		NR > 1 { count[$verdict]++ }
		END { print "verification: " count["pass"] + 0 " passed, " \
			count["fail"] + 0 " failed, " count["inconclusive"] + 0 " inconclusive" }' \
		"$out/verify.csv"
	sed -n 's/^timing_valid,0$/not valid/p; s/^timing_valid,1$/valid/p' \
		"$out/machine.csv" 2>/dev/null | while read -r worth; do
		echo "the timing is $worth: $(sed -n 's/^timing_reason,//p' "$out/machine.csv")"
	done
}

# shellcheck shell=sh disable=SC2154 # run.sh has the options, and takes what is set here
# What run.sh says at the end of a run: at most 24 lines of 80 columns, and with -v the
# table of all rows before them.

# The table, but for the rows that were skipped, and benchmarks that have no others: they
# are most of it where the machine lacks something.
show_rows() {
	awk '/ at +cost +99% from / { heading = $0; next }
		/  skipped: / { next }
		{ if (heading != "") print heading
			heading = ""
			print }' "$out/summary.txt"
}

# Whether the findings take all the lines that they may.
is_full() {
	[ "$(wc -l 2>/dev/null <"$work/findings" || echo 0)" -ge 6 ]
}

# What the numbers are worth, what the verification says, and what must not have been.  The
# reason of the first makes room for the last where there is none.
show_verdict() {
	forbidden=$(litmus_counts forbidden)
	sed -n 's/^timing_valid,0$/not valid/p; s/^timing_valid,1$/valid/p
		s/^timing_valid,vm$/valid for this guest/p' \
		"$out/machine.csv" 2>/dev/null | while read -r worth; do
		if [ -n "$forbidden" ] && is_full; then
			echo "the timing is $worth"
		else
			echo "the timing is $worth: $(sed -n 's/^timing_reason,//p' "$out/machine.csv")"
		fi
	done | fold -s -w 80 | sed 's/ $//'
	[ ! -s "$out/verify.csv" ] || show_verification
	[ -z "$forbidden" ] || echo "litmus: $forbidden"
}

# Litmus tests by their verdicts, as "N VERDICT"; forbidden ones with their names.  A test that
# runs on several pairs of processors counts once, by what says most.
litmus_counts() { # forbidden | permitted
	[ -s "$out/litmus.csv" ] || return 0
	awk -F, -v wanted="$1" '
		BEGIN { many = split("inconclusive seen never forbidden", order, " ") }
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{
			name = $at["test"]
			if (!(name in rank)) names[++tests] = name
			for (i = 1; i <= many; i++)
				if ($at["verdict"] == order[i] && i > rank[name]) rank[name] = i
		}
		END {
			for (i = 1; i <= tests; i++) {
				count[rank[names[i]]]++
				if (rank[names[i]] == many) forbidden[++bad] = names[i]
			}
			if (wanted != "forbidden") {
				for (i = many - 1; i; i--)
					if (count[i]) text = text (text ? ", " : "") count[i] " " order[i]
			} else if (bad) {
				text = bad " forbidden: " forbidden[1]
				for (i = 2; i <= bad && length(text forbidden[i]) <= 58; i++)
					text = text ", " forbidden[i]
				if (i <= bad) text = text " and " bad - i + 1 " more"
			}
			print text
		}' "$out/litmus.csv"
}

# The type of the core that measures, which its own rows have on a hybrid machine; empty on
# another.
own_type() {
	sed -n 's/^core_type,//p' "$out/machine.csv" 2>/dev/null || :
}

# What the manual requires to be dropped, as the report counts it: a check is an operation,
# an entry and a mode; of its rows the worst verdict stands.  Exceptions, the second witness
# and other types of core are apart: they are said if they failed.
show_verification() {
	own=$(own_type)
	awk -F, -v own="$own" '
		BEGIN {
			many = split("pass holds dropped kept skipped inconclusive refuted", order, " ")
			for (i = 1; i <= many; i++) badness[order[i]] = i
			badness["fail"] = many + 1
		}
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["rule"] != "must" { next }
		{
			type = "core_type" in at ? $at["core_type"] : ""
			key = $at["op"] "," $at["entry"] "," $at["pcide"] "," $at["tce"] "," type
			bad = $at["verdict"] in badness ? badness[$at["verdict"]] : many
			if (bad > worst[key]) worst[key] = bad
			apart[key] = $at["entry"] ~ /^(no_)?fault_|_accessed$/ || type != "" && type != own
		}
		END {
			for (key in worst)
				if (worst[key] == badness["fail"]) failed[apart[key]]++
				else if (!apart[key]) { if (worst[key] == 1) seen++; else rest++ }
			printf "verification: %d checks passed, %d failed, %d not tested", \
				seen, failed[0], rest
			print failed[1] ? "; " failed[1] " others failed" : ""
		}' "$out/verify.csv"
}

# What the rows of the table are: a name, and of each the row that answers first, of those
# that a machine may have.  With PCIDs comes first, as Linux runs; the window without a
# miss before that with one.  The nearest processor is called, and one that is awake.
headline_rows() {
	bare='first-bare-pcide first-bare' of_page='first-bare-4k-pcide first-bare-4k'
	fetch='first-fetch-pcide first-fetch'
	cat <<-END
		INVLPG|single_op|invlpg|$of_page
		MOV CR3, flush|single_op|cr3_pcid_flush|first-bare-pcide
		MOV CR3, flush|single_op|cr3_reload|first-bare
		MOV CR3, no flush|single_op|cr3_pcid_noflush|first-bare-pcide
		INVPCID 0, an address|single_op|invpcid_address|$of_page
		INVPCID 1, a PCID|single_op|invpcid_context|$bare
		INVPCID 2, everything|single_op|invpcid_all_global|$bare $fetch
		INVPCID 3, all but global|single_op|invpcid_all_non_global|$bare $fetch
		CR4.PGE off and on|single_op|cr4_pge_toggle|$bare $fetch
		Refill of a page|refill|cr3_pcid_flush|4k-pcide-random-warm-dense
		Refill of a page|refill|cr3_reload|4k-random-warm-dense
		IPI there and back|ipi|none|$(call_variants)
		Shootdown of a page by one|shootdown|invlpg|$(shootdown_variants)
		Shootdown by all|shootdown|invlpg|$(shootdown_variants)
	END
}

call_variants() {
	for state in pause spin hlt; do
		for distance in core cluster cache package machine; do
			printf 'unicast-%s-rtt-%s-xapic unicast-%s-rtt-%s-x2apic ' \
				$state $distance $state $distance
		done
	done
}

shootdown_variants() {
	for state in pause spin hlt; do
		printf 'unicast-late-alongside-own-%s ' $state
	done
}

# One line for each, which is as wide as a terminal; without a row it says why.  The rows of
# a hybrid machine's other cores are no answer, and have a name in the last column.
show_headline() {
	headline_rows >"$work/headline"
	own=$(own_type)
	hz=$(sed -n 's/^tsc_hz,//p' "$out/machine.csv" 2>/dev/null || :)
	# What has no operation to verify is verified if every call was answered once.
	answers=$(sed -n 's/^calls_answered,//p' "$out/selftest.csv" 2>/dev/null | cut -d, -f4 | sort | head -n 1)
	# That a load of CR3 keeps is no verdict of the program; the report tells it from other rows.
	keeps=$(awk -F, -v own="$own" '
		NR == 1 {
			for (i = 1; i <= NF; i++) {
				if ($i == "believed") behind = NF - i
				if ($i == "core_type") { typed = 1; type = NF - i }
			}
		}
		!/,single_op,cr3_pcid_noflush,first-bare-pcide,/ || $(NF - behind) != "1" { next }
		!typed || $(NF - type) == "" || $(NF - type) == own { print "yes"; exit }' \
		"$out/tidy.csv" 2>/dev/null || :)
	awk -F, -v hz="${hz:-0}" -v answers="$answers" -v keeps="$keeps" -v own="$own" '
		BEGIN { answered["pass"] = "answered"; answered["fail"] = "NO" }
		function number(ticks) {
			return ticks >= 1000 || ticks <= -1000 ? sprintf("%.0f", ticks) : sprintf("%.1f", ticks)
		}
		# Of a row of results.csv; a reason may hold commas, and has quotes then.
		function reason(text) {
			if ($at["reason"] !~ /^"/) return $at["reason"]
			text = $0
			sub(/^[^"]*"/, "", text); sub(/".*/, "", text)
			return text
		}
		function take(name, rank) {
			if (name in ranks && ranks[name] <= rank) return
			ranks[name] = rank
			ok[name] = $at["status"] == "ok"
			why[name] = $at["status"] ": " reason()
			if (!ok[name]) return
			cost[name] = $at["cost"]; lo[name] = $at["cost_lo"]; hi[name] = $at["cost_hi"]
			is_loose[name] = "converged" in at && $at["converged"] == "0"
			belief[name] = $at["op"] == "none" ? (answers in answered ? answered[answers] : "not tested") : \
				$at["believed"] == "" ? ($2 == "cr3_pcid_noflush" && keeps == "yes" ? keeps : "no verdict") : \
				$at["believed"] ? "yes" : "NO"
		}
		FILENAME == ARGV[1] {
			split($0, part, "|")
			if (!(part[1] in seen)) names[++count] = part[1]
			seen[part[1]] = 1
			many = split(part[4], variants, " ")
			for (i = 1; i <= many; i++) {
				key = part[2] "," part[3] "," variants[i]
				wanted[key] = wanted[key] "|" part[1]
				place[key] = ++places
			}
			next
		}
		FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ key = $1 "," $2 "," $3 }
		!(key in wanted) { next }
		"core_type" in at && $at["core_type"] != "" && $at["core_type"] != own { next }
		{
			# What was measured before what was not; then as listed, the least value first.
			rank = ($at["status"] == "ok" ? 0 : 1e9) + place[key] * 1e4 + $at["value"]
			many = split(substr(wanted[key], 2), those, "|")
			for (i = 1; i <= many; i++) {
				if ($1 == "shootdown" && ($at["param"] != "pages" || $at["value"] != 1)) continue
				if ($1 == "ipi" && $at["param"] != "") continue
				if (those[i] ~ / by one$/ && $at["targets"] > 1) continue
				if (those[i] ~ / by all$/) {
					if ($at["status"] == "ok" && $at["targets"] < 2) continue
					take(those[i], rank - $at["targets"])
					if (ok[those[i]] && $at["targets"] > targets) targets = $at["targets"]
				} else
					take(those[i], rank)
			}
		}
		END {
			for (name in ok)
				if (ok[name] && is_loose[name]) loose = " (~ not converged)"
			printf "%-27s%10s%10s%21s  %s\n", "operation" loose, "ticks", "ns", "99 % interval, ticks", "verified"
			for (i = 1; i <= count; i++) {
				name = names[i]
				shown = name (name ~ / by all$/ && ok[name] ? " " targets : "")
				if (ok[name])
					printf "%-27s%10s%10s%21s  %s\n", shown, (is_loose[name] ? "~" : "") number(cost[name]), \
						hz ? number(cost[name] * 1e9 / hz) : "-", \
						lo[name] == "" ? "-" : number(lo[name]) " to " number(hi[name]), belief[name]
				else
					printf "%-27s  %s\n", shown, name in why ? why[name] : "was not run"
			}
		}' "$work/headline" "$out/results.csv"
}

# What the report has found, in lines of its own; it alone works that out.
show_findings() {
	if [ -s "$work/findings" ]; then
		cat "$work/findings"
	elif [ "$report" = yes ]; then
		echo 'break-even, ceiling, sizes of TLB and PCIDs: the report failed'
	else
		echo 'break-even, ceiling, sizes of TLB and PCIDs: only with a report (--no-report)'
	fi
}

# Measured, failed, and skipped, with as many reasons as a line or two hold: what there is
# beside the findings.  Litmus tests that ended as they may come last where there are two.
show_counts() {
	room=55 litmus=
	if ! is_full && [ -z "$forbidden" ]; then
		litmus=$(litmus_counts permitted)
		litmus=${litmus:+; litmus $litmus}
		room=$((132 - ${#litmus}))
	fi
	awk -F, '
		FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ count[$at["status"]]++ }
		$at["status"] == "skipped" {
			why = $at["reason"]
			if (why ~ /^"/) { why = $0; sub(/^[^"]*"/, "", why); sub(/".*/, "", why) }
			skipped[why]++
		}
		END {
			print "0 " count["ok"] + 0 "|" count["skipped"] + 0 "|" count["failed"] + count["timeout"]
			for (why in skipped) print skipped[why] " " why
		}' "$out/results.csv" | sort -k 1,1rn -k 2 | awk -v room=$room -v litmus="$litmus" '
		$1 == 0 { split($2, count, "|"); next }
		{ reason[++many] = $0 }
		END {
			text = "rows: " count[1] " measured, " count[3] " failed, " count[2] " skipped"
			for (i = 1; i <= many; i++) {
				if (length(text) + length(reason[i]) > room) break
				text = text (i == 1 ? ": " : ", ") reason[i]
			}
			if (i <= many) text = text (i == 1 ? ": " : ", ") many - i + 1 " other reason" (i < many ? "s" : "")
			print text litmus
		}' | fold -s -w 80 | sed 's/ $//'
}

# Where to look further.
show_where() {
	where=$out
	[ "$out" != "$default_out" ] || where=$root/results/latest
	if [ -e "$out/report.html" ]; then
		echo "open ${where#./}/report.html"
	elif [ -e "$out/summary.txt" ]; then
		echo "files in $out, all rows in its summary.txt"
	else
		echo "files in $out"
	fi
}

show_summary() {
	[ -e "$out/summary.txt" ] || say 'no summary was delivered'
	[ "$verbose" = no ] || [ ! -e "$out/summary.txt" ] || show_rows
	show_verdict
	if [ -s "$out/results.csv" ]; then
		show_headline
		show_findings
		show_counts
	else
		echo 'no row was delivered'
	fi
	show_where
}

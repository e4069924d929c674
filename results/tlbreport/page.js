"use strict";
(function () {
	var at = document.getElementById("run"), run = at ? JSON.parse(at.textContent) : null;
	var all = function (what, where) {
		return Array.prototype.slice.call((where || document).querySelectorAll(what));
	};
	var results = run && run.results, known = {};

	function word(column, row) {
		return results[column].words[results[column].at[row]];
	}

	/* A name of a row that is the same in each run: what the address behind # may say. */
	function slug(parts) {
		return "row-" + parts.filter(Boolean).join("-").replace(/[^A-Za-z0-9._]+/g, "-");
	}

	function learn() {
		Object.keys(results).forEach(function (column) {
			var packed = results[column].runs, at = [];
			for (var n = 0; packed && n < packed.length; n += 2)
				for (var many = packed[n + 1]; many > 0; many--) at.push(packed[n]);
			if (packed) results[column].at = at;
		});
		for (var row = 0; row < run.rows; row++) {
			var name = slug([word("bench", row), word("op", row), word("variant", row),
				word("param", row), word("value", row), word("targets", row)]);
			if (!(name in known)) known[name] = row;
		}
	}

	function heads(table) {
		return all("thead th", table).map(function (th) { return th.textContent; });
	}

	/* Ids of the rows of results.csv; their numbers stay in the cell as they were written. */
	function name(table) {
		var head = heads(table), swept = table.querySelector("th[data-at]");
		var where = swept ? swept.cellIndex : head.indexOf("at"), targets = head.indexOf("targets");
		all("tbody tr", table).forEach(function (tr) {
			var cell = function (n) { return n < 0 ? "" : tr.cells[n].textContent; };
			var id = slug([table.dataset.bench, cell(0), cell(1).replace(" set+clear", ""),
				(swept && cell(where) ? head[where] + "-" : "") + cell(where), cell(targets)]);
			var constant = !(id in known) && Object.keys(known).filter(function (one) {
				return one.indexOf(id + "-") === 0;
			})[0];
			tr.id = constant || id;
		});
	}

	function hover(event) {
		var tr = event.target.closest && event.target.closest("tr[id]");
		if (!tr || tr.title || !(tr.id in known)) return;
		var row = known[tr.id], said = ["n " + word("n", row)];
		["p50", "ci99_lo", "ci99_hi", "p95", "p99", "spread"].forEach(function (column) {
			if (results[column] && results[column][row] !== null) said.push(column + " " + results[column][row]);
		});
		tr.title = said.join("  ") + " " + word("unit", row) + "\n#" + tr.id;
	}

	function pick(event) {
		var tr = event.target.closest("tr[id]");
		if (tr && event.target.closest("tbody th")) {
			history.replaceState(null, "", "#" + tr.id);
			show();
		}
	}

	/* Opens whatever the address points into. */
	function show() {
		var id = decodeURIComponent(location.hash.slice(1));
		var target = id && document.getElementById(id);
		all(".here").forEach(function (one) { one.classList.remove("here"); });
		if (!target) return;
		for (var up = target; up; up = up.parentElement)
			if (up.tagName === "DETAILS") up.open = true;
		target.classList.add("here");
		target.scrollIntoView({ block: "center" });
	}

	function value(cell) {
		var found = (cell.dataset.was || cell.textContent).match(/-?\d[\d.]*/);
		return found ? parseFloat(found[0]) : null;
	}

	function sort(event) {
		var th = event.target.closest("thead th"), table = th && th.closest("table");
		if (!table || !table.classList.contains("rows")) return;
		var n = th.cellIndex, down = th.dataset.order === "up", body = table.tBodies[0];
		var rows = all("tr", body), isText = th.classList.contains("t") ||
			n < 3 && !th.classList.contains("u") && run;
		all("th", table.tHead).forEach(function (one) { delete one.dataset.order; });
		th.dataset.order = down ? "down" : "up";
		rows.map(function (tr, place) {
			var cell = tr.cells[n], number = value(cell);
			return { tr: tr, place: place, by: isText || number === null ? cell.textContent : number };
		}).sort(function (a, b) {
			var less = typeof a.by !== typeof b.by ? (typeof a.by === "number" ? -1 : 1)
				: typeof a.by === "number" ? a.by - b.by
				: a.by.localeCompare(b.by, "en", { numeric: true });
			return (down ? -less : less) || a.place - b.place;
		}).forEach(function (one) { body.appendChild(one.tr); });
	}

	/* Of columns whose head asks for it, a choice among their words. */
	function choose(tools) {
		var words = {};
		all("table.rows").forEach(function (table) {
			all("thead th[data-pick]", table).forEach(function (th) {
				var mine = words[th.textContent] = words[th.textContent] || {};
				all("tbody tr", table).forEach(function (tr) { mine[tr.cells[th.cellIndex].textContent] = 1; });
			});
		});
		Object.keys(words).forEach(function (head) {
			var found = Object.keys(words[head]).filter(Boolean), box = document.createElement("select");
			if (found.length < 2) return;
			box.dataset.pick = head;
			box.add(new Option("any " + head, ""));
			found.sort(function (a, b) { return a.localeCompare(b, "en", { numeric: true }); })
				.forEach(function (one) { box.add(new Option(one, one)); });
			box.addEventListener("change", filter);
			tools.insertBefore(box, document.getElementById("found"));
		});
	}

	/* What is chosen, by the place of its column; of a table without that column nothing is. */
	function picked(table) {
		var head = heads(table);
		return all("#tools select").filter(function (box) {
			return box.value && head.indexOf(box.dataset.pick) >= 0;
		}).map(function (box) { return [head.indexOf(box.dataset.pick), box.value]; });
	}

	function filter() {
		var wanted = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
		var many = 0, chosen = all("#tools select").some(function (box) { return box.value; });
		all("table.rows").forEach(function (table) {
			var seen = 0, picks = picked(table);
			all("tbody tr", table).forEach(function (tr) {
				var text = (table.dataset.bench + " " + tr.textContent).toLowerCase();
				var fits = wanted.every(function (one) { return text.indexOf(one) >= 0; }) &&
					picks.every(function (one) { return tr.cells[one[0]].textContent === one[1]; });
				tr.hidden = !fits;
				seen += fits;
			});
			many += seen;
			if ((wanted.length || chosen) && seen)
				for (var up = table; up; up = up.parentElement)
					if (up.tagName === "DETAILS") up.open = true;
		});
		document.getElementById("found").textContent = wanted.length || chosen ? many + " rows" : "";
	}

	function digits(number) {
		var text = number.toPrecision(4);
		return text.indexOf("e") >= 0 ? String(Math.round(number))
			: text.indexOf(".") >= 0 ? text.replace(/\.?0+$/, "") : text;
	}

	/* Numbers in ticks become ns or cycles; what is not in ticks stays. */
	function unit(event) {
		var times = parseFloat(event.target.value), label = event.target.dataset.unit;
		all("table.rows").forEach(function (table) {
			var ths = all("thead th", table), place = ths.map(function (th) {
				return th.textContent.split(",")[0];
			}).indexOf("unit");
			ths.forEach(function (th, n) {
				if (!th.classList.contains("u")) return;
				all("tbody tr", table).forEach(function (tr) {
					var row = known[tr.id], cell = tr.cells[n];
					var said = place >= 0 ? tr.cells[place].textContent
						: row !== undefined ? word("unit", row) : "";
					if (said !== "ticks") return;
					if (!("was" in cell.dataset)) cell.dataset.was = cell.textContent;
					cell.textContent = times === 1 ? cell.dataset.was
						: cell.dataset.was.replace(/-?\d[\d.]*/g, function (text) {
							return digits(parseFloat(text) * times);
						});
				});
				th.textContent = th.textContent.split(",")[0] + (times === 1 ? "" : ", " + label);
			});
		});
	}

	function dark(event) {
		var root = document.documentElement;
		root.className = event.target.checked ? "dark" : "light";
		try { localStorage.setItem("tlbmark-colours", root.className); } catch (no) { /* no store */ }
	}

	/* In print everything is open that is not marked to stay folded. */
	function print() {
		all("section > details:not([open]):not(.long)").forEach(function (one) {
			one.open = true;
			one.dataset.printed = "1";
		});
	}

	function printed() {
		all("details[data-printed]").forEach(function (one) {
			one.open = false;
			delete one.dataset.printed;
		});
	}

	function start() {
		var tools = document.getElementById("tools"), box = document.getElementById("dark");
		var kept = null;
		try { kept = localStorage.getItem("tlbmark-colours"); } catch (no) { /* no store */ }
		if (run) {
			learn();
			all("table.rows").forEach(name);
		}
		if (kept) document.documentElement.className = kept;
		if (tools) {
			tools.hidden = false;
			choose(tools);
			box.checked = kept ? kept === "dark"
				: matchMedia("(prefers-color-scheme: dark)").matches;
			box.addEventListener("change", dark);
			document.getElementById("filter").addEventListener("input", filter);
			all("input[name=unit]").forEach(function (one) { one.addEventListener("change", unit); });
		}
		document.addEventListener("click", sort);
		document.addEventListener("click", pick);
		document.addEventListener("mouseover", hover);
		addEventListener("hashchange", show);
		addEventListener("beforeprint", print);
		addEventListener("afterprint", printed);
		show();
	}

	start();
}());

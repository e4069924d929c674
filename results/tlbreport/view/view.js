"use strict";
/*
 * Draws the files of a run that are dropped onto the page.  It shows what the files say:
 * verdicts, the rows that answer first, sweeps, all rows.  What follows from several rows
 * together, and belief in what has nothing to drop, only the report works out.
 */
(function () {
	var WORDS = ["bench", "op", "variant", "param", "value", "targets", "status", "reason", "unit",
		"believed", "converged", "estimator", "n"];
	var NUMBERS = ["p50", "p95", "p99", "ci99_lo", "ci99_hi", "spread"];
	var HEADS = ["op", "variant", "at", "targets", "median", "99 % interval", "p99", "unit",
		"verified", ""];
	var BELIEF = { "1": "✓ yes", "0": "✗ NO", "": "– no verdict" };
	var COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
	var files = {};

	/* ---- what the files hold ---- */

	/* Rows of fields, as RFC 4180 has them. */
	function csv(text) {
		var rows = [], row = [], field = "", quoted = false;
		for (var i = 0; i < text.length; i++) {
			var c = text[i];
			if (quoted) {
				if (c !== "\"") field += c;
				else if (text[i + 1] === "\"") field += text[++i];
				else quoted = false;
			} else if (c === "\"") quoted = true;
			else if (c === ",") { row.push(field); field = ""; }
			else if (c === "\n") { row.push(field); rows.push(row); row = []; field = ""; }
			else if (c !== "\r") field += c;
		}
		if (field !== "" || row.length) { row.push(field); rows.push(row); }
		return rows;
	}

	/* Rows as objects; a column that the file lacks reads as undefined. */
	function records(name) {
		var rows = files[name] ? csv(files[name].text) : [], head = rows.shift() || [];
		return rows.map(function (row) {
			var made = {};
			head.forEach(function (column, at) { made[column] = row[at]; });
			return made;
		});
	}

	function crc32(bytes) {
		var crc = -1;
		for (var i = 0; i < bytes.length; i++) {
			crc ^= bytes[i];
			for (var bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
		}
		return ("0000000" + ((crc ^ -1) >>> 0).toString(16)).slice(-8);
	}

	/* Which files are not what machine.csv says of them. */
	function damage(machine) {
		var wrong = [];
		Object.keys(machine).forEach(function (key) {
			var name = (key.match(/^file_(.*)_crc32$/) || [])[1];
			if (!name || !machine[key]) return;
			if (!files[name]) wrong.push(name + " is not among the files");
			else if (crc32(files[name].bytes) !== machine[key].replace(/^0x/, ""))
				wrong.push(name + " is damaged");
		});
		return wrong;
	}

	function number(text) {
		return text === undefined || text === "" || isNaN(text) ? null : Number(text);
	}

	/* The other operation of a row of two, as read/verdicts.py has it. */
	function partner(row) {
		return row.op === "invpcid_address" && /^pti-\d/.test(row.variant) ? "invlpg"
			: row.op === "invpcid_context" && /^pti-space-/.test(row.variant) ? "cr3_pcid_flush"
			: row.op === "invlpg" && /^together-gen-/.test(row.variant) ? "cr3_reload" : row.op;
	}

	/* CR4.PCIDE and EFER.TCE of a row of results.csv, as read/variant.py has them. */
	function state(row) {
		var words = row.variant.split("-"), has = function (word) { return words.indexOf(word) >= 0; };
		return +(has("pcide") || row.bench === "pcid_capacity"
			|| row.bench === "policy" && !has("nopcid")) + "," + +has("tce");
	}

	/* The required checks of each operation in each state that it was tried in: whether one
	   failed.  Exceptions count only where the operation has nothing to drop. */
	function verified(type) {
		var entries = {}, faults = {};
		records("verify.csv").forEach(function (cell) {
			if (cell.core_type && cell.core_type !== type) return;
			var isFault = /^(no_)?fault_/.test(cell.entry), at = isFault ? faults : entries;
			var states = at[cell.op] = at[cell.op] || {};
			var one = isFault ? "" : (cell.pcide || "0") + "," + (cell.tce || "0");
			var seen = states[one] = states[one] || { any: false, failed: false };
			if (cell.rule !== "must" || cell.cpu && cell.verdict !== "fail") return;
			seen.any = true;
			seen.failed = seen.failed || cell.verdict === "fail";
		});
		Object.keys(faults).forEach(function (op) {
			var states = entries[op] || {}, any = Object.keys(states).some(function (one) {
				return states[one].any;
			});
			if (!any) entries[op] = faults[op];
		});
		return entries;
	}

	/* Whether an operation failed in the state of a row; the only one there is stands for all. */
	function fails(states, row) {
		var known = Object.keys(states || {}), one = known.length === 1 ? known[0] : state(row);
		return !!states && one in states && states[one].failed;
	}

	/* The rows of the boot processor's type of core, with their headline in the place of the
	   median, and without belief in what failed its verification. */
	function results(type) {
		var found = verified(type);
		return records("results.csv").filter(function (row) {
			return !row.core_type || row.core_type === type || row.targets;
		}).map(function (row) {
			if (row.estimator === "huber" && row.cost) {
				row.p50 = row.cost;
				row.ci99_lo = row.cost_lo;
				row.ci99_hi = row.cost_hi;
			}
			if (row.status === "ok" && [row.op, partner(row)].some(function (op) {
				return fails(found[op], row);
			})) row.believed = "0";
			return row;
		});
	}

	/* ---- which rows answer first, as the report has it ---- */

	function ranked(wanted) {
		return function (row) { return wanted.indexOf(row.variant); };
	}

	function calls() {
		var made = [];
		["pause", "spin", "hlt"].forEach(function (state) {
			["core", "cluster", "cache", "package", "machine"].forEach(function (distance) {
				["xapic", "x2apic"].forEach(function (apic) {
					made.push(["unicast", state, "rtt", distance, apic].join("-"));
				});
			});
		});
		return made;
	}

	function shots() {
		return ["pause", "spin", "hlt"].map(function (state) {
			return "unicast-late-alongside-own-" + state;
		});
	}

	var BARE = ["first-bare-pcide", "first-fetch-pcide", "first-bare", "first-fetch"];
	var OF_PAGE = ["first-bare-4k-pcide", "first-bare-4k"];
	var QUESTIONS = [
		["INVLPG", "single_op", ["invlpg"], OF_PAGE],
		["MOV CR3, flush", "single_op", ["cr3_pcid_flush", "cr3_reload"], BARE],
		["MOV CR3, no flush", "single_op", ["cr3_pcid_noflush"], BARE],
		["INVPCID 0, an address", "single_op", ["invpcid_address"], OF_PAGE],
		["INVPCID 1, a PCID", "single_op", ["invpcid_context"], BARE],
		["INVPCID 2, everything", "single_op", ["invpcid_all_global"], BARE],
		["INVPCID 3, all but global", "single_op", ["invpcid_all_non_global"], BARE],
		["CR4.PGE off and on", "single_op", ["cr4_pge_toggle"], BARE],
		["Refill of a page", "refill", ["cr3_pcid_flush", "cr3_reload"],
			["4k-pcide-random-warm-dense", "4k-random-warm-dense"]],
		["IPI there and back", "ipi", ["none"], calls()],
		["Shootdown of a page by one", "shootdown", ["invlpg"], shots()],
		["Shootdown by all", "shootdown", ["invlpg"], shots()]
	];

	/* The row of a question: measured ones first, then as listed, the least value first. */
	function answer(question, rows) {
		var rank = ranked(question[3]), all = / by all$/.test(question[0]), one = / by one$/.test(question[0]);
		var found = rows.filter(function (row) {
			return row.bench === question[1] && question[2].indexOf(row.op) >= 0 && rank(row) >= 0
				&& (row.bench !== "ipi" || !row.param)
				&& (row.bench !== "shootdown" || row.param === "pages" && row.value === "1")
				&& !(one && row.targets > 1) && !(all && row.status === "ok" && row.targets < 2);
		});
		var order = function (row) {
			return [row.status === "ok" ? 0 : 1, all ? -row.targets : 0, rank(row),
				Number(row.value) || 0];
		};
		found.sort(function (a, b) {
			var left = order(a), right = order(b), at = 0;
			while (at < left.length && left[at] === right[at]) at++;
			return at < left.length ? left[at] - right[at] : 0;
		});
		return found[0];
	}

	/* ---- what is shown ---- */

	function make(name, attributes, parts) {
		var svg = /^(svg|line|path|circle|text|g|title)$/.test(name);
		var made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name)
			: document.createElement(name);
		Object.keys(attributes || {}).forEach(function (key) {
			made.setAttribute(key, attributes[key]);
		});
		[].concat(parts === undefined ? [] : parts).forEach(function (part) {
			made.appendChild(typeof part === "string" ? document.createTextNode(part) : part);
		});
		return made;
	}

	function digits(value) {
		if (value === null) return "";
		var text = value.toPrecision(4);
		return text.indexOf("e") >= 0 ? String(Math.round(value))
			: text.indexOf(".") >= 0 ? text.replace(/\.?0+$/, "") : text;
	}

	function interval(row) {
		return row.ci99_lo === "" ? "" : "[" + digits(number(row.ci99_lo)) + ", "
			+ digits(number(row.ci99_hi)) + "]";
	}

	function table(kind, attributes, heads, body) {
		attributes.class = kind;
		return make("div", { class: "scroll" }, make("table", attributes, [
			make("thead", {}, make("tr", {}, heads)), make("tbody", {}, body)]));
	}

	function headline(machine, rows, mark) {
		var hz = number(machine.tsc_hz), lacking = {}, body = [];
		QUESTIONS.forEach(function (question) {
			var row = answer(question, rows), p50 = row && row.status === "ok" ? number(row.p50) : null;
			if (p50 === null) {
				var why = row ? row.status + ": " + row.reason : "was not run";
				(lacking[why] = lacking[why] || []).push(question[0]);
				return;
			}
			var name = question[0] + (/ by all$/.test(question[0]) ? " " + row.targets : "");
			body.push(make("tr", {}, [make("th", { scope: "row", title: row.op + " " + row.variant }, name),
				make("td", { class: "number", "data-ticks": row.p50 }, digits(p50)),
				make("td", { class: "number" }, hz ? digits(p50 * 1e9 / hz) : ""),
				make("td", { class: "number" }, interval(row)),
				make("td", {}, row.op === "none" ? "" : BELIEF[row.believed])]));
		});
		var why = Object.keys(lacking).map(function (one) {
			return lacking[one].join(", ") + " (" + one + ")";
		});
		return [make("p", { class: "mark" }, mark),
			table("headline", { id: "headline" }, ["operation", "ticks", "ns", "99 % interval, ticks",
				"verified"].map(function (head) { return make("th", {}, head); }), body),
			make("p", { class: "note" }, why.length ? "Not measured: " + why.join("; ") + "." : "")];
	}

	/* Lines over a logarithmic axis; heights on another, or on a plain one.  A series is
	   [name, [[x, y], ...]]. */
	function plot(title, xname, series, mark, plain) {
		series = series.map(function (one) {
			return [one[0], one[1].filter(function (at) { return at[0] > 0 && (plain || at[1] > 0); })];
		}).filter(function (one) { return one[1].length > 2; }).slice(0, COLOURS.length);
		if (!series.length) return [];
		var all = [].concat.apply([], series.map(function (one) { return one[1]; }));
		var axis = function (of, from, to, scale, back) {
			var scaled = all.map(function (at) { return scale(at[of]); });
			var low = Math.min.apply(null, scaled), high = Math.max.apply(null, scaled);
			return { at: function (value) {
				return from + (scale(value) - low) / (high - low || 1) * (to - from);
			}, marks: [low, (low + high) / 2, high].map(back) };
		};
		var same = function (value) { return value; };
		var x = axis(0, 70, 690, Math.log, Math.exp);
		var y = plain ? axis(1, 300, 30, same, same) : axis(1, 300, 30, Math.log, Math.exp), parts = [make("title", {}, title)];
		var label = function (where, text, how) {
			parts.push(make("text", { x: where[0], y: where[1], "font-size": 12,
				"text-anchor": how || "middle" }, text));
		};
		x.marks.forEach(function (value) {
			label([x.at(value), 318], digits(Math.round(value)));
		});
		y.marks.forEach(function (value) {
			label([64, y.at(value) + 4], digits(value), "end");
			parts.push(make("line", { x1: 70, x2: 690, y1: y.at(value), y2: y.at(value),
				stroke: "currentColor", "stroke-opacity": 0.2 }));
		});
		label([380, 336], xname);
		label([70, 16], "ticks", "end");
		series.forEach(function (one, number) {
			var path = one[1].map(function (at) { return x.at(at[0]).toFixed(1) + " " + y.at(at[1]).toFixed(1); });
			parts.push(make("path", { d: "M" + path.join("L"), fill: "none", stroke: COLOURS[number],
				"stroke-width": 2 }));
			parts.push(make("text", { x: 80, y: 44 + 15 * number, "font-size": 12, fill: COLOURS[number] },
				one[0]));
		});
		if (mark) parts.push(make("text", { x: 380, y: 180, "font-size": 22, "text-anchor": "middle",
			fill: "#b00000", "fill-opacity": 0.35 }, mark));
		return [make("h3", {}, title), make("div", { class: "plot" },
			make("svg", { viewBox: "0 0 760 345", role: "img" }, parts))];
	}

	function sweep(rows, bench, op, variant) {
		return rows.filter(function (row) {
			return row.bench === bench && row.op === op && row.variant === variant && row.status === "ok"
				&& row.unit === "ticks";
		}).map(function (row) {
			return [row.param === "targets" ? Number(row.targets) : Number(row.value), Number(row.p50)];
		}).sort(function (a, b) { return a[0] - b[0]; });
	}

	function plots(rows, mark) {
		var ranges = sweep(rows, "range", "invlpg", "range-4k-pcide-w64").length ? "-pcide" : "";
		var level = function (op, variant) {
			var found = rows.filter(function (row) {
				return row.bench === "range" && row.op === op && row.variant === variant && row.status === "ok";
			})[0];
			return found ? [1, 10, 100, 1000].map(function (at) { return [at, Number(found.p50)]; }) : [];
		};
		var flush = ranges ? "cr3_pcid_flush" : "cr3_reload";
		return [].concat(
			plot("Page by page against a flush, 64 pages fetched again", "pages", [
				["invlpg", sweep(rows, "range", "invlpg", "range-4k" + ranges + "-w64")],
				[flush, level(flush, "space" + ranges + "-w64")]], mark),
			plot("An access, over the pages in use: what the TLB holds", "pages",
				["data-4k", "data-2m", "code-4k"].map(function (kind) {
					return [kind, sweep(rows, "tlb_size", "none", kind)];
				}), mark, true));
	}

	/* All rows of a benchmark, as the report's script expects them. */
	function section(bench, rows) {
		var mine = rows.filter(function (row) { return row.bench === bench && row.status !== "skipped"; });
		if (!mine.length) return null;
		var at = "at", params = {};
		mine.forEach(function (row) { params[row.param] = true; });
		var swept = Object.keys(params).filter(Boolean), single = swept.length === 1;
		var heads = HEADS.map(function (head) {
			var named = head === at && single ? swept[0] : head;
			var made = make("th", { scope: "col" }, named);
			if (["median", "99 % interval", "p99"].indexOf(head) >= 0) made.className = "u";
			if (head === at && single) made.dataset.at = "1";
			return made;
		});
		var body = mine.map(function (row) {
			var cells = [row.variant, row.param ? single ? row.value : row.param + " = " + row.value : "",
				row.targets, digits(number(row.p50)), interval(row), digits(number(row.p99)), row.unit,
				row.status === "ok" ? BELIEF[row.believed] : "",
				row.status === "ok" ? "" : row.status + ": " + row.reason];
			return make("tr", {}, [make("th", {}, row.op)].concat(cells.map(function (text) {
				return make("td", {}, text || "");
			})));
		});
		return make("section", { id: bench }, make("details", {}, [
			make("summary", {}, make("h2", {}, bench + " (" + mine.length + " rows)")),
			table("rows", { "data-bench": bench }, heads, body)]));
	}

	function tools(machine) {
		var made = make("div", { id: "tools", hidden: "" }), hz = number(machine.tsc_hz);
		made.appendChild(make("label", {}, ["filter rows ", make("input", { type: "search", id: "filter" })]));
		made.appendChild(make("span", { id: "found" }));
		[["ticks", 1]].concat(hz ? [["ns", 1e9 / hz]] : []).forEach(function (unit) {
			var radio = make("input", { type: "radio", name: "unit", value: unit[1], "data-unit": unit[0] });
			radio.checked = unit[0] === "ticks";
			made.appendChild(make("label", {}, [radio, " " + unit[0]]));
		});
		made.appendChild(make("label", {}, [make("input", { type: "checkbox", id: "dark" }), " dark"]));
		return made;
	}

	/* What the report's script sorts and hovers by. */
	function data(machine, rows) {
		var found = { schema: 1, machine: machine, rows: rows.length, results: {} };
		WORDS.forEach(function (column) {
			var words = [], at = {}, runs = [];
			rows.forEach(function (row) {
				var word = row[column] || "";
				if (!(word in at)) { at[word] = words.length; words.push(word); }
				runs.push(at[word], 1);
			});
			found.results[column] = { words: words, runs: runs };
		});
		NUMBERS.forEach(function (column) {
			found.results[column] = rows.map(function (row) { return number(row[column]); });
		});
		return make("script", { type: "application/json", id: "run" }, JSON.stringify(found));
	}

	/* ---- the page ---- */

	/* Required checks by the worse verdict of their rows, as run.sh counts them; whether any row
	   failed, of an exception or of the accessed bit, too. */
	function counted(type) {
		var worst = {}, found = { seen: 0, missed: 0, rest: 0, failed: false };
		records("verify.csv").forEach(function (cell) {
			if (cell.rule !== "must" || cell.core_type && cell.core_type !== type) return;
			found.failed = found.failed || cell.verdict === "fail";
			if (/^(no_)?fault_|_accessed$/.test(cell.entry)) return;
			var key = [cell.op, cell.entry, cell.pcide, cell.tce].join();
			var bad = cell.verdict === "fail" ? "missed" : cell.verdict === "pass" ? "seen" : "rest";
			if (worst[key] !== "missed" && (bad !== "seen" || !worst[key])) worst[key] = bad;
		});
		Object.keys(worst).forEach(function (key) { found[worst[key]]++; });
		return found;
	}

	/* The litmus tests that ended with an outcome that the architecture forbids. */
	function forbidden() {
		var names = [];
		records("litmus.csv").forEach(function (row) {
			if (row.verdict === "forbidden" && names.indexOf(row.test) < 0) names.push(row.test);
		});
		return names;
	}

	function verdict(machine, wrong) {
		var valid = machine.timing_valid === "1" && machine.env === "hw", must = counted(machine.core_type);
		var guest = machine.timing_valid === "vm" && machine.env === "vm";
		var against = forbidden();
		var said = [valid ? "The timing may be believed." : guest ? "The timing is valid for this guest alone."
			: "The timing may not be believed: "
			+ (machine.timing_reason || "machine.csv does not say that it is valid") + ".",
			"Required invalidations: " + must.seen + " seen, " + must.missed + " failed, "
			+ must.rest + " not tested.",
			against.length ? "Litmus tests: " + against.join(", ")
			+ " ended with an outcome that the architecture forbids." : "",
			wrong.length ? "Files: " + wrong.join("; ") + "." : "The files are whole."];
		var good = (valid || guest) && !wrong.length && !must.failed && !against.length;
		return [make("p", { class: "verdict " + (!good ? "bad" : guest ? "doubt" : "good"), id: "verdict" },
			(!good ? "✗ " : guest ? "▣ " : "✓ ") + said.filter(Boolean).join(" ")),
			(valid ? "" : guest ? "VALID FOR THIS GUEST ALONE " : "NOT A MEASUREMENT OF HARDWARE ")
				+ (wrong.length ? "DAMAGED OR CUT" : "")];
	}

	function show() {
		var machine = {}, seen = document.getElementById("seen");
		records("machine.csv").forEach(function (row) { machine[row.key] = row.value; });
		seen.textContent = "";
		if (!files["results.csv"] || !files["machine.csv"]) {
			seen.appendChild(make("p", { class: "lack" }, "results.csv and machine.csv of one run are needed; "
				+ "these are " + (Object.keys(files).join(", ") || "none of its files") + "."));
			return;
		}
		var rows = results(machine.core_type), said = verdict(machine, damage(machine)), benches = [];
		rows.forEach(function (row) { if (benches.indexOf(row.bench) < 0) benches.push(row.bench); });
		[make("h2", {}, machine.brand || "a processor without a name"), said[0]]
			.concat(headline(machine, rows, said[1]), make("p", { class: "note" }, machine.program + ", commit "
				+ machine.commit + "; microcode " + machine.microcode + "; run " + machine.run_id
				+ (machine.env === "model" ? "" : ", " + machine.date) + ". What follows from the rows, and why to believe it: results/report.py."),
			plots(rows, said[1]), tools(machine), data(machine, rows))
			.forEach(function (part) { seen.appendChild(part); });
		benches.forEach(function (bench) {
			var made = section(bench, rows);
			if (made) seen.appendChild(made);
		});
		document.getElementById("drop").hidden = true;
		seen.appendChild(make("p", {}, make("a", { href: "" }, "Another run")));
		seen.appendChild(make("script", {}, document.getElementById("page").textContent));
	}

	function read(list) {
		return Promise.all(list.filter(function (file) { return /\.csv$/.test(file.name); })
			.map(function (file) {
				return file.arrayBuffer().then(function (buffer) {
					var bytes = new Uint8Array(buffer);
					files[file.name] = { bytes: bytes, text: new TextDecoder("utf-8").decode(bytes) };
				});
			})).then(show);
	}

	/* The files of a drop, and those of a folder in it. */
	function dropped(transfer) {
		var entries = Array.prototype.map.call(transfer.items || [], function (item) {
			return item.webkitGetAsEntry ? item.webkitGetAsEntry() : null;
		}), folder = entries.filter(function (entry) { return entry && entry.isDirectory; })[0];
		if (!folder) return Promise.resolve(Array.prototype.slice.call(transfer.files));
		return new Promise(function (done) {
			folder.createReader().readEntries(function (found) {
				Promise.all(found.filter(function (entry) { return entry.isFile; }).map(function (entry) {
					return new Promise(function (one) { entry.file(one); });
				})).then(done);
			});
		});
	}

	function start() {
		var drop = document.getElementById("drop");
		document.getElementById("files").addEventListener("change", function (event) {
			read(Array.prototype.slice.call(event.target.files));
		});
		document.addEventListener("dragover", function (event) {
			event.preventDefault();
			drop.classList.add("over");
		});
		document.addEventListener("drop", function (event) {
			event.preventDefault();
			drop.classList.remove("over");
			dropped(event.dataTransfer).then(read);
		});
	}

	start();
}());

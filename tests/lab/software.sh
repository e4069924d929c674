#!/bin/sh
# What lab/ has for lab software: labgrid boots the program on a machine of QEMU and
# collects its run; LAVA takes the job, and finds a test case in each of its signals.
set -eu
cd "$(dirname "$0")/../.."
. tests/stick.sh

for module in labgrid lava_common; do
	"${PYTHON:-/usr/bin/python3}" -c "import $module" 2>/dev/null || {
		skip 'the software of labs' "Python has no $module: this release does not have the package"
		finish
		exit
	}
done

# Collects a run of the stick.
collected() { # STICK ENVIRONMENT
	LG_STICK="$scratch/$1.img" LG_RUN="$scratch/$1.run" PYTHONDONTWRITEBYTECODE=1 \
		timeout -k 5 400 "${PYTHON:-/usr/bin/python3}" -m pytest -q -p no:cacheprovider \
		--lg-env "$2" lab/labgrid >"$scratch/pytest" 2>&1
}

labgrid_collects_a_run() {
	stick lab 'after = wait' 'lava = 1' 'run = lab'
	collected lab lab/labgrid/qemu.yaml || {
		cat "$scratch/pytest"
		return 1
	}
	"${PYTHON:-/usr/bin/python3}" results/report.py "$scratch/lab.run" >/dev/null
}

# An image without the program.
labgrid_says_why_there_is_none() {
	head -c 4M /dev/zero >"$scratch/empty.img"
	sed "s|- tlbmark_strategy.py|- $PWD/lab/labgrid/tlbmark_strategy.py|
		s|^\( *\)out: .*|&\n\1start_timeout: 3|" lab/labgrid/qemu.yaml >"$scratch/soon.yaml"
	! collected empty "$scratch/soon.yaml" &&
		grep -q 'the time to start is up before any @run' "$scratch/pytest" &&
		[ ! -e "$scratch/empty.run" ]
}

rack_is_understood() {
	LG_RUN=run "${PYTHON:-/usr/bin/python3}" -B - lab/labgrid/rack.yaml <<-'END'
		import sys
		from labgrid import Environment
		target = Environment(sys.argv[1]).get_target()
		assert [type(one).__name__ for one in target.drivers] == [
		    "SerialDriver", "NetworkPowerDriver", "TlbmarkStrategy"]
	END
}

lava_takes_the_job() {
	"${PYTHON:-/usr/bin/python3}" -B - lab/lava/job.yaml <<-'END'
		import sys, yaml
		from lava_common.schemas import validate
		validate(yaml.safe_load(open(sys.argv[1])), strict=True)
	END
}

# What LAVA finds on the line of the run above is what the report says of its files.
lava_finds_each_test_case() {
	"${PYTHON:-/usr/bin/python3}" results/report.py --export lava "$scratch/lab.run" |
		sed -n 's/.*TEST_CASE_ID=\([^ >]*\) RESULT=\([a-z]*\).*/\1 \2/p' |
		sort >"$scratch/exported"
	[ -s "$scratch/exported" ] || return 1
	"${PYTHON:-/usr/bin/python3}" -B - lab/lava/job.yaml "$scratch/lab.run.log" <<-'END' |
		import re, sys, yaml
		job = yaml.safe_load(open(sys.argv[1]))
		monitor = job["actions"][-1]["test"]["monitors"][0]
		text = open(sys.argv[2], encoding="latin-1", newline="").read()
		text = text[text.index(monitor["start"]):text.index(monitor["end"])]
		for found in re.finditer(monitor["pattern"], text):
		    print(found["test_case_id"], found["result"])
	END
		sort | diff "$scratch/exported" -
}

check 'labgrid boots the program, and the run comes whole' labgrid_collects_a_run
check 'labgrid says that a machine has started nothing' labgrid_says_why_there_is_none
check 'labgrid understands the environment of a rack' rack_is_understood
check 'LAVA takes the job' lava_takes_the_job
check 'LAVA finds a test case for each that the report exports' lava_finds_each_test_case
finish

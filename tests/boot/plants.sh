#!/bin/sh
# Each self-test is seen red: a fault is planted in the harness itself.
set -eu
. tests/boot.sh

verdict_is() { # NAME TEST VERDICT
	some_rows "$1" selftest.csv "\$test == \"$2\" && \$verdict == \"$3\""
}

only_fails() { # NAME TEST
	verdict_is "$1" "$2" fail && no_rows "$1" selftest.csv \
		"\$verdict == \"fail\" && \$test != \"$2\""
}

boot load -a icount -c 1 --machine pc --cpu max,svm=off --only single_op/invlpg,nested \
	--set selftest.plant=load
check 'a load in an empty window is found' only_fails load empty_window
check 'and does not change the exit status' status_is load 0
check 'a processor without SVM: no guest is run, and why' all_such_rows load results.csv \
	'$bench == "nested"' '$reason == "the hypervisor offers no SVM"'
check 'nor is anything verified in one' all_such_rows load verify.csv \
	'$entry ~ /^(guest|nested)_entry$/' '$verdict == "skipped"'
check 'which is no failure' verdict_is load nested skipped

boot deaf -a icount -c 1 --machine pc --only single_op/invlpg --set selftest.plant=deaf
check 'a sampler that does not notice interrupts is found' \
	only_fails deaf interrupt_discarded

boot irq -a icount -c 1 --machine pc --only single_op/invlpg --set selftest.plant=irq
check 'an NMI while a row is measured discards one block' [ \
	"$(rows irq results.csv '$discard_irq == 31' | wc -l)" -eq 1 ]
check 'and the row is measured all the same' all_rows irq results.csv \
	'$status == "skipped" || $n == 31 || ($discard_irq == 31 && $n > 0)'

finish

#!/bin/sh
# The whole program runs on each kind of virtual machine there is here.
set -eu
. tests/boot.sh

boot q35 -a tcg -c 4
check 'q35 with pflash and four processors: a whole run' whole_run q35
check 'four processors are found' machine_is q35 cpus_found 4
check 'plain TCG is told by its signature and its slopes' machine_is q35 env tcg

boot pc -a tcg -c 1 --machine pc
check 'pc with -bios and one processor: a whole run' whole_run pc
check 'one processor is found' machine_is pc cpus_found 1

boot large -a tcg -c 2 --memory 6144
check 'RAM above 4 GiB: a whole run' whole_run large
check 'RAM above 4 GiB is seen' machine_is large memory_end 0x200000000

finish

#!/bin/sh
# Two sticks and one machine: the results of one wait in RAM when the other is started,
# which must not overwrite them, unless they have arrived.
set -eu
. tests/stick.sh

device='-device qemu-xhci -device usb-storage,id=own,drive=disk,bootindex=0'
add_other() {
	tell "drive_add 0 if=none,id=other,format=raw,file=$scratch/other.img" &&
		tell 'device_add usb-storage,id=second,drive=other,bootindex=0'
}
plug_in_again() {
	tell 'device_del second' && sleep 2 &&
		tell "drive_add 0 if=none,id=again,format=raw,file=$scratch/waits.img" &&
		tell 'device_add usb-storage,drive=again,bootindex=0'
}

# The firmware takes no variable, so no way back is known: the first run does not reset.
evil waits 'option=class variable=refused' 'after = wait'
stick other 'run = other' 'profile = quick' 'after = wait'
attend waits -accel tcg
other_refuses() {
	hears waits 'the results wait there.' && tell 'device_del own' && sleep 2 &&
		add_other && tell system_reset &&
		hears waits 'in this machine'"'"'s RAM wait results that this stick did not leave, of run waits' &&
		hears waits 'nothing is measured, lest they are overwritten' &&
		! says waits '@run other' >/dev/null && [ -z "$(folders other)" ]
}
check 'another stick finds results that wait: it measures nothing, and says so' other_refuses
come_home() {
	plug_in_again && tell system_reset && hears waits 'your results are in' &&
		says waits 'run waits: PASS'
}
check 'they come home to their own stick' come_home
leave

# What has arrived is nobody's any more: a third stick may measure.  OVMF clears what is
# freed; the program must not count on it.
evil arrived 'free=nothing' 'after = wait'
stick other 'run = other' 'after = wait'
attend arrived -accel tcg
other_measures() {
	hears arrived 'your results are in' && tell 'device_del own' && sleep 2 && add_other &&
		tell system_reset && hears arrived '@run other' &&
		! says arrived 'nothing is measured' >/dev/null
}
check 'once they have arrived, another stick measures' other_measures
leave
finish

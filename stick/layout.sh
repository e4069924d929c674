# shellcheck shell=sh
# Where things are on the stick, in sectors of 512 bytes.  The whole is a number of
# cylinders, because Bochs wants that of a disk; what follows each partition is a gap.
# shellcheck disable=SC2034 # for those that read this
cylinders=65 heads=16 sectors_per_track=63
disk_sectors=$((cylinders * heads * sectors_per_track))
esp_first=2048 esp_sectors=30720
data_first=32768 data_sectors=32640

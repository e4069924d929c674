# shellcheck shell=sh
# Where things are on the stick, in sectors of 512 bytes.  The whole is a number of
# cylinders, because Bochs wants that of a disk.  There are two tables, each with
# partitions of its own: a disk of 512-byte blocks shows esp and data, one of 4096-byte
# blocks esp4k and data4k, and a CD-ROM starts esp.  Before the first partition, from
# iso_first on, are the files of the ISO 9660 file system.
# shellcheck disable=SC2034 # for those that read this
cylinders=135 heads=16 sectors_per_track=63
disk_sectors=$((cylinders * heads * sectors_per_track))
iso_first=160
esp_first=2048 esp_sectors=30720
data_first=32768 data_sectors=32640
esp4k_first=65536 esp4k_sectors=34816
data4k_first=100352 data4k_sectors=34816

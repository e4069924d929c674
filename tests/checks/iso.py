"""Reads an image as firmware reads a CD-ROM, and raises what is wrong.

usage: iso.py IMAGE BOOT-FIRST BOOT-SECTORS NAME=FILE...
BOOT-FIRST and BOOT-SECTORS count 512 bytes; NAME is a path on the CD.
"""
import struct, sys
disk = open(sys.argv[1], "rb").read()
def block(n, size=2048):
    assert n * 2048 + size <= len(disk)
    return disk[n * 2048:n * 2048 + size]
def both(data, at, kind):
    size = struct.calcsize(kind)
    little, big = struct.unpack_from("<" + kind, data, at)[0], \
        struct.unpack_from(">" + kind, data, at + size)[0]
    assert little == big
    return little
volume, boot, end = block(16), block(17), block(18)
assert [d[:7] for d in (volume, boot, end)] == [b"\1CD001\1", b"\0CD001\1", b"\xffCD001\1"]
assert both(volume, 80, "I") * 2048 == len(disk) and both(volume, 128, "H") == 2048
assert boot[7:39] == b"EL TORITO SPECIFICATION".ljust(32, b"\0")

catalog = block(struct.unpack_from("<I", boot, 71)[0])
assert catalog[:2] == b"\1\xef" and catalog[30:32] == b"\x55\xaa"
assert sum(struct.unpack("<16H", catalog[:32])) & 0xffff == 0
bootable, media, sectors, first = catalog[32], catalog[33], \
    struct.unpack_from("<H", catalog, 38)[0], struct.unpack_from("<I", catalog, 40)[0]
assert (bootable, media) == (0x88, 0)
assert (first * 4, sectors) == (int(sys.argv[2]), int(sys.argv[3]))
fat = block(first, 512)
assert fat[510:512] == b"\x55\xaa" and fat[54:59] == b"FAT16"

found, folders = {}, {}
def read(record):
    return block(both(record, 2, "I"), both(record, 10, "I"))
def walk(path, folder, parent):
    data, at, names = read(folder), 0, []
    folders[both(folder, 2, "I")] = path
    while data[at] != 0:
        record = data[at:at + data[at]]
        name = record[33:33 + record[32]]
        if record[25] & 2 and name not in (b"\0", b"\1"):
            walk(path + name.decode() + "/", record, folder)
        elif not record[25] & 2:
            found[path + name.decode().split(";")[0]] = read(record)
        else:
            assert both(record, 2, "I") == both((folder, parent)[name[0]], 2, "I")
        names.append(name)
        at += data[at]
    assert names == sorted(names) and names[:2] == [b"\0", b"\1"]
walk("/", volume[156:190], volume[156:190])

def paths(order, at):
    table = block(struct.unpack_from(order + "I", volume, at)[0])[:both(volume, 132, "I")]
    names = {}
    while table:
        length, _, where, parent = struct.unpack_from(order + "BBIH", table)
        names[where] = table[8:8 + length].strip(b"\0").decode()
        table = table[8 + length + length % 2:]
    return names
assert paths("<", 140) == paths(">", 148) == \
    {where: path.split("/")[-2] for where, path in folders.items()}
for argument in sys.argv[4:]:
    name, file = argument.split("=")
    assert found.pop(name) == open(file, "rb").read(), name
assert not found

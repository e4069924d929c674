"""Reads the partition table for disks of so many bytes a block, and raises what is wrong.

usage: gpt.py IMAGE BLOCK-BYTES FIRST...     the partitions' first sectors, of 512 bytes
"""
import struct, sys, uuid, zlib
disk = open(sys.argv[1], "rb").read()
block = int(sys.argv[2])
last = len(disk) // block - 1
assert len(disk) % block == 0
assert disk[510:512] == b"\x55\xaa" and disk[450] == 0xee
assert struct.unpack_from("<II", disk, 454) == (1, 0xffffffff)
def header(at, other):
    h = disk[at * block:at * block + 92]
    assert h[:8] == b"EFI PART"
    size, crc = struct.unpack_from("<II", h, 12)
    assert zlib.crc32(h[:16] + bytes(4) + h[20:size]) == crc
    own, back, first, end = struct.unpack_from("<QQQQ", h, 24)
    assert (own, back) == (at, other)
    array, count, each, crc = struct.unpack_from("<QIII", h, 72)
    assert count * each == 16384
    entries = disk[array * block:array * block + count * each]
    assert zlib.crc32(entries) == crc
    assert at < array and array * block + 16384 <= first * block or \
        end < array and array * block + 16384 <= at * block
    return first, end, entries, h[56:72]
one, two = header(1, last), header(last, 1)
assert one == two
first, end, entries, guid = one
guids = {guid}
for i, begins in enumerate(sys.argv[3:5]):
    e = entries[i * 128:i * 128 + 128]
    begin, final = struct.unpack_from("<QQ", e, 32)
    assert first <= begin <= final <= end
    assert begin * block == int(begins) * 512
    guids.add(e[16:32])
    assert str(uuid.UUID(bytes_le=e[:16])) == [
        "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"][i]
    # The sectors of its FAT are the disk's blocks.
    fat = disk[begin * block:begin * block + 512]
    assert struct.unpack_from("<H", fat, 11)[0] == block
    small, large = struct.unpack_from("<H", fat, 19)[0], struct.unpack_from("<I", fat, 32)[0]
    assert 0 < (small or large) <= final - begin + 1
    first = final + 1
assert len(guids) == 3
assert entries[256:] == bytes(126 * 128)

"""Reads a partition table, and raises what is wrong: gpt.py IMAGE FIRST-SECTOR..."""
import struct, sys, uuid, zlib
disk = open(sys.argv[1], "rb").read()
last = len(disk) // 512 - 1
assert disk[510:512] == b"\x55\xaa" and disk[450] == 0xee
def header(at, other):
    h = disk[at * 512:at * 512 + 92]
    assert h[:8] == b"EFI PART"
    size, crc = struct.unpack_from("<II", h, 12)
    assert zlib.crc32(h[:16] + bytes(4) + h[20:size]) == crc
    own, back, first, end = struct.unpack_from("<QQQQ", h, 24)
    assert (own, back) == (at, other)
    array, count, each, crc = struct.unpack_from("<QIII", h, 72)
    entries = disk[array * 512:array * 512 + count * each]
    assert zlib.crc32(entries) == crc
    return first, end, entries
one, two = header(1, last), header(last, 1)
assert one == two
first, end, entries = one
kinds = []
for i in range(2):
    e = entries[i * 128:i * 128 + 128]
    begin, final = struct.unpack_from("<QQ", e, 32)
    assert first <= begin <= final <= end
    assert begin == int(sys.argv[2 + i])
    kinds.append(str(uuid.UUID(bytes_le=e[:16])))
assert kinds == ["c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
                 "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"], kinds
assert entries[256:] == bytes(126 * 128)

"""Package databases and binaries as other systems write them, small: what no Debian package holds."""
import json
import sqlite3
import struct
import zlib

STRING, STRING_ARRAY, I18N_STRING, INT32 = 6, 8, 9, 4


def rpm_header(name, version, release, epoch=None, licence="MIT", requires=(), provides=()):
    """A header as rpm's databases have it: no magic number, an index, then the data."""
    tags = [
        (1000, STRING, name), (1001, STRING, version), (1002, STRING, release), (1003, INT32, epoch),
        (1004, I18N_STRING, "a package of a test"), (1009, INT32, 4711), (1011, STRING, "Slipway"), (1014, STRING, licence),
        (1022, STRING, "x86_64"), (1044, STRING, f"{name}-{version}-{release}.src.rpm"),
        (1047, STRING_ARRAY, [name, *provides]), (1049, STRING_ARRAY, list(requires)),
    ]
    index, data = b"", b""
    count = 0
    for tag, kind, value in tags:
        if value is None or value == []:
            continue
        count += 1
        if kind == INT32:
            data += b"\0" * (-len(data) % 4)
            items, encoded = 1, struct.pack(">i", value)
        else:
            values = value if isinstance(value, list) else [value]
            items, encoded = len(values), b"".join(text.encode() + b"\0" for text in values)
        index += struct.pack(">IIII", tag, kind, len(data), items)
        data += encoded
    return struct.pack(">II", count, len(data)) + index + data


def rpm_sqlite(path, headers):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")  # as rpm's own
    connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header,) for header in headers])
    connection.commit()
    connection.close()


def rpm_ndb(path, headers):
    slots, blobs = b"", b""
    for number, header in enumerate(headers, 1):
        offset = 4096 + len(blobs)
        blob = b"BlbS" + struct.pack("<III", number, 0, len(header)) + header
        blob += b"\0" * (-(len(blob) + 12) % 16) + struct.pack("<II", 0, len(header)) + b"BlbE"
        slots += b"Slot" + struct.pack("<III", number, offset // 16, len(blob) // 16)
        blobs += blob
    while len(slots) < 4096 - 32:
        slots += b"Slot" + bytes(12)
    start = b"RpmP" + struct.pack("<IIII", 0, 1, 1, len(headers) + 1) + bytes(12)
    with open(path, "wb") as file:
        file.write(start + slots + blobs)


def rpm_berkeley(path, headers, size=4096):
    def page(number, kind, following, entries, offset, body):
        return (struct.pack("<QIIIHHBB", 0, number, 0, following, entries, offset, 0, kind) + body).ljust(size, b"\0")

    chunk = size - 26
    overflow, items = [], []
    for number, header in enumerate(headers, 1):
        items += [b"\x01" + struct.pack("<I", number), b"\x03\0\0\0" + struct.pack("<II", 2 + len(overflow), len(header))]
        parts = [header[at : at + chunk] for at in range(0, len(header), chunk)]
        for place, part in enumerate(parts):
            own = 2 + len(overflow)
            overflow.append(page(own, 7, own + 1 if place + 1 < len(parts) else 0, 1, len(part), part))
    offsets, end, tail = [], size, b""
    for item in items:
        end -= len(item)
        tail = item + tail
        offsets.append(end)
    index = b"".join(struct.pack("<H", offset) for offset in offsets)
    table = page(1, 13, 0, len(items), end, b"")
    table = table[:26] + index + table[26 + len(index) : end] + tail
    meta = struct.pack("<QIIIIBBBBIII", 0, 0, 0x00061561, 9, size, 0, 8, 0, 0, 0, 1 + len(overflow), 0)
    with open(path, "wb") as file:
        file.write(meta.ljust(size, b"\0") + table + b"".join(overflow))


APK = """\
C:Q1mB95Hq2NUTZ599RDiSsj9w5FrOU=
P:musl
V:1.2.4_git20230717-r4
A:x86_64
S:407278
I:667648
T:the musl c library (libc) implementation
U:https://musl.libc.org/
L:MIT
o:musl
m:Timo Teräs <timo.teras@iki.fi>
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1

P:busybox-binsh
V:1.36.1-r15
A:x86_64
L:GPL-2.0-only
o:busybox
D:busybox=1.36.1-r15 so:libc.musl-x86_64.so.1

P:old
V:1-r0
A:noarch
L:custom GPL
o:old
"""


def elf(sections):
    """An ELF file for x86-64 that holds nothing but these sections (name -> bytes)."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in [*sections, ".shstrtab"])
    offset, body, headers = 64, b"", bytes(64)
    for name, data in [*sections.items(), (".shstrtab", names)]:
        kind = 3 if name == ".shstrtab" else 1
        headers += struct.pack("<IIQQQQIIQQ", names.index(name.encode() + b"\0"), kind, 0, 0, offset, len(data), 0, 0, 1, 0)
        body += data
        offset += len(data)
    start = b"\x7fELF\x02\x01\x01" + bytes(9)
    count = len(sections) + 2
    start += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, offset, 0, 64, 56, 0, 64, count, count - 1)
    return start + body + headers


def cargo_auditable():
    packages = [
        {"name": "app", "version": "0.1.0", "source": "local", "root": True, "dependencies": [1, 2]},
        {"name": "serde", "version": "1.0.203", "source": "crates.io"},
        {"name": "itoa", "version": "1.0.11", "source": "crates.io"},
        {"name": "cc", "version": "1.0.99", "source": "crates.io", "kind": "build"},
    ]
    return elf({".dep-v0": zlib.compress(json.dumps({"packages": packages}).encode())})

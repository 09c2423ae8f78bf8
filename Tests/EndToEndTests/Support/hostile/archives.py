"""Tar archives that no honest program writes, byte by byte. Each is a function of a `Place` that gives bytes."""
import bz2
import gzip
import io
import lzma
import struct
import zlib

BLOCK = 512
END = b"\0" * 1024


def number(value, width):
    """A numeric field: bytes as they are, numbers in octal, or in base 256 where octal has no room."""
    if isinstance(value, bytes):
        return value.ljust(width, b"\0")[:width]
    if 0 <= value < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, value)
    field = bytearray((value % (1 << 8 * width)).to_bytes(width, "big"))
    field[0] |= 0x80
    return bytes(field)


def header(name=b"", kind=b"0", size=0, link=b"", mode=0o644, uid=0, gid=0, mtime=1600000000, magic=b"ustar\00000",
           device=(0, 0), prefix=b"", checksum=None, tail=None):
    block = bytearray(BLOCK)
    block[0:100] = name.ljust(100, b"\0")[:100]
    block[100:108] = number(mode, 8)
    block[108:116] = number(uid, 8)
    block[116:124] = number(gid, 8)
    block[124:136] = number(size, 12)
    block[136:148] = number(mtime, 12)
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[157:257] = link.ljust(100, b"\0")[:100]
    block[257:265] = magic.ljust(8, b"\0")
    block[329:337] = number(device[0], 8)
    block[337:345] = number(device[1], 8)
    block[345:500] = prefix.ljust(155, b"\0")[:155]
    if tail:
        for offset, value in tail.items():
            block[offset:offset + len(value)] = value
    block[148:156] = b"%06o\0 " % sum(block) if checksum is None else checksum
    return bytes(block)


def padded(data):
    return data + b"\0" * (-len(data) % BLOCK)


def entry(name=b"", kind=b"0", data=b"", **fields):
    fields.setdefault("size", len(data))
    return header(name, kind, **fields) + padded(data)


def directory(name, **fields):
    return entry(name, b"5", mode=fields.pop("mode", 0o755), **fields)


def symlink(name, target):
    return entry(name, b"2", link=target, mode=0o777)


def hardlink(name, target):
    return entry(name, b"1", link=target)


def record(key, value):
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    if len(str(length)) != len(str(rest)):
        length = rest + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def pax(records, kind=b"x"):
    body = records if isinstance(records, bytes) else b"".join(record(key, value) for key, value in records.items())
    return entry(b"PaxHeaders/x", kind, body)


def gnu(kind, text):
    return entry(b"././@LongLink", kind, text, magic=b"ustar  \0")


def sparse_old(size, pieces, stored=0, data=b"", more=b"\0"):
    tail = {257: b"ustar  \0", 483: number(size, 12), 482: more}
    for index, (offset, length) in enumerate(pieces[:4]):
        tail[386 + 24 * index] = number(offset, 12)
        tail[398 + 24 * index] = number(length, 12)
    return header(b"sparse", b"S", stored, tail=tail) + padded(data)


def sparse_pax(records, data=b""):
    return pax(records) + entry(b"sparse", b"0", data)


def zstd(*parts):
    """Frames of the given parts: bytes as they are, or a number of zeros as blocks that repeat one byte."""
    frame = bytearray(b"\x28\xb5\x2f\xfd\x00\x58")  # a window of 2 MiB
    for part in parts:
        if isinstance(part, bytes):
            for start in range(0, len(part), 1 << 17):
                piece = part[start:start + (1 << 17)]
                frame += struct.pack("<I", len(piece) << 3)[:3] + piece
        else:
            while part > 0:
                length = min(part, 1 << 17)
                frame += struct.pack("<I", length << 3 | 2)[:3] + b"\0"
                part -= length
    return bytes(frame + b"\x01\0\0")


def gzip_zeros(start, count):
    """A single gzip member of `start` and `count` zeros (a multiple of 16 MiB), made without compressing all of it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    chunk = 16 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b"\0" * chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    body += piece * (count // chunk) + b"\x03\x00"
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + b"\0" * 8


def numbered(count, kind=b"0", make=None):
    """Many entries at once, in pieces that compress well."""
    output = io.BytesIO()
    for index in range(count):
        output.write(make(index) if make else header(b"f%07d" % index, kind))
    return output.getvalue() + END


GIB = 1 << 30


def cases(place, large):
    """Name, bytes, and what must happen: `ok`, `refuse`, or `any` where either is sensible."""
    # A debug build takes a minute to go down a thousand levels, a release build less than a second.
    depth = min(2000, 40 * large)
    canary, up = place.canary.encode(), b"../" * 12 + place.canary.encode().lstrip(b"/")
    evil = b"slipway-evil"
    file = entry(b"file", data=b"x")
    result = {}

    def case(name, data, expected="any", **more):
        assert name not in result, name
        result[name] = dict(data=data, expected=expected, **more)

    # Names that lead outside.
    for name, path in {
        "dotdot": b"../../../../../../../../" + evil, "inner-dotdot": b"a/../../../../../../" + evil,
        "absolute": canary + b"/" + evil, "slashes": b"///" + canary + b"//" + evil, "up-to-canary": up + b"/" + evil,
        "dot-dotdot": b"./.././../" + evil, "backslash": b"..\\..\\" + evil, "only-dotdot": b"..", "only-dot": b".",
        "only-slashes": b"////", "dotdot-dot": b"a/..", "dots": b"...", "many-dots": b"a/./././b", "empty": b"",
        "newline": b"a\n" + evil, "escape": b"\x1b[31m\x1b]0;x\x07", "not-utf8": b"\xff\xfe\x80", "del": b"\x7f\x01",
        "dash": b"-rf", "space": b" ", "component-256": b"n" * 100, "trailing-slash": b"a/b/", "middle-slashes": b"a//b",
    }.items():
        case(f"name-{name}", entry(path, data=b"x") + END)
        case(f"directory-{name}", directory(path) + END)
        case(f"pax-name-{name}", pax({b"path": path}) + entry(b"f", data=b"x") + END)
    for name, path in {"dotdot": b"../../../" + evil, "absolute": canary + b"/" + evil, "nul": b"a\0b",
                       "long": b"n" * 300, "deep": b"d/" * depth + b"f", "endless": b"d/" * 400_000}.items():
        case(f"gnu-name-{name}", gnu(b"L", path + b"\0") + entry(b"f", data=b"x") + END)
        case(f"gnu-link-{name}", gnu(b"K", path + b"\0") + symlink(b"l", b"x") + END)
    case("pax-name-nul", pax({b"path": b"a\0b"}) + file + END, "refuse")
    case("pax-link-nul", pax({b"linkpath": b"a\0b"}) + symlink(b"l", b"x") + END, "refuse")
    case("prefix-dotdot", entry(evil, data=b"x", prefix=b"../../..") + END)
    case("prefix-absolute", entry(evil, data=b"x", prefix=canary) + END)
    case("name-without-end", entry(b"n" * 100, data=b"x", prefix=b"p" * 155) + END)

    # Links that lead outside, and what goes through them.
    for name, target in {"absolute": canary, "relative": up, "dotdot": b"..", "root": b"/", "proc-root": b"/proc/self/root",
                         "proc-cwd": b"/proc/self/cwd", "proc-fd": b"/proc/self/fd/3", "self": b"x", "dot": b"."}.items():
        link = symlink(b"x", target)
        case(f"through-{name}-file", link + entry(b"x/" + evil, data=b"x") + END)
        case(f"through-{name}-directory", link + directory(b"x/d", mode=0o777) + END)
        case(f"through-{name}-whiteout", link + entry(b"x/.wh.file") + entry(b"x/.wh..wh..opq") + END)
        case(f"through-{name}-hardlink", link + hardlink(b"y", b"x/file") + entry(b"y", data=b"changed") + END)
        case(f"through-{name}-chmod", link + directory(b"x", mode=0o7777, uid=7) + END)
        case(f"through-{name}-replace", link + entry(b"x", data=b"changed") + END)
    case("through-chain", symlink(b"a", b"b") + symlink(b"b", canary) + entry(b"a/" + evil, data=b"x") + END)
    case("through-file-link", symlink(b"x", canary + b"/file") + hardlink(b"y", b"x") + entry(b"y", data=b"changed") + END)
    case("through-late-link", directory(b"d") + entry(b"d/f", data=b"x") + symlink(b"d", canary) + entry(b"d/file", data=b"x")
         + END)
    case("loop", symlink(b"a", b"b") + symlink(b"b", b"a") + entry(b"a/f", data=b"x") + END)
    case("hardlink-outside", hardlink(b"h", up + b"/file") + entry(b"h", data=b"changed") + END)
    case("hardlink-absolute", hardlink(b"h", canary + b"/file") + entry(b"h", data=b"changed") + END)
    case("hardlink-self", hardlink(b"h", b"h") + END)
    case("hardlink-missing", hardlink(b"h", b"nothing") + END, "refuse")
    case("hardlink-directory", directory(b"d") + hardlink(b"h", b"d") + END, "refuse")
    case("hardlink-empty", hardlink(b"h", b"") + END, "refuse")
    case("hardlink-of-link", symlink(b"l", canary + b"/file") + hardlink(b"h", b"l") + END)
    case("hardlink-circle", hardlink(b"a", b"b") + hardlink(b"b", b"a") + END, "refuse")
    case("hardlink-with-data", file + entry(b"h", b"1", b"changed", link=b"file") + END)
    case("symlink-empty", symlink(b"l", b"") + END, "refuse")
    case("symlink-with-data", entry(b"l", b"2", b"data", link=b"x") + END)
    case("symlink-attributes", pax({b"SCHILY.xattr.user.x": b"y"}) + symlink(b"l", canary) + END)

    # Whiteouts.
    for name in [b".wh.", b".wh..", b".wh...", b".wh..wh.", b".wh..wh..opq", b".wh..wh.aufs", b".wh..wh.plnk/x", b".wh.a/b",
                 b"../.wh.canary", b".wh.\xff", b".wh." + b"n" * 90, b"d/.wh..wh..wh.x"]:
        case("whiteout-" + name.decode("latin-1").replace("/", "_")[:20], file + entry(name) + END)
    for name, made in {"directory": directory(b".wh.d"), "symlink": symlink(b".wh.l", canary), "fifo": entry(b".wh.p", b"6"),
                       "device": entry(b".wh.c", b"3", device=(1, 3)), "data": entry(b".wh.f", data=b"x" * 2000),
                       "hardlink": file + hardlink(b".wh.h", b"file")}.items():
        case(f"whiteout-as-{name}", made + END)

    # Devices and kinds.
    for name, (kind, device) in {"null": (b"3", (1, 3)), "disk": (b"4", (8, 0)), "whiteout": (b"3", (0, 0)),
                                 "huge": (b"3", (2**31, 2**31)), "negative": (b"3", (-1, -1)), "fifo": (b"6", (0, 0))}.items():
        case(f"device-{name}", entry(b"n", kind, device=device, mode=0o6666) + entry(b"n", data=b"over it") + END)
    for kind in [b"Z", b"N", b"M", b"A", b"\xff", b" ", b"9"]:
        case(f"kind-{kind.hex()}", entry(b"k", kind, b"data") + END)
    case("kind-volume", entry(b"v", b"V", b"label") + file + END)
    case("kind-dump", entry(b"d", b"D", b"Yfile\0\0") + END)

    # The same path twice.
    kinds = {"file": entry(b"p", data=b"x"), "directory": directory(b"p") + entry(b"p/c", data=b"y"),
             "symlink": symlink(b"p", canary), "fifo": entry(b"p", b"6"), "whiteout": entry(b".wh.p"),
             "hardlink": file + hardlink(b"p", b"file")}
    for first in kinds:
        for second in kinds:
            case(f"twice-{first}-{second}", kinds[first] + kinds[second] + END)
    case("below-a-file", entry(b"p", data=b"x") + entry(b"p/q", data=b"y") + END, "any")
    case("hundred-times", b"".join(entry(b"same", data=b"%d" % index) for index in range(100)) + END, "ok")

    # Numbers.
    for name, size in {"8g": 8 * GIB - 1, "2-62": 2**62, "2-63": 2**63 - 1, "2-90": 2**90, "negative": -1,
                       "letters": b"zzzzzzzz", "nine": b"00000000009\0", "empty": b"", "blank": b"           \0"}.items():
        case(f"size-{name}", header(b"f", size=size) + END, "any" if name in ("empty", "blank") else "refuse")
        case(f"size-of-directory-{name}", header(b"d", b"5", size=size) + END)
    for name, size in {"2-63": b"9223372036854775808", "max": b"9223372036854775807", "negative": b"-1", "letters": b"abc",
                       "long": b"9" * 5000, "1t": b"%d" % (1 << 40)}.items():
        case(f"pax-size-{name}", pax({b"size": size}) + file + END, "refuse")
    case("pax-size-empty", pax({b"size": b""}) + file + END)
    for name, time in {"negative": -1, "2-62": 2**62, "min": -(2**63), "2-80": 2**80}.items():
        case(f"time-{name}", entry(b"f", mtime=time) + END)
    for name, time in {"nan": b"nan", "fraction": b"-5.5", "long": b"1." + b"9" * 100_000, "huge": b"9" * 400, "point": b".",
                       "minus": b"-"}.items():
        case(f"pax-time-{name}", pax({b"mtime": time}) + file + END)
    for name, owner in {"2-31": 2**31, "2-32": 2**32, "max": 2**32 - 1, "2-50": 2**50, "negative": -2}.items():
        case(f"owner-{name}", entry(b"f", uid=owner, gid=owner) + END)
    case("pax-owner", pax({b"uid": b"4294967295", b"gid": b"99999999999999999999"}) + file + END, "refuse")
    case("mode-high", entry(b"f", mode=0o7777777) + END)
    for name, text in {"wrong": b"000000\0 ", "blank": b" " * 8, "garbage": b"\xff" * 8}.items():
        case(f"checksum-{name}", header(b"f", checksum=text) + END, "any")
    case("magic-garbage", header(b"f", magic=b"garbage!") + END)

    # Sparse files.
    case("sparse-petabyte", sparse_old(1 << 50, [(0, 0)]) + END, "refuse")
    case("sparse-exabyte", sparse_old(2**63 - 1, []) + END, "refuse")
    case("sparse-tebibyte", sparse_old((1 << 40) - 1, [(0, 0)]) + END, "refuse")
    case("sparse-negative", sparse_old(-1, [(0, 0)]) + END, "refuse")
    case("sparse-overlap", sparse_old(4096, [(0, 512), (256, 512)], 1024, b"x" * 1024) + END, "refuse")
    case("sparse-backwards", sparse_old(4096, [(1024, 512), (0, 512)], 1024, b"x" * 1024) + END, "refuse")
    case("sparse-beyond", sparse_old(100, [(0, 512)], 512, b"x" * 512) + END, "refuse")
    case("sparse-negative-piece", sparse_old(4096, [(-5, 512)], 512, b"x" * 512) + END, "refuse")
    case("sparse-more-map", sparse_old(4096, [(0, 1)], 1, more=b"\1") + b"\1" * 512 * 300 + END, "refuse")
    case("sparse-endless-map", sparse_old(4096, [(0, 0)], 0, more=b"\1")
         + (b"".join(number(index, 12) + number(0, 12) for index in range(21)) + b"\1".ljust(8, b"\0")) * 4000, "refuse")
    case("sparse-0.0", sparse_pax(record(b"GNU.sparse.numblocks", b"999999999") + record(b"GNU.sparse.size", b"10")
                                  + record(b"GNU.sparse.offset", b"0") + record(b"GNU.sparse.numbytes", b"1"), b"x") + END)
    case("sparse-0.0-no-offset", sparse_pax({b"GNU.sparse.numbytes": b"1"}, b"x") + END, "refuse")
    case("sparse-0.1-petabyte", sparse_pax({b"GNU.sparse.size": b"%d" % (1 << 50), b"GNU.sparse.map": b"0,1"}, b"x") + END,
         "refuse")
    case("sparse-0.1-odd", sparse_pax({b"GNU.sparse.size": b"9", b"GNU.sparse.map": b"0,1,2"}, b"x") + END, "refuse")
    case("sparse-0.1-long", sparse_pax({b"GNU.sparse.size": b"9", b"GNU.sparse.map": b"0,0," * 200_000 + b"0,1"}, b"x") + END)
    one = {b"GNU.sparse.major": b"1", b"GNU.sparse.minor": b"0", b"GNU.sparse.name": b"../../" + evil}
    for name, (size, text) in {"billion": (b"10", b"1000000000\n"), "petabyte": (b"%d" % (1 << 50), b"1\n0\n1\n"),
                               "negative": (b"-1", b"1\n0\n1\n"), "letters": (b"10", b"x\n"), "empty": (b"10", b""),
                               "cut": (b"10", b"5\n0\n"), "name": (b"1", b"1\n0\n1\n"),
                               "no-newline": (b"10", b"1" * 2000)}.items():
        case(f"sparse-1.0-{name}", sparse_pax({**one, b"GNU.sparse.realsize": size}, padded(text) + b"x") + END)
    case("sparse-2.0", sparse_pax({b"GNU.sparse.major": b"2", b"GNU.sparse.minor": b"7"}, b"x") + END, "refuse")

    # Extended headers.
    for name, body in {"zero-length": b"0 a=b\n", "short-length": b"3 a=b\n", "long-length": b"99999999 a=b\n",
                       "no-newline": b"6 a=bb", "no-equals": b"5 ab\n", "no-key": b"5 =b\n", "not-utf8": b"7 \xff=bb\n",
                       "no-number": b"x a=b\n", "negative": b"-6 a=b\n", "blanks": b"  6 a=b\n"}.items():
        case(f"pax-{name}", pax(body) + file + END, "refuse")
    case("pax-nuls", pax(b"\0" * 600) + file + END)
    case("pax-announced-gigabyte", header(b"x", b"x", size=GIB) + END, "refuse")
    case("pax-two-mebibytes", pax({b"comment": b"c" * (2 << 20)}) + file + END, "refuse")
    case("pax-many-records", b"".join(pax(b"6 a=b\n" * 30_000, b"g") for _ in range(36)) + file + END, "refuse")
    case("pax-forty", pax({b"path": b"p"}) * 40 + file + END, "refuse")
    case("pax-then-end", pax({b"path": b"p"}) + END, "refuse")
    case("pax-then-nothing", pax({b"path": b"p"}), "refuse")
    case("global-many", pax({b"comment": b"c"}, b"g") * 3000 + file + END, "ok")
    case("global-path", pax({b"path": up + b"/" + evil}, b"g") + file + entry(b"other", data=b"y") + END)
    case("gnu-announced-gigabyte", header(b"L", b"L", size=GIB, magic=b"ustar  \0") + END, "refuse")
    case("gnu-then-end", gnu(b"L", b"name\0") + END, "refuse")
    for name, (key, value) in {
        "huge": (b"user.x", b"v" * 900_000), "overlay": (b"trusted.overlay.redirect", b"/../../etc"),
        "overlay-user": (b"user.overlay.redirect", canary), "opaque": (b"user.overlay.opaque", b"y"),
        "acl": (b"system.posix_acl_access", b"\xff" * 40), "capability": (b"security.capability", b"junk"),
        "no-name": (b"", b"v"), "long-name": (b"user." + b"n" * 300, b"v"), "no-namespace": (b"plain", b"v"),
        "selinux": (b"security.selinux", b"system_u"), "device": (b"user.slipway.device", b"b 8 0"),
    }.items():
        case(f"attribute-{name}", pax({b"SCHILY.xattr." + key: value}) + file + END)
    case("attributes-many", pax({b"SCHILY.xattr.user.%05d" % index: b"v" for index in range(8000)}) + file + END, "refuse")

    # Ends.
    whole = entry(b"one", data=b"x" * 700) + entry(b"two", data=b"y" * 700) + END
    for length in [1, 100, 511, 512, 600, 1024, 1200, 1536, 2000, 2048]:
        case(f"cut-at-{length}", whole[:length])
    case("end-one-block", whole[:-512], "ok")
    case("end-then-garbage", whole + b"garbage" * 1000, "ok")
    case("end-then-archive", whole + entry(evil, data=b"x") + END, "ok")
    case("end-in-the-middle", file + b"\0" * 512 + entry(evil, data=b"x") + END, "refuse")
    case("nothing", b"")
    case("zeros", b"\0" * 10240)
    case("noise", bytes((index * 7919 >> 3) & 255 for index in range(8192)))

    # Compressed forms.
    packed = gzip.compress(whole, mtime=0)
    case("gzip-cut", packed[:-20])
    case("gzip-crc", packed[:-8] + b"\0\0\0\0" + packed[-4:])
    case("gzip-garbage", packed + b"garbage")
    case("gzip-zeros", packed + b"\0" * 512, "ok")
    case("gzip-members", packed + gzip.compress(b"\0" * 1024, mtime=0), "ok")
    case("gzip-cut-member", packed + packed[:30])
    case("gzip-twice", gzip.compress(packed, mtime=0))
    case("gzip-long-name", b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"n" * 3_000_000 + b"\0" + packed[10:])
    case("gzip-flags", packed[:3] + b"\xff" + packed[4:])
    case("gzip-empty", gzip.compress(b"", mtime=0))
    case("gzip-only-magic", b"\x1f\x8b\x08")
    case("bzip2-cut", bz2.compress(whole)[:-10])
    case("bzip2-noise", b"BZh9" + b"\x31\x41\x59\x26\x53\x59" + b"\xaa" * 2000)
    case("xz-cut", lzma.compress(whole)[:-10])
    case("xz-noise", lzma.compress(whole)[:20] + b"\xaa" * 2000)
    big = [{"id": lzma.FILTER_LZMA2, "dict_size": 1536 << 20, "preset": 0, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3}]
    try:
        case("xz-dictionary", lzma.compress(whole, filters=big), "any")
    except MemoryError:
        pass
    case("zstd-plain", zstd(whole), "ok")
    case("zstd-cut", zstd(whole)[:-3])
    case("zstd-only-magic", b"\x28\xb5\x2f\xfd")
    case("zstd-window", b"\x28\xb5\x2f\xfd\x00\xa8" + zstd(whole)[6:], "any")
    case("zstd-dictionary", b"\x28\xb5\x2f\xfd\x03\x58\1\2\3\4" + zstd(whole)[6:])
    case("zstd-skippable", b"\x50\x2a\x4d\x18\0\0\0\0" * 20_000 + zstd(whole), "any")
    case("zstd-skippable-4g", b"\x50\x2a\x4d\x18\xff\xff\xff\xff" + zstd(whole))
    case("zstd-frames", zstd(whole[:512]) + b"".join(zstd(b"") for _ in range(5000)) + zstd(whole[512:]), "ok")

    # Bombs: what a few bytes become. The limits that the runner sets are 32 MiB and 500 entries, but where `limit` is None.
    start = header(b"zeros", size=100 * GIB)
    bomb = dict(expected="refuse", says="--max-layer-size")
    case("bomb-announced", start + END, **bomb)
    case("bomb-gzip", gzip_zeros(header(b"zeros", size=8 * GIB - 1), 128 << 20), **bomb)
    case("bomb-gzip-padding", gzip_zeros(file + END, 128 << 20), **bomb)
    case("bomb-zstd", zstd(header(b"zeros", size=8 * GIB - 1), 256 << 20), **bomb)
    case("bomb-zstd-padding", zstd(file + END, 256 << 20), **bomb)
    case("bomb-zstd-many-files", zstd(*[part for index in range(20) for part in (header(b"z%d" % index, size=2 << 20), 2 << 20)],
                                      END), **bomb)
    case("bomb-bzip2", bz2.compress(file + END + b"\0" * (48 << 20)), **bomb)
    case("bomb-xz", lzma.compress(file + END + b"\0" * (48 << 20), preset=1), **bomb)
    case("bomb-gzip-default", gzip_zeros(header(b"zeros", size=8 * GIB - 1), 1600 << 20), limit=None, **bomb)
    many = dict(expected="refuse", says="--max-layer-entries")
    case("many-files", numbered(2000), **many)
    case("many-files-gzip", gzip.compress(numbered(2000), mtime=0), **many)
    case("many-directories", numbered(2000, b"5"), **many)
    case("many-links", numbered(2000, make=lambda index: symlink(b"l%d" % index, b"x")), **many)
    case("many-times-one", numbered(2000, make=lambda index: header(b"same")), **many)
    case("many-implied", numbered(45, make=lambda index: pax({b"path": b"%d/" % index + b"d/" * 12 + b"f"}) + header(b"f")),
         **many)
    case("deep-paths", numbered(30, make=lambda index: pax({b"path": b"%d/" % index + b"d/" * (depth // 2) + b"f"}) + header(b"f")),
         **many)
    case("wide-attributes", numbered(40, make=lambda index: pax({b"SCHILY.xattr.user.x": b"v" * 3900}) + header(b"f%d" % index)),
         **many)
    case("long-targets", numbered(60, make=lambda index: pax({b"linkpath": b"t" * 4000}) + symlink(b"l%d" % index, b"t")),
         **many)
    return result

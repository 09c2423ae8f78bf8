#!/usr/bin/env python3
"""Looks for bytes in all files below directories: find-bytes.py MARKS DIRECTORY...

MARKS is a file with a mark a line. Each is looked for as it is, in hexadecimal, and in the three forms that base64 can give
it, in the files and in what gzip and zstd files among them hold. Prints the files that have one; sockets and devices are
passed over.
"""
import base64
import os
import stat
import subprocess
import sys
import zlib


def forms(mark):
    yield mark
    yield mark.hex().encode()
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + mark)
        # The first and the last letters depend on what stands around.
        yield text[(4 if shift else 0):(len(b"x" * shift + mark) // 3) * 4]
        yield base64.urlsafe_b64encode(b"x" * shift + mark)[(4 if shift else 0):(len(b"x" * shift + mark) // 3) * 4]


def unpacked(data):
    yield data
    if data[:2] == b"\x1f\x8b":
        result = b""
        while data[:2] == b"\x1f\x8b":
            member = zlib.decompressobj(31)
            result += member.decompress(data)
            data = member.unused_data
        yield result
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        yield subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=True).stdout


with open(sys.argv[1], "rb") as file:
    wanted = [form for mark in file.read().split() for form in forms(mark)]
count = 0
for top in sys.argv[2:]:
    for directory, _, names in os.walk(top):
        for name in names:
            path = os.path.join(directory, name)
            try:
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    continue
                with open(path, "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                continue
            count += 1
            if any(form in part for part in unpacked(data) for form in wanted):
                print(path)
print(f"looked at {count} files", file=sys.stderr)

"""The files that are built: the same bytes on every machine."""
import itertools
import os
import pathlib
import random

PAST = 1_700_000_000  # All files are as old as this, as in a work tree that was checked out a while ago.
PER_DIRECTORY = 200


def text_pool(size=2 << 20):
    """Text that gzip makes a third of, as it does of source code: words by Zipf's law, numbers and punctuation between."""
    chance = random.Random(1)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    weights = [1 / (place + 3) for place in range(len(letters))]
    words = ["".join(chance.choices(letters, weights, k=chance.randint(2, 11))) for _ in range(1500)]
    frequencies = list(itertools.accumulate(1 / (rank + 4) for rank in range(len(words))))
    parts, length = [], 0
    while length < size:
        line = " ".join(chance.choices(words, cum_weights=frequencies, k=chance.randint(3, 14)))
        if chance.random() < 0.2:
            line = f"    {line}({chance.randrange(1 << 16)});"
        parts.append(line)
        length += len(line) + 1
    return "\n".join(parts).encode()[:size]


_pool = []


def pool():
    if not _pool:
        _pool.append(text_pool())
    return _pool[0]


def write(path, data, time=PAST):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(data, str):
        data = data.encode()
    path.write_bytes(data)
    os.utime(path, (time, time))


def make_files(directory, count, total):
    """`count` files in directories of 200, `total` bytes in all; sizes from a tenth of the mean to twice of it."""
    directory = pathlib.Path(directory)
    text, chance = pool(), random.Random(count)
    mean = total // count
    sizes = [chance.randint(mean // 10, 2 * mean - mean // 10) for _ in range(count)]
    sizes[-1] = max(1, sizes[-1] + total - sum(sizes))
    for first in range(0, count, PER_DIRECTORY):
        folder = directory / f"d{first // PER_DIRECTORY:03}"
        folder.mkdir(parents=True)
        for number in range(first, min(first + PER_DIRECTORY, count)):
            start = chance.randrange(len(text) - 2 * mean)
            size = sizes[number]
            data = text[start : start + size]
            while len(data) < size:
                data += text[: size - len(data)]
            path = folder / f"f{number:06}.txt"
            path.write_bytes(data)
            os.utime(path, (PAST, PAST))
    for path in [*directory.iterdir(), directory]:
        os.utime(path, (PAST, PAST))

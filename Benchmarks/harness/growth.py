"""How cost grows with the number of files, instructions and layers: nothing may grow faster than linearly."""
import dataclasses
import math
import pathlib
import shutil
import statistics
import sys

from . import contexts
from .measuring import BuildFailed
from .peers import Work
from .scenarios import DEBIAN

PATIENCE = 30  # seconds that a peer's next size may be expected to take; else it is left out
NOISE = 0.15  # how much steeper than 1 a line may be: what measuring twice differs by
RUNS = 3


@dataclasses.dataclass
class Line:
    """One line of a drawing: what a peer needs for one kind of build, by size."""

    peer: str
    kind: str  # "cold" or "unchanged"
    points: list  # (size, seconds)

    @property
    def slope(self):
        """The steepest slope of two neighbouring points in a drawing with logarithmic axes: 1 is linear growth."""
        pairs = zip(self.points, self.points[1:])
        return max((math.log(b[1] / a[1]) / math.log(b[0] / a[0]) for a, b in pairs), default=None)


class Growth:
    """What grows. `make` writes the context of one size; `work` is its build."""

    title = ""
    axis = ""
    sizes = ()
    bases = ()

    def __init__(self, scratch):
        self.scratch = pathlib.Path(scratch) / "growth"
        self.context = self.scratch / "context"

    def make(self, size):
        if self.scratch.exists():
            shutil.rmtree(self.scratch)
        self.write(size)

    def write(self, size):
        raise NotImplementedError

    def work(self):
        return Work(self.context, self.bases)


class Files(Growth):
    title = "1 KB files, all copied"
    axis = "files"
    sizes = (1_000, 10_000, 100_000)

    def write(self, size):
        contexts.make_files(self.context, size, size * 1_000)
        contexts.write(self.context / "Dockerfile", "FROM scratch\nCOPY . /files/\n")


class Instructions(Growth):
    title = "ENV and LABEL by turns"
    axis = "instructions"
    sizes = (10, 100, 1_000)

    def write(self, size):
        kinds = ("ENV V{0}=value{0}\n", "LABEL l{0}=value{0}\n")
        lines = (kinds[number % 2].format(number) for number in range(size - 2))
        contexts.write(self.context / "file", "text\n")
        contexts.write(self.context / "Dockerfile", "FROM scratch\n" + "".join(lines) + "COPY file /\n")


class Layers(Growth):
    title = "COPY layers, a RUN on top"
    axis = "layers"
    sizes = (1, 10, 127)
    bases = (DEBIAN,)

    def write(self, size):
        for number in range(size):
            contexts.write(self.context / f"file{number}", f"text {number}\n" * 40)
        copies = "".join(f"COPY file{number} /copied/\n" for number in range(size))
        contexts.write(self.context / "Dockerfile", f"FROM {DEBIAN}\n{copies}" + 'RUN ["/bin/true"]\n')


ALL = (Files, Instructions, Layers)


def cold(peer, work, runs):
    """The median of builds that start with nothing but the bases."""
    times = []
    for _ in range(runs):
        peer.forget(work)
        peer.warm_bases(work)
        times.append(peer.build(work).seconds)
    return statistics.median(times)


def measure(growth, peers, quick):
    """Measures one kind of growth with all peers; those but Slipway once a size, and not where it takes long."""
    lines = {(peer.name, kind): Line(peer.name, kind, []) for peer in peers for kind in ("cold", "unchanged")}
    print(f"\n{growth.axis} ({growth.title}): " + ", ".join(f"{size:,}" for size in growth.sizes), flush=True)
    given_up = set()
    for size in growth.sizes[: 2 if quick else None]:
        growth.make(size)
        for peer in peers:
            runs = RUNS if peer.name == "slipway" else 1
            before = lines[peer.name, "cold"].points
            steps = size / before[-1][0] if before else 1
            if peer.name in given_up or (peer.name != "slipway" and before and before[-1][1] * steps > PATIENCE):
                continue
            try:
                lines[peer.name, "cold"].points.append((size, cold(peer, growth.work(), runs)))
                times = [peer.build(growth.work()).seconds for _ in range(RUNS)]
                lines[peer.name, "unchanged"].points.append((size, statistics.median(times)))
            except BuildFailed as error:
                print(f"{peer.name} fails at {size:,}: {str(error).strip().splitlines()[-1]}", file=sys.stderr)
                given_up.add(peer.name)
    for peer in peers:
        peer.forget(growth.work())
    measured = [line for line in lines.values() if line.points]
    for line in measured:
        slope = "" if line.slope is None else f"steepest slope {line.slope:.2f}"
        if slope and line.peer == "slipway":
            slope += ", linear or less" if line.slope <= 1 + NOISE else ", STEEPER THAN LINEAR"
        seconds = "  ".join(f"{time:9.3f} s" for _, time in line.points)
        print(f"    {line.peer:9} {line.kind:10} {seconds}  {slope}", flush=True)
    return {
        "title": growth.title,
        "axis": growth.axis,
        "lines": [dataclasses.asdict(line) | {"slope": line.slope} for line in measured],
    }

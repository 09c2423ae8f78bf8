"""The work that is measured: what is prepared, what is built, and the goal."""
import dataclasses
import itertools
import os
import pathlib
import shutil
import statistics

from . import contexts
from .peers import TOP, Work

DEBIAN = "debian:bookworm-slim"
GO = "golang:1.22"
STATIC = "gcr.io/distroless/static-debian12:nonroot"
FILES, BYTES = 20_000, 200_000_000

THREE_STAGES = f"""\
FROM {DEBIAN} AS base
ENV LANG=C.UTF-8
RUN mkdir -p /srv/app && echo base >/srv/app/base.txt
FROM base AS build
WORKDIR /src
COPY . .
RUN find . -type f | sort >/srv/app/list.txt
FROM {DEBIAN}
COPY --from=build /srv/app /srv/app
CMD ["cat", "/srv/app/list.txt"]
"""


@dataclasses.dataclass
class Result:
    """What a peer's runs of a scenario came to."""

    seconds: list  # of each run
    cpu: list  # processor seconds of each run
    peak: float = 0.0  # MB, client and daemon; 0 when it was not measured

    def figures(self):
        return {
            "seconds": round(statistics.median(self.seconds), 6),
            "low": round(min(self.seconds), 6),
            "high": round(max(self.seconds), 6),
            "cpu": round(statistics.median(self.cpu), 4),
            "peak": round(self.peak, 1) or None,
            "runs": len(self.seconds),
        }


class Scenario:
    """One line of the table. The default: measure one build of `work`, which is ready when it has been built once."""

    title = ""
    goal = 0.0  # how many times faster than the best peer; more than this must be reached
    watches_memory = True

    def __init__(self, scratch):
        self.scratch = pathlib.Path(scratch)

    def make(self):
        """Writes the files that are built; called once, before the first run."""

    def work(self):
        raise NotImplementedError

    def ready(self, peer):
        """Brings a peer to the state before its first run."""
        peer.warm_bases(self.work())
        peer.build(self.work())

    def before(self, peer):
        """Brings a peer to the state before any run."""

    def run(self, peer):
        """Measures: (seconds, processor seconds)."""
        sample = peer.build(self.work())
        return sample.seconds, sample.cpu


class Unchanged(Scenario):
    title = "nothing changed: 10 instructions, 3 stages, image in the local store"
    short = "nothing changed"
    goal = 5

    def make(self):
        self.context = self.scratch / "three-stages"
        contexts.make_files(self.context, 10, 40_000)
        contexts.write(self.context / "Dockerfile", THREE_STAGES)

    def work(self):
        return Work(self.context, (DEBIAN,))


class UnchangedFiles(Unchanged):
    title = "the same with 20,000 files in the context"
    short = "nothing changed, 20,000 files"
    goal = 10

    def make(self):
        self.context = files(self.scratch)
        self.dockerfile = self.scratch / "three-stages.Dockerfile"
        contexts.write(self.dockerfile, THREE_STAGES)

    def work(self):
        return Work(self.context, (DEBIAN,), self.dockerfile)


class RunSteps(Scenario):
    title = 'overhead of one RUN, over 20 of RUN ["/bin/true"]'
    short = "one RUN"
    goal = 10
    steps = 20

    def make(self):
        for steps in (1, 1 + self.steps):
            contexts.write(
                self.scratch / f"run-{steps}" / "Dockerfile", f"FROM {DEBIAN}\n" + 'RUN ["/bin/true"]\n' * steps
            )

    def work(self, steps=1):
        return Work(self.scratch / f"run-{steps}", (DEBIAN,), no_cache=True)

    def run(self, peer):
        """A build of 21 steps less a build of one: what the build itself costs does not count."""
        one = peer.build(self.work())
        many = peer.build(self.work(1 + self.steps))
        return (many.seconds - one.seconds) / self.steps, (many.cpu - one.cpu) / self.steps


class CopyCold(Scenario):
    title = "COPY . . of 20,000 small files, 200 MB, cold, to an OCI archive with gzip"
    short = "COPY of 20,000 files, cold"
    goal = 4

    def make(self):
        self.context = files(self.scratch)

    def work(self):
        return Work(self.context, archive=True)

    def ready(self, peer):
        """Each run forgets what was built."""

    def before(self, peer):
        peer.forget(self.work())


class CopyTouched(CopyCold):
    title = "the same after touch of one file"
    short = "after touch of one file"
    goal = 10
    numbers = itertools.count(1)

    def ready(self, peer):
        peer.forget(self.work())
        peer.build(self.work())

    def before(self, peer):
        os.utime(self.file(), (contexts.PAST + next(self.numbers),) * 2)

    def file(self):
        return self.context / "d050/f010000.txt"


class CopyEdited(CopyTouched):
    title = "the same after changing one file"
    short = "after changing one file"

    def ready(self, peer):
        # What the scenario before has left is warm, unless this one runs alone.
        peer.build(self.work())

    def before(self, peer):
        text = self.file().read_bytes()
        self.file().write_bytes(b"edit %08d\n" % next(self.numbers) + text[14:])


class Diamond(Scenario):
    title = "a diamond of 8 independent stages"
    short = "diamond of 8 stages"
    goal = 2

    def make(self):
        self.context = self.scratch / "diamond"
        lines = [f"FROM {DEBIAN} AS top\nRUN mkdir /work\nWORKDIR /work\n"]
        for stage in range(8):
            contexts.make_files(self.context / f"part{stage}", 20, 400_000)
            lines.append(
                f"FROM top AS part{stage}\nCOPY part{stage} .\n"
                f"RUN find . -name '*.txt' | sort | xargs cat | tr ' ' '\\n' | sort -u >/part{stage}.txt\n"
            )
        lines.append("FROM scratch\n" + "".join(f"COPY --from=part{n} /part{n}.txt /\n" for n in range(8)))
        contexts.write(self.context / "Dockerfile", "".join(lines))

    def work(self):
        return Work(self.context, (DEBIAN,), no_cache=True)


class GoCold(Scenario):
    title = "examples/go-web, cold"
    short = "go-web, cold"
    goal = 1
    watches_memory = False  # the compilers that RUN starts are what takes the memory, with every peer

    def make(self):
        self.context = self.scratch / "go-web"
        if not self.context.exists():
            shutil.copytree(TOP / "examples/go-web", self.context)
        # The syntax line would have BuildKit fetch its frontend from a registry.
        lines = (TOP / "examples/go-web/Dockerfile").read_text().splitlines(keepends=True)
        text = "".join(line for line in lines if not line.startswith("# syntax="))
        contexts.write(self.scratch / "go-web.Dockerfile", text)

    def work(self):
        return Work(self.context, (GO, STATIC), self.scratch / "go-web.Dockerfile")

    def ready(self, peer):
        """Each run forgets what was built."""

    def before(self, peer):
        peer.forget(self.work())
        peer.warm_bases(self.work())


class GoEdited(GoCold):
    title = "examples/go-web after editing one source file"
    short = "go-web, one file edited"
    goal = 2
    numbers = itertools.count(1)

    def ready(self, peer):
        peer.warm_bases(self.work())
        peer.build(self.work())

    def before(self, peer):
        source = (TOP / "examples/go-web/main.go").read_text()
        change = f'\nfunc init() {{ log.SetPrefix("{next(self.numbers)} ") }}\n'
        (self.context / "main.go").write_text(source + change)


def files(scratch):
    """The context of 20,000 files, with a Dockerfile that copies all of it."""
    context = scratch / "files"
    if not context.exists():
        contexts.make_files(context, FILES, BYTES)
        contexts.write(context / "Dockerfile", "FROM scratch\nWORKDIR /files\nCOPY . .\n")
    return context


ALL = (Unchanged, UnchangedFiles, RunSteps, CopyCold, CopyTouched, CopyEdited, Diamond, GoCold, GoEdited)

"""The builders: how each is started, told to build, and made to forget."""
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess

from .root import Root

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


@dataclasses.dataclass(frozen=True)
class Work:
    """One build."""

    context: pathlib.Path
    bases: tuple = ()  # names of the images in its FROM lines
    dockerfile: pathlib.Path = None  # the context's, when there is none
    archive: bool = False  # to an OCI archive with gzip, instead of into the local store
    no_cache: bool = False

    @property
    def file(self):
        return self.dockerfile or self.context / "Dockerfile"


class Bases:
    """Base images as OCI layouts, made once from Debian packages."""

    def __init__(self):
        self.layouts = {}
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.directory = pathlib.Path(os.environ.get("SLIPWAY_BASES") or f"{home}/slipway/bases").resolve()

    def layout(self, name):
        if name not in self.layouts:
            maker = TOP / "examples/bases/make-base"
            made = subprocess.run([maker, name], stdout=subprocess.PIPE, check=True, text=True)
            self.layouts[name] = pathlib.Path(made.stdout.strip()).resolve()
        return self.layouts[name]

    def digest(self, name):
        return json.loads((self.layout(name) / "index.json").read_text())["manifests"][0]["digest"]


class Peer:
    """A builder with a directory of its own for all that it keeps."""

    name = ""
    color = 0

    def __init__(self, scratch, bases, meter):
        self.directory, self.bases, self.meter = pathlib.Path(scratch) / self.name, bases, meter
        self.directory.mkdir()
        self.archive = self.directory / "image.tar"

    def build(self, work, memory=False):
        """Builds and says what it cost."""
        if self.archive.exists():
            self.archive.unlink()
        return self.measure(work, memory)

    def warm_bases(self, work):
        """Has the bases of some work unpacked, as they are on a machine that builds every day."""
        if not work.bases:
            return
        context = self.directory / "bases"
        context.mkdir(exist_ok=True)
        lines = []
        for number, base in enumerate(work.bases):
            # A distroless image has nothing to run.
            run = "" if "distroless" in base else 'RUN ["/bin/true"]\n'
            lines.append(f"FROM {base} AS base{number}\n{run}")
        copies = (f"COPY --from=base{number} /etc/passwd /{number}\n" for number in range(len(work.bases)))
        (context / "Dockerfile").write_text("".join(lines) + "FROM scratch\n" + "".join(copies))
        self.build(Work(context, work.bases, archive=work.archive))

    def close(self):
        pass


class Slipway(Peer):
    name = "slipway"

    def __init__(self, scratch, bases, meter, binary):
        super().__init__(scratch, bases, meter)
        self.binary, self.store = binary, self.directory / "store"

    @property
    def version(self):
        text = subprocess.run([self.binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        return text if text.lower().startswith("slipway") else f"Slipway {text}"

    def measure(self, work, memory):
        command = [self.binary, "build", "--root", self.store, "--file", work.file, "--tag", "bench"]
        for base in work.bases:
            command += ["--build-context", f"{base}=oci-layout://{self.bases.layout(base)}"]
        if work.archive:
            command += ["--output", f"type=oci,dest={self.archive}"]
        if work.no_cache:
            command.append("--no-cache")
        return self.meter.run([*command, work.context], memory=memory)

    def forget(self, work):
        if self.store.exists():
            subprocess.run([TOP / "scripts/remove-store", self.store], check=True)


class Housed(Peer):
    """A peer that runs in the peers' root."""

    def __init__(self, scratch, bases, meter, root, tools=None):
        super().__init__(scratch, bases, meter)
        self.scratch, self.root, self.tools, self.houses = scratch, root, tools, []
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.environment = {"PATH": f"{tools}:{path}" if tools else path, "HOME": "/root", "TMPDIR": f"{self.directory}/tmp"}
        (self.directory / "tmp").mkdir()

    def house(self, name, command):
        log = self.directory / f"{name}.log"
        self.bases.directory.mkdir(parents=True, exist_ok=True)
        house = Root(self.root, self.scratch, self.bases.directory, self.tools, command, log, self.environment)
        self.houses.append(house)
        return house

    def package(self, name):
        """The version of a Debian package in the peers' root, without Debian's own part."""
        query = ["dpkg-query", f"--admindir={self.root}/var/lib/dpkg", "--show", "--showformat=${Version}", name]
        text = subprocess.run(query, capture_output=True, text=True, check=True).stdout
        return text.split("+")[0].split("-")[0].removeprefix("1:")

    def close(self):
        for house in self.houses:
            house.end()
        self.houses = []


class Docker(Housed):
    """dockerd with its BuildKit; for OCI archives one with containerd's image store, since the other cannot write them."""

    name = "docker"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.daemons, self.loaded = {}, set()

    @property
    def version(self):
        return f"docker {self.package('docker.io')} (BuildKit)"

    def daemon(self, archive):
        """The daemon for this kind of output, started when it is first needed."""
        if archive not in self.daemons:
            name = "containerd-store" if archive else "graph-driver"
            configuration = self.directory / f"{name}.json"
            configuration.write_text(json.dumps({"features": {"containerd-snapshotter": archive}}))
            socket = f"unix://{self.directory}/{name}.sock"
            house = self.house(
                name,
                ["dockerd", "--config-file", configuration, "--host", socket, "--data-root", self.directory / name]
                + ["--iptables=false", "--ip6tables=false", "--bridge=none"],
            )
            environment = {**self.environment, "DOCKER_HOST": socket, "DOCKER_BUILDKIT": "1"}
            house.wait_for("docker", "version", environment=environment)
            self.daemons[archive] = (house, environment)
        return self.daemons[archive]

    def load(self, base, archive):
        if (base, archive) in self.loaded:
            return
        house, environment = self.daemon(archive)
        saved = self.directory / "base.tar"
        house.call("skopeo", "copy", "--quiet", f"oci:{self.bases.layout(base)}", f"docker-archive:{saved}:{base}")
        house.call("docker", "load", "--input", saved, environment=environment)
        saved.unlink()
        self.loaded.add((base, archive))

    def measure(self, work, memory):
        house, environment = self.daemon(work.archive)
        for base in work.bases:
            self.load(base, work.archive)
        command = ["docker", "build", "--network", "host", "--file", work.file, "--tag", "bench"]
        if work.archive:
            command += ["--output", f"type=oci,dest={self.archive},compression=gzip"]
        if work.no_cache:
            command.append("--no-cache")
        return self.meter.run(
            [*command, work.context], inside=house.first, daemon=house.first, environment=environment, memory=memory
        )

    def forget(self, work):
        house, environment = self.daemon(work.archive)
        house.call("docker", "image", "rm", "--force", "bench", environment=environment, check=False)
        house.call("docker", "builder", "prune", "--all", "--force", environment=environment)


class Buildah(Housed):
    name = "buildah"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        (self.directory / "containers.conf").write_text(
            '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
        )
        store = self.directory / "storage"
        (self.directory / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{store}"\nrunroot = "/run/containers"\n'
        )
        self.environment |= {
            "CONTAINERS_CONF": f"{self.directory}/containers.conf",
            "CONTAINERS_STORAGE_CONF": f"{self.directory}/storage.conf",
            "BUILDAH_ISOLATION": "oci",
            "BUILDAH_RUNTIME": "runc",
        }
        self.inside, self.loaded = None, {}

    @property
    def version(self):
        return f"buildah {self.package('buildah')}"

    def open(self):
        if self.inside is None:
            self.inside = self.house("buildah", ["sleep", "infinity"])
        return self.inside

    def call(self, *command):
        return self.open().call(*command, environment=self.environment)

    def load(self, base):
        if base not in self.loaded:
            name = base if "." in base.split("/")[0] else f"docker.io/library/{base}"
            self.call("skopeo", "copy", "--quiet", f"oci:{self.bases.layout(base)}", f"containers-storage:{name}")
            self.loaded[base] = self.call("buildah", "images", "--quiet", "--no-trunc", name).strip()

    def measure(self, work, memory):
        house = self.open()
        for base in work.bases:
            self.load(base)
        # --layers is what makes it cache steps; it runs stages one by one unless it is told otherwise.
        command = ["buildah", "build", "--layers", "--jobs", "8", "--network", "host", "--file", work.file]
        command += ["--tag", "bench", *(["--no-cache"] if work.no_cache else []), work.context]
        if work.archive:
            push = ["buildah", "push", "bench", f"oci-archive:{self.archive}"]
            line = " ".join(f"'{word}'" for word in command) + " && " + " ".join(f"'{word}'" for word in push)
            command = ["sh", "-c", line]
        return self.meter.run(command, inside=house.first, environment=self.environment, memory=memory)

    def forget(self, work):
        kept = set(self.loaded.values())
        images = set(self.call("buildah", "images", "--all", "--quiet", "--no-trunc").split()) - kept
        if images:
            self.call("buildah", "rmi", "--force", *sorted(images))
        for mounts in (self.directory / "tmp").glob("buildah-cache-*"):
            shutil.rmtree(mounts)


class BuildKit(Housed):
    """A BuildKit from a directory, with buildctl."""

    name = "buildkit"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.address = f"unix://{self.directory}/buildkitd.sock"
        self.daemon = None

    @property
    def version(self):
        words = subprocess.run([f"{self.tools}/buildkitd", "--version"], capture_output=True, text=True).stdout.split()
        known = len(words) > 2 and "unknown" not in words[2]
        return f"BuildKit {words[2]}" if known else "BuildKit (of --buildkit)"

    def open(self):
        if self.daemon is None:
            self.daemon = self.house(
                "buildkitd",
                ["buildkitd", "--addr", self.address, "--root", self.directory / "state", "--oci-worker-net=host"]
                + ["--oci-worker-snapshotter=overlayfs", "--containerd-worker=false"],
            )
            self.daemon.wait_for("buildctl", "--addr", self.address, "debug", "workers", environment=self.environment)
        return self.daemon

    def measure(self, work, memory):
        house = self.open()
        command = ["buildctl", "--addr", self.address, "build", "--frontend", "dockerfile.v0", "--progress", "plain"]
        command += ["--local", f"context={work.context}", "--local", f"dockerfile={work.file.parent}"]
        command += ["--opt", f"filename={work.file.name}"]
        for number, base in enumerate(work.bases):
            command += ["--oci-layout", f"base{number}={self.bases.layout(base)}"]
            command += ["--opt", f"context:{base}=oci-layout://base{number}@{self.bases.digest(base)}"]
        if work.no_cache:
            command += ["--opt", "no-cache="]
        output = f"type=oci,dest={self.archive},compression=gzip" if work.archive else "type=image,name=bench"
        return self.meter.run(
            [*command, "--output", output],
            inside=house.first,
            daemon=house.first,
            environment=self.environment,
            memory=memory,
        )

    def forget(self, work):
        self.open().call("buildctl", "--addr", self.address, "prune", "--all", environment=self.environment)

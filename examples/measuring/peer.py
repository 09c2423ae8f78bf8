"""The same Dockerfiles built by Debian's docker, and both images compared file by file."""
import fnmatch
import os
import pathlib
import subprocess
import sys

from .builder import BuildError, layouts
from .image import Image

SETTINGS = (
    "User", "Env", "Cmd", "Entrypoint", "WorkingDir", "ExposedPorts", "Volumes", "Healthcheck", "StopSignal", "Labels",
    "OnBuild", "Shell",
)
# What Debian's package tools write anew each time, with the time in it.
DEBIAN = [
    {"path": "/var/log/*", "why": "logs of apt, dpkg and alternatives, with times"},
    {"path": "/var/cache/apt/*.bin", "why": "apt's index of its lists, with times"},
    {"path": "/var/cache/ldconfig/aux-cache", "why": "ldconfig's notes of inodes and times"},
]
SHOWN = 20  # differences of an image that are printed


class Docker:
    """Debian 13's dockerd in namespaces of its own, with the machine's network for steps that fetch dependencies."""

    def __init__(self, top, work):
        sys.path.insert(0, str(top / "Benchmarks"))
        from harness.root import Root, control_groups

        if os.geteuid() != 0:
            raise SystemExit("measure: --docker needs root")
        peers = subprocess.run([top / "Benchmarks/peers-root"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.place = work / "docker"
        self.place.mkdir()
        self.before = control_groups()
        socket = f"unix://{self.place}/socket"
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "DOCKER_HOST": socket}
        command = ["dockerd", "--host", socket, "--data-root", str(self.place / "data"), "--exec-root", str(self.place / "run")]
        command += ["--iptables=false", "--ip6tables=false", "--bridge=none"]
        bases = pathlib.Path(
            os.environ.get("SLIPWAY_BASES")
            or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "slipway/bases").resolve()
        self.house = Root(peers, work, bases, None, command, self.place / "log", self.environment, network=True)
        try:
            self.house.wait_for("docker", "version", environment=self.environment)
        except BaseException:
            self.end()
            raise
        self.version = self.call("dpkg-query", "--show", "--showformat", "docker ${Version}", "docker.io").strip()

    def call(self, *command):
        try:
            return self.house.call(*command, environment=self.environment)
        except SystemExit as error:  # The benchmarks end there; here the other recipes go on.
            raise BuildError(str(error)) from error

    def load(self, name, layout):
        saved = self.place / "base.tar"
        self.call("skopeo", "copy", "--quiet", f"oci:{layout}", f"docker-archive:{saved}:{name}")
        self.call("docker", "load", "--quiet", "--input", saved)
        saved.unlink()

    def build(self, form, context):
        """Builds a form of a recipe, and opens the image."""
        # The frontend that a syntax line names would come from a registry; docker has the one of its release inside.
        lines = (context / form.dockerfile).read_text().splitlines(keepends=True)
        file = self.place / "Dockerfile"
        file.write_text("".join(["\n" if line.startswith("# syntax=") else line for line in lines]))
        target = ["--target", form.target] if form.target else []
        self.call("docker", "build", "--network", "host", "--provenance=false", "--progress", "plain", "--file", file, *target,
                  *form.flags, "--tag", "compared:1", context)
        archive = self.place / "image.tar"
        self.call("docker", "save", "--output", archive, "compared:1")
        image = Image(archive, hashed=True)
        archive.unlink()
        return image

    def end(self):
        from harness.root import control_groups, remove_control_group

        self.house.end()
        for group in control_groups() - self.before:
            remove_control_group(group)


def differences(ours, theirs):
    """(path, what differs) of all that is not the same in two images."""
    for path in sorted(set(ours.tree) | set(theirs.tree)):
        one, other = ours.tree.get(path), theirs.tree.get(path)
        if one is None or other is None:
            yield path, f"only in the image of {'docker' if one is None else 'slipway'}"
            continue
        first, second = one.facts(), other.facts()
        keys = [key for key in first if first[key] != second[key]]
        if keys:
            yield path, ", ".join(f"{key} {first[key]} and {second[key]}" for key in keys)
    for key in SETTINGS:
        first, second = ours.settings.get(key) or None, theirs.settings.get(key) or None
        if first != second:
            yield f"(configuration) {key}", f"{first} and {second}"


def compare(judge, top):
    """Builds all forms of a recipe with both; breaks a promise for what differs without a reason in the recipe."""
    recipe, builder, say = judge.recipe, judge.builder, judge.say
    judge.copy_context()
    builder.empty()
    docker = Docker(top, builder.work)
    result = {"version": docker.version, "forms": [], "files": 0, "explained": {}}
    try:
        for name, layout in layouts([*judge.contexts, *recipe.single.flags]).items():
            docker.load(name, layout)
        for form in recipe.all_forms:
            if form.script:
                continue  # It is not docker's command that the script calls.
            tag = f"{recipe.name}:{form.id}"
            say(f"==> {tag}, by {docker.version}")
            builder.build(form, judge.context, judge.contexts, tag)
            archive = builder.save(tag)
            ours, theirs = Image(archive, hashed=True), docker.build(form, judge.context)
            archive.unlink()
            unexplained = []
            for path, text in differences(ours, theirs):
                entry = next((entry for entry in [*recipe.differs, *DEBIAN] if fnmatch.fnmatchcase(path, entry["path"])), None)
                if entry is None:
                    unexplained.append(f"{path}: {text}")
                else:
                    known = result["explained"].setdefault(entry["path"], {"why": entry["why"], "count": 0})
                    known["count"] += 1
            for line in unexplained[:SHOWN]:
                say(f"  {line}")
            judge.promises.check(
                not unexplained, f"{tag}: the files are those of docker's image ({len(unexplained)} differ without a reason)"
                if unexplained else f"{tag}: the {len(ours.tree)} files are those of docker's image")
            result["forms"].append(form.id)
            result["files"] += len(ours.tree)
    finally:
        docker.end()
    return result

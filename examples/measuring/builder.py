"""Slipway as a recipe needs it: builds with their times and steps, and what is known of a result."""
import base64
import json
import os
import pathlib
import subprocess
import time


class BuildError(Exception):
    """A build that failed, with the end of what it printed."""


class Step:
    """A vertex of the progress: what ran, and what it printed."""

    def __init__(self):
        self.name, self.cached, self.completed, self.output = "", False, False, b""

    @property
    def executed(self):
        return self.completed and not self.cached


class Progress:
    """What a build said with --progress rawjson, in BuildKit's form: a JSON object a line."""

    def __init__(self, text):
        steps, self.other = {}, []
        for line in text.splitlines():
            if not line.startswith("{"):
                self.other.append(line)
                continue
            status = json.loads(line)
            for vertex in status.get("vertexes", []):
                step = steps.setdefault(vertex["digest"], Step())
                step.name = vertex.get("name", step.name)
                step.cached = step.cached or vertex.get("cached", False)
                step.completed = step.completed or "completed" in vertex
            for log in status.get("logs", []):
                steps.setdefault(log["vertex"], Step()).output += base64.b64decode(log["data"])
        self.steps = list(steps.values())

    def named(self, texts):
        return [step for step in self.steps if any(text in step.name for text in texts)]

    def output_with(self, texts):
        """The texts that steps printed which ran."""
        return [text for text in texts if any(text.encode() in step.output for step in self.steps if step.executed)]

    def end(self):
        """The last of what was printed, for an error."""
        output = b"".join(step.output[-3000:] for step in self.steps if step.executed and step.output)
        return output.decode(errors="replace")[-3000:] + "\n" + "\n".join(self.other[-30:])


class Builder:
    """Builds into a store of its own."""

    def __init__(self, slipway, top, work):
        self.slipway, self.top, self.work = str(slipway), top, work
        self.store = work / "store"

    def environment(self):
        return {**os.environ, "SLIPWAY_ROOT": str(self.store)}

    def empty(self):
        """Forgets everything: the next build is a cold one."""
        subprocess.run([self.top / "scripts/remove-store", self.store], check=True)

    def run(self, *arguments):
        command = [self.slipway, *map(str, arguments)]
        result = subprocess.run(command, env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode != 0:
            raise BuildError(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr[-3000:]}")
        return result.stdout

    def contexts(self, bases):
        flags = []
        for base in bases:
            layout = subprocess.run(
                [self.top / "examples/bases/make-base", base], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            flags += ["--build-context", f"{base}=oci-layout://{layout}"]
        return flags

    def build(self, form, context, contexts, tag):
        """Builds a form of a recipe; its time in seconds and its progress."""
        flags = ["--progress", "rawjson", *contexts, *form.flags]
        if form.script:
            command = [str(context / form.script), *flags]
        else:
            command = [self.slipway, "build", *flags, "--tag", tag, "--file", str(context / form.dockerfile)]
            command += ["--target", form.target] if form.target else []
            command.append(str(context))
        environment = {**self.environment(), "SLIPWAY": self.slipway, "IMAGE": tag}
        # Into a file: a pipe that nobody empties in time would slow down what is measured.
        log = self.work / "progress"
        with open(log, "wb") as output:
            start = time.monotonic()
            status = subprocess.run(
                command, env=environment, cwd=context, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode
            seconds = time.monotonic() - start
        progress = Progress(log.read_text(errors="replace"))
        if status != 0:
            raise BuildError(f"{' '.join(command)}: exit {status}\n{progress.end()}")
        return seconds, progress

    def save(self, tag):
        archive = self.work / "image.tar"
        self.run("save", "--format", "oci-archive", "--output", archive, tag)
        return archive

    def packages(self, image):
        """How many packages slipway sbom finds in an image of the store, or in a layout."""
        return len(json.loads(self.run("sbom", "--format", "json", image))["packages"])

    def runtime_base(self, form, context):
        """The image that the target's stage starts from in the end; None where that is scratch."""
        flags = ["--target", form.target] if form.target else []
        graph = json.loads(self.run("graph", "--format", "json", "--file", context / form.dockerfile, *flags, context))
        nodes = {node["id"]: node for node in graph["nodes"]}
        place = graph["target"]
        while nodes[place]["kind"] == "stage":
            below = [edge["from"] for edge in graph["edges"] if edge["kind"] == "from" and edge["to"] == place]
            if not below:
                return None
            place = below[0]
        return None if nodes[place]["name"] == "scratch" else nodes[place]["name"]


def layouts(flags):
    """The layouts of bases, by name, from the flags that name them."""
    pairs = (value.split("=oci-layout://") for value in flags if "=oci-layout://" in value)
    return {name: pathlib.Path(path) for name, path in pairs}

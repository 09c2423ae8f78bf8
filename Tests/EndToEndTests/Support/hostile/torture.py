#!/usr/bin/env python3
"""Does harm to slipway at work, and looks at what is left: torture.py SLIPWAY DIRECTORY BASE MODE [NUMBER] [--builds N]

BASE is an OCI layout with busybox. The modes:

    kills N       SIGKILL at N instants of builds, loads, pulls, prunes, copies
    full N        a disk that becomes full at N places (as root: an ext4 file system in a file)
    errors N      EIO, ENOSPC, EROFS in N system calls (strace)
    many SECONDS  builds at once on one store, with prunes and kills between them

After each, the doctor must find nothing wrong, the images that were there must be there and whole, as skopeo sees them too,
nothing may be mounted, no process be left, and the next build must work. Prints one JSON object a line about what is wrong,
and one with numbers at the end.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, "arm")
DOCKERFILE = """FROM base AS common
RUN --mount=type=cache,target=/cache echo x >>/cache/log && head -c 100000 /bin/busybox >/common
FROM base
ARG N
COPY Dockerfile /dockerfile
ADD archive.tar /added
COPY --from=common /common /common
RUN head -c 300000 /bin/busybox >/big && echo $N >/n
RUN rm /big
"""


class Torture:
    def __init__(self, options, seed):
        self.slipway = options.slipway
        self.top = pathlib.Path(options.directory)
        self.base = options.base
        self.random = random.Random(seed)
        self.problems = 0
        self.counts = collections.Counter()
        self.store = self.top / "store"
        (self.top / "context").mkdir(parents=True, exist_ok=True)
        (self.top / "context/Dockerfile").write_text(DOCKERFILE)
        files = [(f"d/f{number}", bytes([number]) * 3000) for number in range(40)]
        (self.top / "context/archive.tar").write_bytes(images.tar(files))
        self.archive = self.top / "load.tar"
        layer = images.tar([("loaded", random.Random(1).randbytes(600_000))])
        image = images.Image(layer, ARCHITECTURE)
        self.archive.write_bytes(images.tar(
            [("manifest.json", json.dumps([{"Config": "config.json", "RepoTags": ["loaded:1"], "Layers": ["layer.tar"]}]).encode()),
             ("config.json", image.config), ("layer.tar", layer)]))
        self.registry = images.Registry(ARCHITECTURE)

    def problem(self, what, text=""):
        self.problems += 1
        print(json.dumps({"problem": what, "text": text[-1500:]}), flush=True)

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": str(self.top), "LC_ALL": "C.UTF-8", "SLIPWAY_ROOT": str(self.store),
                "SLIPWAY_GC": "off", **more}

    def build(self, number, tag="shop:1"):
        return ["build", "--progress", "plain", "--build-context", f"base=oci-layout://{self.base}", "--build-arg", f"N={number}",
                "-t", tag, str(self.top / "context")]

    def operation(self, number):
        """Something to be disturbed: a name and its arguments."""
        choices = [("build", self.build(number))] * 4 + [
            ("build-cached", self.build("kept", "kept:2")),
            ("load", ["load", "-i", str(self.archive)]),
            ("pull", ["pull", f"127.0.0.1:{self.registry.port}/registry-honest:1"]),
            ("prune", ["prune", "--force", "--all"]),
            ("prune-some", ["prune", "--force"]),
            ("copy", ["copy", "store:kept:1", f"oci:{self.top}/copied:1"]),
            ("tag", ["tag", "kept:1", f"other:{number % 5}"]),
            ("save", ["save", "-o", str(self.top / "saved.tar"), "kept:1"]),
        ]
        return self.random.choice(choices)

    def run(self, arguments, check=None, prefix=(), limit=300, **more):
        process = subprocess.run([*prefix, self.slipway, *arguments], env=self.environment(**more), cwd=self.top,
                                 stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=limit)
        if check is not None and process.returncode not in check:
            self.problem(f"{arguments[0]} ended with {process.returncode}", process.stderr + process.stdout)
        return process

    def prepare(self):
        """An image that must survive everything."""
        self.run(self.build("kept", "kept:1"), check=[0])
        self.run(["load", "-i", str(self.archive)], check=[0])
        self.kept = self.digest("kept:1")
        if not self.kept:
            self.problem("there is no image to begin with")

    def digest(self, name):
        found = self.run(["inspect", name])
        try:
            return json.loads(found.stdout)[0]["Id"]
        except (ValueError, LookupError, TypeError):
            return None

    def look(self, what, thorough):
        """Whether all is as it should be."""
        doctor = self.run(["doctor"] + ([] if thorough else ["--quick"]))
        if doctor.returncode != 0 or "nothing is wrong" not in doctor.stdout:
            self.problem(f"after {what} the doctor finds something", doctor.stdout + doctor.stderr)
        if self.digest("kept:1") != self.kept:
            self.problem(f"after {what} the image is another one, or gone")
        if thorough:
            copied = self.top / "looked"
            shutil.rmtree(copied, ignore_errors=True)
            self.run(["copy", "store:kept:1", f"oci:{copied}:1"], check=[0])
            judged = subprocess.run(["skopeo", "copy", f"oci:{copied}:1", f"dir:{copied}.dir"], capture_output=True, text=True)
            if judged.returncode != 0:
                self.problem(f"after {what} skopeo cannot read the image", judged.stderr)
        if str(self.store) in "".join(line for line in open("/proc/self/mountinfo") if f" {self.store} " not in line):
            self.problem(f"after {what} something is mounted")
        self.counts["looks"] += 1

    def left(self, what):
        """Processes that still work on the store, which go within seconds when their slipway is killed."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = [line for line in self.lines() if str(self.top) in line and "torture.py" not in line and "HostileTests" not in line]
            if not found:
                return
            time.sleep(0.05)
        self.problem(f"after {what} processes are left: {found}")

    @staticmethod
    def lines():
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    yield pathlib.Path("/proc", name, "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                except OSError:
                    continue

    # The modes.

    def kills(self, count):
        self.prepare()
        lengths = {}
        number, killed = -1, 0
        while killed < count:
            number += 1
            name, arguments = self.operation(number)
            if name not in lengths:
                started = time.monotonic()
                self.run(arguments, check=[0])
                lengths[name] = time.monotonic() - started
            delay = self.random.random() * lengths[name]
            process = subprocess.Popen([self.slipway, *arguments], env=self.environment(), cwd=self.top,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=delay)
                self.counts["too late"] += 1
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
                self.counts[name] += 1
            what = f"kill {number} ({name} after {delay * 1000:.0f} ms)"
            if number % 10 == 9:
                self.left(what)
            if number % 3 == 2:
                self.look(what, number % 50 == 49)
            if number % 25 == 24:
                self.run(self.build(number), check=[0])
        self.left("all")
        self.run(self.build("last"), check=[0])
        self.look("all", True)

    def judged(self, what, process):
        """Whether a command whose disk failed has ended as it should."""
        errors = [line for line in process.stderr.splitlines() if line.startswith("error: ")]
        self.counts[f"exit {process.returncode}"] += 1
        if process.returncode not in (0, 1):
            self.problem(f"{what}: it ended with {process.returncode}", process.stderr)
        if process.returncode == 1 and len(errors) != 1:
            self.problem(f"{what}: {len(errors)} errors", process.stderr)

    def full(self, count):
        """In a mount namespace of its own, so that nothing is left mounted."""
        if "torture" not in os.environ.get("SLIPWAY_UNSHARED", ""):
            os.environ["SLIPWAY_UNSHARED"] = "torture"
            os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
        disk = self.top / "disk"
        with open(disk, "wb") as file:
            file.truncate(400 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", disk], check=True)
        self.store.mkdir()
        subprocess.run(["mount", "-o", "loop", disk, self.store], check=True)
        shutil.rmtree(self.store / "lost+found")
        self.prepare()
        filler = self.store / "reserve.filler"
        for number in range(count):
            name, arguments = self.operation(number)
            # Below the 4 MiB that the store keeps in reserve, so that it has to be given up; every other time it is gone.
            if number % 2:
                (self.store / "reserve").unlink(missing_ok=True)
            room = self.random.randrange(0, 3 << 20) if number % 3 else self.random.randrange(0, 64 << 10)
            self.fill(filler, room)
            process = self.run(arguments)
            what = f"a full disk, {room >> 10} KiB left, {name}"
            self.judged(what, process)
            filler.unlink()
            self.look(what, number % 25 == 24)
            if number % 10 == 9:
                self.run(self.build(number), check=[0])
        subprocess.run(["mount", "-o", "remount,ro", self.store], check=True)
        read_only = self.run(self.build("ro"))
        self.judged("a read-only disk", read_only)
        if read_only.returncode != 1:
            self.problem("a build on a read-only disk", read_only.stderr)
        subprocess.run(["mount", "-o", "remount,rw", self.store], check=True)
        self.look("a read-only disk", True)
        self.run(self.build("last"), check=[0])
        subprocess.run(["umount", self.store], check=True)

    def fill(self, filler, room):
        with open(filler, "wb") as file:
            while True:
                status = os.statvfs(self.store)
                rest = status.f_bavail * status.f_frsize - room
                if rest <= 0:
                    return
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), min(rest, 256 << 20))
                except OSError:
                    return

    CALLS = ["fsync", "fdatasync", "syncfs", "write", "pwrite64", "renameat2", "renameat", "mkdirat", "linkat", "unlinkat", "openat",
             "fchown", "fchmod", "fsetxattr", "utimensat", "ftruncate", "copy_file_range", "read", "pread64", "getdents64", "newfstatat",
             "symlinkat", "mknodat", "fallocate"]

    def errors(self, count):
        self.prepare()
        for number in range(count):
            name, arguments = self.operation(number)
            call = self.random.choice(self.CALLS)
            error = self.random.choice(["EIO", "ENOSPC", "EROFS", "EDQUOT"])
            when = self.random.randrange(1, 40 if call not in ("write", "openat", "read", "newfstatat") else 400)
            after = self.random.choice(["", "+"])
            # Only calls on files of the store: what the program needs to start is not on that disk.
            prefix = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(self.store), *self.paths(),
                      "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}{after}"]
            try:
                process = self.run(arguments, prefix=prefix, limit=120)
            except subprocess.TimeoutExpired:
                self.problem(f"{name} hangs with {error} in {call} at {when}{after}")
                continue
            what = f"{error} in {call} at {when}{after} of {name}"
            self.judged(what, process)
            self.left(what)
            self.look(what, number % 25 == 24)
            if number % 10 == 9:
                self.run(self.build(number), check=[0])
        # A slow disk is no error.
        slow = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync,syncfs,renameat2",
                "-e", "inject=fsync,fdatasync,syncfs,renameat2:delay_exit=100000"]
        self.run(self.build("slow"), check=[0], prefix=slow)
        self.look("a slow disk", True)

    def paths(self):
        """What strace looks at: it follows descriptors of exactly these paths."""
        result = []
        for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "lock", "images.json", "images.json.new", "tmp", "layers",
                     "blobs", "blobs/sha256", "locks", "mounts"]:
            result += ["-P", str(self.store / name)]
        return result

    def many(self, seconds, builds):
        self.prepare()
        deadline = time.monotonic() + seconds
        memory, lock = [0], threading.Lock()
        peak = [0]

        def work(worker):
            number = 0
            while time.monotonic() < deadline:
                number += 1
                same = number % 3 == 0
                started = time.monotonic()
                errors = self.top / f"errors-{worker}"
                with open(errors, "wb") as output:
                    arguments = self.build("same" if same else f"{worker}-{number}", f"shop:{worker % 4}")
                    process = subprocess.Popen([self.slipway, *arguments], env=self.environment(SLIPWAY_GC="1s"), cwd=self.top,
                                               stdin=subprocess.DEVNULL, stdout=output, stderr=output)
                    _, status, usage = os.wait4(process.pid, 0)
                    process.returncode = 0
                with lock:
                    self.counts["builds"] += 1
                    memory[0] = max(memory[0], usage.ru_maxrss)
                    self.counts["longest ms"] = max(self.counts["longest ms"], int(1000 * (time.monotonic() - started)))
                    if status != 0:
                        self.problem(f"a build ended with {os.waitstatus_to_exitcode(status)}", errors.read_text(errors="replace"))

        def disturb():
            while time.monotonic() < deadline:
                self.run(["prune", "--force"] + (["--all"] if self.random.random() < 0.3 else []), check=[0])
                process = subprocess.Popen([self.slipway, *self.build(self.random.random(), "killed:1")], env=self.environment(),
                                           cwd=self.top, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    process.wait(timeout=self.random.random() * 3)
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    self.counts["killed"] += 1
                used = sum(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal")) \
                    - sum(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemAvailable"))
                peak[0] = max(peak[0], used)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(builds)] + [threading.Thread(target=disturb)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.counts["peak KiB of one build"] = memory[0]
        self.counts["peak KiB of the machine"] = peak[0]
        self.left("all")
        self.look("all", True)
        size = sum(path.lstat().st_size for path in self.store.rglob("*") if path.is_file() and not path.is_symlink())
        self.counts["store KiB"] = size >> 10


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("slipway")
    parser.add_argument("directory")
    parser.add_argument("base")
    parser.add_argument("mode", choices=["kills", "full", "errors", "many"])
    parser.add_argument("number", type=int)
    parser.add_argument("--builds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    torture = Torture(options, options.seed)
    started = time.monotonic()
    if options.mode == "many":
        torture.many(options.number, options.builds)
    else:
        getattr(torture, options.mode)(options.number)
    print(json.dumps({"mode": options.mode, "number": options.number, "problems": torture.problems,
                      "seconds": round(time.monotonic() - started), "counts": torture.counts}), flush=True)


main()

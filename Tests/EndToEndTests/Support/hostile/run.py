#!/usr/bin/env python3
"""Gives hostile input to slipway and judges what it does: run.py SLIPWAY DIRECTORY [--user NAME] [--jobs N] [--only WORD]
[--share K/N] [--large N] [--default-limits]

Every case is one process, with a store, a context and a canary beside them. Prints one JSON object a line: the case, the
status, seconds, peak memory in KiB (ru_maxrss), and what is wrong, if anything; at the end one with the numbers of all.
"""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import archives  # noqa: E402
import images  # noqa: E402

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, "arm")
MOST_MEMORY = 200 << 10
MOST_SECONDS = 10
LIMITS = {"SLIPWAY_MAX_LAYER_SIZE": "32m", "SLIPWAY_MAX_LAYER_ENTRIES": "500"}

Case = collections.namedtuple("Case", "name kind data expected says limit")


class Place:
    """What one worker has to itself."""

    def __init__(self, top, user):
        self.top = pathlib.Path(top)
        self.user = user
        self.canary = str(self.top / "canary")
        for name in ["canary", "canary/d", "case", "home"]:
            (self.top / name).mkdir(parents=True)
        (self.top / "canary/file").write_text("precious")
        if user:
            entry = pwd.getpwnam(user)
            for path in [self.top, *self.top.rglob("*")]:
                os.chown(path, entry.pw_uid, entry.pw_gid)
        self.before = self.listing()
        self.runner = subprocess.Popen([sys.executable, "-E", __file__, "--serve"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def listing(self):
        """All that lies outside of the store and the case, with contents and times."""
        found = {}
        for directory in [self.top, self.top / "canary", self.top / "canary/d", self.top / "home"]:
            for path in directory.iterdir():
                if path == self.top / "store":
                    continue
                status = path.lstat()
                text = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
                times = () if path.name in ("case", "home") else (status.st_mtime_ns,)
                found[str(path)] = (status.st_mode, status.st_uid, status.st_size if text else 0, text, times)
        for path in ["/slipway-evil", "/tmp/slipway-evil", "/etc/slipway-evil", str(self.top.parent / "slipway-evil")]:
            if os.path.lexists(path):
                found[path] = "outside"
        return found

    def fresh(self):
        case = self.top / "case"
        shutil.rmtree(case)
        case.mkdir()
        return case

    def give(self):
        if not self.user:
            return
        entry = pwd.getpwnam(self.user)
        for path in [self.top / "case", *(self.top / "case").rglob("*")]:
            os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def serve():
    """Runs what it is told, one command a line. A process starts with the peak memory of the one that it is a copy of, and
    this one is small."""
    for line in sys.stdin:
        arguments, environment, directory, errors = json.loads(line)
        with open(errors, "wb") as output:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output,
                                       env=environment, cwd=directory)
            timer = threading.Timer(120, process.kill)
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            timer.cancel()
        print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss]), flush=True)


def run(arguments, place, limits):
    """Runs slipway; status, seconds, KiB, standard error."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(place.top / "home"), "LC_ALL": "C.UTF-8",
                   "SLIPWAY_ROOT": str(place.top / "store"), **limits}
    if place.user:
        arguments = ["setpriv", "--reuid", place.user, "--regid", place.user, "--init-groups", "--", *arguments]
    errors = place.top / "home/errors"
    started = time.monotonic()
    place.runner.stdin.write(json.dumps([arguments, environment, str(place.top / "case"), str(errors)]) + "\n")
    place.runner.stdin.flush()
    status, memory = json.loads(place.runner.stdout.readline())
    seconds = time.monotonic() - started
    text = errors.read_bytes().decode("utf-8", "replace")
    errors.unlink()
    return status, seconds, memory, text


def write(directory, files):
    for name, data in files.items():
        link = name.startswith("symlink:")
        path = directory / name.removeprefix("symlink:")
        path.parent.mkdir(parents=True, exist_ok=True)
        if link:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            path.symlink_to("/etc")
        else:
            path.write_bytes(data)


def command(case, slipway, place, registry):
    """Writes the input; the command that takes it."""
    directory = place.fresh()
    if case.kind in ("add", "from"):
        context = directory / "context"
        context.mkdir()
        dockerfile = "FROM scratch\nADD archive /\n" if case.kind == "add" else "FROM scratch\nCOPY --from=evil / /\n"
        (context / "Dockerfile").write_text(dockerfile)
        extra = []
        if case.kind == "add":
            (context / "archive").write_bytes(case.data)
        else:
            digest = "sha256:" + hashlib.sha256(case.data).hexdigest()
            write(directory / "layout", images.Image(case.data, ARCHITECTURE, digest).files())
            extra = ["--build-context", f"evil=oci-layout://{directory}/layout"]
        place.give()
        return [slipway, "build", "--no-cache", "--progress", "plain", *extra, str(context)]
    if case.kind == "layout":
        write(directory / "layout", case.data)
        (directory / "context").mkdir()
        (directory / "context/Dockerfile").write_text("FROM evil\nWORKDIR /x\nCOPY --from=evil / /out\n")
        place.give()
        return [slipway, "build", "--no-cache", "--progress", "plain", "--build-context", f"evil=oci-layout://{directory}/layout",
                str(directory / "context")]
    if case.kind == "copy":
        write(directory / "layout", case.data)
        place.give()
        return [slipway, "copy", f"oci:{directory}/layout", "store:hostile:1"]
    if case.kind == "load":
        (directory / "archive").write_bytes(case.data)
        place.give()
        return [slipway, "load", "-i", str(directory / "archive")]
    place.give()
    return [slipway, "pull", f"127.0.0.1:{registry.port}/{case.name}:1"]


def judge(case, status, seconds, memory, text, place):
    """What is wrong, as sentences."""
    problems = []
    if status not in (0, 1, 2):
        problems.append(f"it ended with {status}")
    errors = [line for line in text.splitlines() if line.startswith("error: ")]
    if status != 0 and len(errors) != 1:
        problems.append(f"{len(errors)} errors were printed")
    if status != 0 and "fatal" in text.lower():
        problems.append("it crashed")
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        problems.append("control characters were printed")
    if len(text) > 20_000:
        problems.append(f"{len(text)} characters were printed")
    if case.expected == "refuse" and status == 0:
        problems.append("it was taken")
    if case.expected == "ok" and status != 0:
        problems.append("it was refused")
    if case.says and status != 0 and case.says not in text:
        problems.append(f"{case.says} is not in the message")
    if seconds > MOST_SECONDS:
        problems.append(f"it took {seconds:.1f} s")
    if memory > MOST_MEMORY:
        problems.append(f"it took {memory >> 10} MiB")
    after = place.listing()
    changed = sorted(path for path in {*place.before, *after} if place.before.get(path) != after.get(path))
    if changed:
        problems.append(f"outside was changed: {changed}")
    return problems


def every_case(place, large):
    for name, case in archives.cases(place, large).items():
        limit = case.get("limit", "set")
        for kind in ("add", "from"):
            expected = case["expected"]
            # What is no archive at all is a file to be copied.
            if kind == "add" and expected == "refuse" and "says" not in case:
                expected = "any"
            # A layer that the build does not look at closely, or whose DiffID is of its compressed form, may be refused.
            if kind == "from" and expected == "ok" and case["data"][:2] in (b"\x1f\x8b", b"\x28\xb5"):
                expected = "any"
            yield Case(f"{kind}-{name}", kind, case["data"], expected, case.get("says"), limit)
    for name, files in images.layouts(ARCHITECTURE, large).items():
        yield Case(f"{name}-build", "layout", files, "any", None, "set")
        yield Case(f"{name}-copy", "copy", files, "any", None, "set")
    for name, data in images.docker_archives(place, ARCHITECTURE).items():
        says = "--max-layer-size" if "bomb" in name else None
        yield Case(name, "load", data, "refuse" if says else "any", says, "set")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("slipway")
    parser.add_argument("directory")
    parser.add_argument("--user")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="")
    parser.add_argument("--share", default="1/1")
    parser.add_argument("--large", type=int, default=1, help="how many times as large JSON documents are")
    parser.add_argument("--default-limits", action="store_true", help="leave the limits to slipway")
    options = parser.parse_args()
    share, shares = (int(part) for part in options.share.split("/"))
    registry = images.Registry(ARCHITECTURE)
    lock = threading.Lock()
    totals = collections.Counter()
    worst = {"seconds": (0, ""), "memory": (0, "")}

    def work(number):
        place = Place(os.path.join(options.directory, f"worker-{number}"), options.user)
        cases = list(every_case(place, options.large))
        cases += [Case(name, "pull", None, "ok" if name.endswith("-honest") else "any", None, "set") for name in registry.answers]
        for index, case in enumerate(cases):
            mine = index % options.jobs == number and (index // options.jobs) % shares == share - 1
            if not mine or options.only not in case.name:
                continue
            limits = {} if options.default_limits or case.limit is None else LIMITS
            status, seconds, memory, text = run(command(case, options.slipway, place, registry), place, limits)
            problems = judge(case, status, seconds, memory, text, place)
            with lock:
                totals["cases"] += 1
                totals[f"exit {status}"] += 1
                worst["seconds"] = max(worst["seconds"], (round(seconds, 2), case.name))
                worst["memory"] = max(worst["memory"], (memory, case.name))
                if problems or options.only:
                    print(json.dumps({"case": case.name, "status": status, "seconds": round(seconds, 2), "memory": memory,
                                      "problems": problems, "text": text[-600:]}), flush=True)
            if any(problem.startswith("outside") for problem in problems):
                break
        status, _, _, text = run([options.slipway, "doctor", "--quick"], place, {})
        if status != 0:
            print(json.dumps({"case": "doctor", "status": status, "problems": ["the store is not whole"], "text": text}))
        left = os.listdir(place.top / "store/tmp") if (place.top / "store/tmp").exists() else []
        if left:
            print(json.dumps({"case": "leftovers", "problems": [f"left in tmp/: {left}"], "text": ""}))
        place.runner.stdin.close()
        place.runner.wait()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(options.jobs)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"totals": totals, "worst": worst, "seconds": round(time.monotonic() - started, 1)}), flush=True)


serve() if sys.argv[1:] == ["--serve"] else main()

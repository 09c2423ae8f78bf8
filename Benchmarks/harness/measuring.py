"""Starts a command and says what it cost, together with the daemon that worked for it."""
import dataclasses
import os
import pathlib
import signal
import subprocess
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


class BuildFailed(Exception):
    """A command that was to be measured failed; the text has its output."""


@dataclasses.dataclass
class Sample:
    """What one command cost, with what its daemon did meanwhile."""

    seconds: float
    cpu: float  # seconds of processor time, client and daemon
    client_peak: float  # MB, the largest process of the client (ru_maxrss)
    peak: float = 0.0  # MB, client and daemon together; only measured when asked for


def compile_launcher(scratch):
    """The program launch.c, whose cost is not counted as that of what it starts."""
    program = pathlib.Path(scratch) / "launch"
    source = pathlib.Path(__file__).with_name("launch.c")
    for compiler in ("clang", "cc", "gcc"):
        try:
            subprocess.run([compiler, "-O2", "-o", program, source], check=True)
            return program
        except FileNotFoundError:
            continue
    raise SystemExit("no C compiler (clang, cc or gcc) for Benchmarks/harness/launch.c; run: scripts/setup bench")


def processes():
    """The parent and the processor ticks (with those of children that were waited for) of each process."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found[int(entry)] = (int(fields[1]), sum(map(int, fields[11:15])))
    return found


def tree(table, root):
    """The process and all below it."""
    children = {}
    for pid, (parent, _) in table.items():
        children.setdefault(parent, []).append(pid)
    members, queue = [], [root] if root in table else []
    while queue:
        pid = queue.pop()
        members.append(pid)
        queue += children.get(pid, ())
    return members


def cpu_of(root):
    """Processor seconds of a process, all below it, and all of those that have ended and were waited for."""
    if root is None:
        return 0.0
    table = processes()
    return sum(table[pid][1] for pid in tree(table, root)) / TICKS


def resident(pid):
    """The proportional set size in MB: a page that n processes share counts a n-th for each."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return 0.0


class MemoryWatch(threading.Thread):
    """Adds up the memory of process trees every 20 ms and keeps the largest sum."""

    def __init__(self, roots):
        super().__init__(daemon=True)
        self.roots, self.peak, self.ended = roots, 0.0, threading.Event()

    def look(self):
        table = processes()
        members = {pid for root in self.roots for pid in tree(table, root)}
        self.peak = max(self.peak, sum(map(resident, members)))

    def run(self):
        while True:
            self.look()
            if self.ended.wait(0.02):
                return

    def stop(self):
        self.ended.set()
        self.join()
        return self.peak


class Meter:
    """Runs commands under the launcher and measures them."""

    def __init__(self, scratch):
        self.launcher = compile_launcher(scratch)
        self.log = pathlib.Path(scratch) / "log"

    def run(self, command, *, inside=None, daemon=None, environment=None, memory=False):
        """Runs a command to its end and says what it cost.

        inside: the process whose namespaces the command runs in. daemon: the process (with all below it) that works for
        the command. memory: watches the memory, which slows the command down a little, so such a run is not timed.
        """
        os.sync()  # What was written before is not this command's.
        reader, writer = os.pipe()
        arguments = [self.launcher, *(["-n", str(inside)] if inside else []), *command]
        before = cpu_of(daemon)
        with open(self.log, "wb") as output:
            # The launcher reports on descriptor 3; a shell moves it there from whatever number the pipe has.
            process = subprocess.Popen(
                ["sh", "-c", f'exec "$@" 3>&{writer} {writer}>&-' if writer != 3 else 'exec "$@"', "sh", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[writer],
                env={**os.environ, **(environment or {})},
            )
            os.close(writer)
            watch = None
            if memory:
                watch = MemoryWatch([process.pid, *([daemon] if daemon else [])])
                watch.start()
            try:
                with os.fdopen(reader) as file:
                    report = file.read().split()
                process.wait()
            except BaseException:
                stop(process)
                raise
            finally:
                peak = watch.stop() if watch else 0.0
        if len(report) != 5 or report[4] != "0":
            text = self.log.read_text(errors="replace")[-4000:]
            raise BuildFailed(f"{' '.join(map(str, command))}\nended with {report[4:] or 'no report'}:\n{text}")
        seconds, user, system, largest, _ = map(float, report)
        largest /= 1024
        return Sample(seconds, user + system + cpu_of(daemon) - before, largest, max(peak, largest) if memory else 0.0)


def stop(process):
    """Ends a process: politely, so that it can clean up, and after ten seconds by force, with all below it."""
    members = tree(processes(), process.pid)
    for pid in members[1:]:
        try:
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            pass
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    if process.poll() is None:
        for pid in tree(processes(), process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()

"""The root file system that the peers run in, and the processes in it."""
import ctypes
import os
import pathlib
import signal
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
CONTROL_GROUPS = pathlib.Path("/sys/fs/cgroup")
PR_SET_PDEATHSIG = 1


def control_groups():
    """The control groups that dockerd and BuildKit make and leave behind, in each hierarchy."""
    return {path for name in ("docker", "buildkit") for path in (*CONTROL_GROUPS.glob(name), *CONTROL_GROUPS.glob(f"*/{name}"))}


def remove_control_group(path):
    for inner, directories, _ in os.walk(path, topdown=False):
        try:
            os.rmdir(inner)
        except OSError:
            pass  # Somebody else's process is in it: then it is theirs.


class Root:
    """Namespaces in which the peers' root is the root directory, held by their first process: a daemon, or a sleep.

    They go, with every process and mount in them, when that process is killed, and it is killed when the harness ends.
    They have nothing but a loopback interface, except with `network`, which leaves them the machine's network.
    """

    def __init__(self, root, scratch, bases, tools, command, log, environment, network=False):
        libc = ctypes.CDLL(None)
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--pid", *([] if network else ["--net"]), "--fork", "--kill-child", "--propagation", "private"]
                + [HERE / "enter-root", root, scratch, bases, tools or "", "docker-init", "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**environment, "PEERS_NETWORK": "host" if network else "none"},
                # Ctrl-C is for the harness, which ends the daemons when it has ended the builds.
                start_new_session=True,
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
            )
        self.log = pathlib.Path(log)
        self.first = self.first_process()

    def first_process(self):
        """The process that is number 1 inside, once it is past the set-up of its root."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            if children:
                name = pathlib.Path(f"/proc/{children[0]}/comm").read_text().strip()
                if name == "docker-init":
                    return int(children[0])
            time.sleep(0.01)
        self.end()
        raise SystemExit(f"the peers' root cannot be entered:\n{self.log.read_text(errors='replace')[-2000:]}")

    def call(self, *command, environment=None, check=True):
        """Runs a command inside, unmeasured; its output."""
        result = subprocess.run(
            ["nsenter", "--target", str(self.first), "--mount", "--pid", "--net", *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
        )
        if check and result.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))} failed:\n{result.stdout}")
        return result.stdout

    def wait_for(self, *command, environment=None, seconds=60):
        """Waits until a command inside succeeds: until the daemon answers."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            inside = ["nsenter", "--target", str(self.first), "--mount", "--pid", "--net", *map(str, command)]
            if subprocess.run(inside, env=environment, capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit(f"{command[0]}'s daemon does not answer:\n{self.log.read_text(errors='replace')[-3000:]}")

    def end(self):
        if self.process.poll() is None:
            self.process.kill()  # --kill-child: the first process inside goes with it, and all others with that one.
        self.process.wait()
        # The namespaces are gone when their first process is.
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and os.path.exists(f"/proc/{getattr(self, 'first', 0)}/ns/mnt"):
            time.sleep(0.02)

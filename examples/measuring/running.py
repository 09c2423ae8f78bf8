"""Starts an image and asks it what its recipe says it answers.

As root the container gets a network namespace of its own with nothing but a loopback interface: any number of checks may use the
same port at once, and nothing outside is reached. Run as a program it is the process inside, with a question on its standard input.
"""
import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
LONGEST = 180  # seconds until an image has to answer; a loaded machine is slow


class AnswerError(Exception):
    """An image that does not answer as its recipe says."""


def ask(builder, tag, check):
    """What the image answers; an error when that is not what is expected."""
    question = {"slipway": builder.slipway, "image": tag, "check": check}
    result = subprocess.run(
        [sys.executable, os.path.abspath(__file__)], input=json.dumps(question), env=builder.environment(),
        stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise AnswerError(f"{tag} could not be asked: exit {result.returncode}")
    answer = json.loads(result.stdout)
    if "problem" in answer:
        raise AnswerError(f"{tag}: {answer['problem']}\n{answer['output'][-2000:]}")
    return answer["text"]


def private_network():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def command_of(question):
    check, command = question["check"], [question["slipway"], "run", "--rm"]
    for name, value in check.get("env", {}).items():
        command += ["--env", f"{name}={value}"]
    if "input" in check:
        command.append("--interactive")
    return command + check.get("runFlags", []) + [question["image"], *check.get("command", []), *check.get("args", [])]


def run_to_the_end(command, check):
    result = subprocess.run(command, input=check.get("input", ""), capture_output=True, text=True, timeout=LONGEST)
    answer = {"text": result.stdout, "output": result.stdout + result.stderr}
    if result.returncode != 0:
        answer["problem"] = f"ended with {result.returncode}"
    elif check["expect"] not in result.stdout:
        answer["problem"] = f"its output has no {check['expect']!r}"
    return answer


def fetch(address):
    try:
        with urllib.request.urlopen(address, timeout=20) as response:
            return response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}: {error.read().decode(errors='replace')}"
    except OSError:
        return None  # Nobody listens yet.


def serve(command, check):
    address = f"http://127.0.0.1:{check['port']}{check.get('path', '/')}"
    if fetch(address) is not None:
        return {"problem": f"something else listens on port {check['port']}", "output": ""}
    with open(os.path.join(os.environ["SLIPWAY_ROOT"], "..", "server.log"), "w+b") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        text, end = None, time.monotonic() + LONGEST
        while (text is None or check["expect"] not in text) and time.monotonic() < end and server.poll() is None:
            text = fetch(address) or text
            time.sleep(0.05)
        ended = server.poll()
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.seek(0)
        answer = {"text": text, "output": log.read().decode(errors="replace")}
    if ended is not None:
        answer["problem"] = f"ended with {ended} before it answered {address}"
    elif text is None or check["expect"] not in text:
        answer["problem"] = f"{address} answers {text!r}, which has no {check['expect']!r}"
    return answer


def main():
    question = json.load(sys.stdin)
    check = question["check"]
    if os.geteuid() == 0:
        private_network()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        os.environ.pop(name, None)
    json.dump(serve(command_of(question), check) if "port" in check else run_to_the_end(command_of(question), check), sys.stdout)


if __name__ == "__main__":
    main()

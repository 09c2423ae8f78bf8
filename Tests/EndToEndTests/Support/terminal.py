"""Runs a program in a terminal of its own and types: the person at the keyboard of a test.

    terminal.py [STEP...] -- PROGRAM [ARG...]

A STEP is one of these:

    see=TEXT        wait until TEXT has been shown since the last `see`
    type=TEXT       type TEXT; \\n, \\x03 and the like are what Python makes of them
    size=ROWSxCOLS  change the size of the window
    signal=NAME     send a signal to the program

Everything shown goes to standard output. The exit status is the program's (128 + n for a signal n), 99 if a text was
never shown, and 98 if the settings of the terminal were not as before at the end.
"""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LIMIT = 90


def main():
    split = sys.argv.index("--")
    steps, command = sys.argv[1:split], sys.argv[split + 1 :]
    controller, terminal = pty.openpty()
    resize(controller, 24, 80)
    before = termios.tcgetattr(terminal)
    child = os.fork()
    if child == 0:
        os.close(controller)
        os.login_tty(terminal) if hasattr(os, "login_tty") else login(terminal)
        os.execvp(command[0], command)
    shown, looked, deadline = b"", 0, time.monotonic() + LIMIT
    status = None
    for step in steps:
        kind, _, value = step.partition("=")
        text = codecs.decode(value, "unicode_escape").encode("latin-1")
        if kind == "see":
            while text not in shown[looked:]:
                status, more = turn(child, controller, deadline)
                shown += more
                if status is not None and text not in shown[looked:]:
                    finish(shown, f"'{value}' was not shown; the program ended with {status}", 99, child, status)
                if time.monotonic() > deadline:
                    finish(shown, f"'{value}' was not shown", 99, child, status)
            looked = shown.index(text, looked) + len(text)
        elif kind == "type":
            os.write(controller, text)
        elif kind == "size":
            rows, _, columns = value.partition("x")
            resize(controller, int(rows), int(columns))
        elif kind == "signal":
            os.kill(child, signal.Signals["SIG" + value])
        else:
            sys.exit(f"unknown step {step}")
    while status is None:
        status, more = turn(child, controller, deadline)
        shown += more
        if time.monotonic() > deadline:
            finish(shown, "the program did not end", 99, child, status)
    if termios.tcgetattr(terminal) != before:
        finish(shown, "the terminal was left with other settings", 98, child, status)
    finish(shown, None, status, child, status)


def login(terminal):
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for descriptor in range(3):
        os.dup2(terminal, descriptor)


def resize(controller, rows, columns):
    fcntl.ioctl(controller, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def turn(child, controller, deadline):
    """What was shown within a moment, and how the program ended, if it did."""
    ended, status = os.waitpid(child, os.WNOHANG)
    shown = b""
    while select.select([controller], [], [], 0 if ended else 0.05)[0]:
        shown += os.read(controller, 65536)
        if not ended:
            break
    return (os.waitstatus_to_exitcode(status) if ended else None), shown


def finish(shown, complaint, code, child, status):
    if status is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    if complaint:
        print(complaint, file=sys.stderr)
    sys.exit(code if code >= 0 else 128 - code)


main()

"""The processes of a stack: starting them, finding them again, and ending exactly them.

Every process of a stack, down to the Lambda functions that the emulator starts, inherits one environment variable with
a value that no other stack has. A pid that has been given to somebody else meanwhile does not carry it.
"""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

MARKER = "TOLLGATE_STACK_MARKER"

# What the processes need of the user's environment. Everything else (proxies, AWS profiles, the emulator's own
# settings) stays out: the functions inherit this environment, and on AWS they see none of that.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


def start(command, marker, log, cwd, settings):
    """Starts a process in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ} | settings
    with open(log, "ab") as out:
        return subprocess.Popen(
            [str(word) for word in command], env={**env, MARKER: marker}, cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=out, stderr=out, start_new_session=True)


def marked(marker):
    """The pids of the living processes that carry the marker."""
    wanted = f"{MARKER}={marker}"
    if not Path("/proc/self/environ").exists():  # macOS: ps shows the environment behind the command
        listing = subprocess.run(["ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True).stdout
        return [int(line.split()[0]) for line in listing.splitlines() if wanted in line]
    return [int(process.name) for process in Path("/proc").iterdir()
            if process.name.isdigit() and wanted.encode() in environment(process).split(b"\0")]


def environment(process):
    try:
        return (process / "environ").read_bytes()
    except OSError:  # ended meanwhile, or another user's
        return b""


def end(marker, patience=5.0):
    """Ends every process that carries the marker: asks first, forces after `patience` seconds."""
    deadline = time.monotonic() + patience
    while pids := marked(marker):
        force = time.monotonic() > deadline
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL if force else signal.SIGTERM)
            except ProcessLookupError:
                pass  # ended meanwhile
        time.sleep(0.1)


def end_one(pid, patience=5.0):
    """Ends one process, a child of this one or not: asks first, forces after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            os.kill(pid, signal.SIGKILL if time.monotonic() > deadline else signal.SIGTERM)
        except ProcessLookupError:
            return
        time.sleep(0.1)


def port_is_free(port):
    """Whether a server can listen there on loopback. `PermissionError` where the system reserves the port."""
    with socket.socket() as probe:  # a server on all addresses may not keep a second one off loopback
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return False
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except PermissionError:
        raise
    except OSError:
        return False
    return True


def free_port():
    """A free port below those that systems hand out for outgoing connections, which could take it before its server."""
    while True:
        port = random.randrange(20_000, 32_000)
        if port_is_free(port):
            return port

"""The folders of this checkout's stacks, with their logs and `stack.json`.

They lie outside the checkout, because `cargo lambda watch` builds again whenever a file in the workspace changes.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from pathlib import Path

import tools


def checkout_state():
    """Where the stacks of this checkout have their folders."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "tollgate" / hashlib.sha256(str(tools.ROOT).encode()).hexdigest()[:12]


def load(state):
    """What `stack.json` says, or nothing."""
    try:
        stack = json.loads((state / "stack.json").read_text())
    except (FileNotFoundError, ValueError):  # never written, or cut off
        return {}
    return stack if {"marker", "pids", "port"} <= stack.keys() else {}


def save(state, stack):
    """Replaces `stack.json` at once, so that nobody reads half of it. It holds a key: for the user's eyes only."""
    new = state / "stack.json.new"
    new.touch(mode=0o600)
    new.write_text(json.dumps(stack, indent=2) + "\n")
    new.replace(state / "stack.json")


@contextlib.contextmanager
def alone(console):
    """One run at a time builds: two would write the same files under `.venv` and `target`."""
    checkout_state().mkdir(parents=True, exist_ok=True)
    with open(checkout_state() / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say("Waiting for another `make` of this checkout ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""What a browser sees of the shop: the tests of `web/tests/browser`, and what they need.

    browser.py [--port N]     run them over the stack that is up on that port, or over one of their own

`make test-web` runs this. `make test` runs the tests over the stack of its stories, where there is a browser.
"""

from stack import DEFAULT_PORT, down, guarded, is_running, port_number, up  # first: it refuses a Python that is too old

import argparse
import hashlib
import os
import shutil

import tools
from console import Console, Failure
from state import checkout_state, load

TESTS = tools.ROOT / "web" / "tests" / "browser"
SCREENSHOTS = tools.ROOT / "target" / "web"
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
INSTALL_CHROMIUM = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
OLDEST_NODE = "Node 20 or newer"


def prepare(console, log):
    """Installs what the tests need. Raises `Failure` where that cannot be had."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Failure(f"{program} is not on PATH: install {OLDEST_NODE} with npm and try again.")
    if not any(map(shutil.which, BROWSERS)):
        install_chromium(console, log)
    install_client(console, log)


def install_chromium(console, log):
    command = " ".join(INSTALL_CHROMIUM)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failure(f"There is no Chromium on PATH: install one, for example with `sudo {command}`, and try again.")
    failure = f"Chromium could not be installed: see the last lines of `{command}`, check the network and try again."
    with console.step("Install Chromium"):
        for words in (["apt-get", "update"], INSTALL_CHROMIUM):
            console.run(words, log, failure, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, cwd=tools.ROOT)


def install_client(console, log):
    """The browser's client and axe, as the lock file pins them, unless they are there."""
    wanted = hashlib.sha256((TESTS / "package-lock.json").read_bytes()).hexdigest()
    stamp = TESTS / "node_modules" / "lock.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with console.step("Install the client of web/tests/browser"):
        console.run(["npm", "ci", "--no-audit", "--no-fund"], log,
                    "npm could not install what web/tests/browser needs: see its last lines, check the network and try again.",
                    env=os.environ, cwd=TESTS)
    stamp.write_text(wanted)


def watch(console, log, state):
    """Runs the tests over the stack of `state`."""
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    with console.step("Look at the shop in a browser") as notes:
        console.run(["node", "--test", "--test-reporter", "spec", *sorted(TESTS.glob("*.test.js"))], log,
                    "A page broke a promise: mend what stands below and run `make test-web` again.",
                    env=tools.environment() | {"TOLLGATE_STACK": str(state / "stack.json"), "SCREENSHOTS": str(SCREENSHOTS)},
                    cwd=tools.ROOT, lines=1000)
        notes += [f"pictures in {SCREENSHOTS.relative_to(tools.ROOT)}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT)
    console, theirs = Console(), checkout_state() / str(parser.parse_args().port)
    own = checkout_state() / f"test-{os.getpid()}"
    own.mkdir(parents=True)
    prepare(console, own / "browser.log")
    try:
        if is_running(load(theirs)):
            watch(console, own / "browser.log", theirs)
        else:
            up(own, 0, console)
            watch(console, own / "browser.log", own)
    finally:
        down(own)
    shutil.rmtree(own)


if __name__ == "__main__":
    guarded(main)

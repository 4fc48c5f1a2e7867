"""`make load`: customers who buy in the shop on the local stack, many at once, and the books that must agree afterwards.

    load.py [--port N] [--seconds S]    brings the stack up where it is not, buys, and leaves it up

The customers are `tests/load`.
"""

from stack import DEFAULT_PORT, Arguments, guarded, of_port, port_number, up  # first: it refuses a Python that is too old

import subprocess
import sys

import tools
from console import Console

# By its target and not by its package, and then as a program: so cargo keeps the features of all tests and builds nothing twice.
BUILD = ["cargo", "build", "--profile", "local", "--workspace", "--bin", "load"]
PROGRAM = tools.TARGET / "local" / "load"
UNBUILT = "The customers did not compile: mend the error below and try again."


def environment(state):
    return tools.environment() | {"TOLLGATE_STACK": str(state / "stack.json")}


def main():
    parser = Arguments(description=__doc__)
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT)
    parser.add_argument("--seconds", default="60")
    arguments = parser.parse_args()
    state, console = of_port(arguments.port), Console()
    up(state, arguments.port, console)
    with console.step("Build the customers"):
        console.run(BUILD, state / "load-build.log", UNBUILT, env=tools.environment(), cwd=tools.ROOT)
    with console.step(f"Buy for {arguments.seconds} s, and check the books"):
        status = subprocess.run([PROGRAM, arguments.seconds], env=environment(state), cwd=tools.ROOT).returncode
    sys.exit(status)


if __name__ == "__main__":
    guarded(main)

"""`make package`: the functions as they run on AWS, and beside each what it reads of infra/api.yaml; `sam deploy` takes them.

    package.py [--architecture arm64|x86_64]    as the template's parameter `Architecture` says, arm64 if absent
"""

from stack import Arguments, guarded  # first: it refuses a Python that is too old

import deployment
import tools
from console import Console
from state import alone, checkout_state


def main():
    parser = Arguments(description=__doc__)
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    arguments = parser.parse_args()
    tools.require()
    console = Console()
    with alone(console):
        tools.install(console, checkout_state() / "tools.log")
        deployment.build_package(console, checkout_state() / "package.log", arguments.architecture)


if __name__ == "__main__":
    guarded(main)

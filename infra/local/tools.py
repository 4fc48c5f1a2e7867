"""The tools that a stack needs: those of the machine, and those that `.venv` holds."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from console import Failure

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
REGION = "us-east-1"
# Where cargo builds.
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


def require():
    """Raises `Failure` when a tool of the machine is missing."""
    if not shutil.which("cargo"):
        raise Failure("cargo is not on PATH: install Rust (https://rustup.rs), open a new shell and try again.")
    if not shutil.which(os.environ.get("CC", "cc").split()[0]):
        raise Failure("There is no C compiler (cc) on PATH: install one, for example with "
                      "`sudo apt install build-essential` or `xcode-select --install`.")


def install(console, log):
    """Makes `.venv` from the pinned requirements, unless it was made from the same ones."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with console.step("Install the tools of infra/local/requirements.txt into .venv"):
        console.run([sys.executable, "-m", "venv", "--clear", VENV], log,
                    "Python could not make a virtual environment: install its venv module, for example with "
                    "`sudo apt install python3-venv`.", env=os.environ, cwd=ROOT)
        console.run([PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
                     "--requirement", REQUIREMENTS], log,
                    "pip could not install the tools of infra/local/requirements.txt: "
                    "see its last lines, check the network and try again.", env=os.environ, cwd=ROOT)
        stamp.write_text(wanted)


def environment(port=None):
    """The user's environment for a tool, turned away from the user's AWS accounts, and to the emulator on `port`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    direct = [env.get("no_proxy") or env.get("NO_PROXY") or "", "127.0.0.1", "localhost"]
    env |= {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', '')}",
        "NO_PROXY": ",".join(filter(None, direct)),
        "no_proxy": ",".join(filter(None, direct)),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",  # seconds; its default of 5 suits AWS, and is most of a deployment here
    }
    if port:
        env["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
    return env

"""Starts the AWS emulator of the local stack: `emulator.py --port 4566 --state DIR`, in the foreground, on loopback.

Runs inside `.venv`. Nothing outlives the process: its memory is its state, and its scratch files are under DIR.
"""

import argparse
import os
import socketserver
import sys
import time
from pathlib import Path


def main():
    arguments = parse_arguments()
    # The emulator reads these while it is imported, so they stand before the import.
    os.environ.update(settings(arguments.port, arguments.state))
    time.tzset()
    # The Runtime API server answers in two small writes; with Nagle's algorithm the second waits for a delayed ACK,
    # which is half of a call's time.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True

    import websocket_api
    from http_api import EmulatorChanged, behave_like_aws

    try:
        behave_like_aws()
        websocket_api.behave_like_aws()
    except EmulatorChanged as change:
        sys.exit(str(change))

    import ministack.app

    sys.argv = sys.argv[:1]  # `main` parses the command line too
    ministack.app.main()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    return parser.parse_args()


def settings(port, state):
    """The emulator's settings; the functions it starts inherit them."""
    scratch = state / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    endpoint = f"http://127.0.0.1:{port}"
    return {
        "AUTH": "true",  # IAM is enforced: a permission that the template forgets fails here, not first on AWS
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": "us-east-1",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "STATE_DIR": str(scratch / "state"),
        "S3_DATA_DIR": str(scratch / "s3"),
        "TMPDIR": str(scratch),
        # Listeners on fixed ports: two stacks side by side would fight over them.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        # With a Docker daemon at hand the emulator would remove containers of its other instances.
        "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",
        "LAMBDA_EXECUTOR": "local",
        # Lambda's clock is UTC, and so is the time in API Gateway's events.
        "TZ": "UTC",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


if __name__ == "__main__":
    main()

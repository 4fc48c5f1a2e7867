"""Puts the storefront into its bucket: the pages of `web/`, what they must know of this deployment, and the API's plan.

    storefront.py STACK TENANT KEY PLAN [--websocket URL] [--cognito URL] [--hint TEXT]

STACK is the deployed stack's name, KEY the API key of TENANT that the pages show to everybody, PLAN the file with what
`tollgate plan --format json` printed. The addresses are AWS's unless named. Runs inside `.venv`, which has boto3.
"""

import argparse
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import boto3

WEB = Path(__file__).resolve().parents[2] / "web"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml", ".png": "image/png"}
JSON = "application/json"
# A page is asked for anew each time, and answered with 304 while it is the same.
CACHED = "no-cache"


def pages():
    """The files that are served, as key and path."""
    files = [file for file in sorted(WEB.rglob("*")) if file.suffix in TYPES and not file.is_relative_to(WEB / "tests")]
    return [(file.relative_to(WEB).as_posix(), file) for file in files]


def content_security_policy(addresses):
    """What a page may load, and whom it may talk to: its own origin, and the origins of `addresses`."""
    origins = sorted({f"{url.scheme}://{url.netloc}" for url in map(urlsplit, addresses)})
    return "; ".join([
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
        f"connect-src 'self' {' '.join(origins)}", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"])


def upload(bucket, config, plan):
    policy = content_security_policy([config["websocket"], config["cognito"]["endpoint"]])
    s3 = boto3.client("s3")
    for key, file in pages():
        metadata = {"content-security-policy": policy} if file.suffix == ".html" else {}
        s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes(), ContentType=TYPES[file.suffix], CacheControl=CACHED,
                      Metadata=metadata)
    for key, text in (("config.json", json.dumps(config)), ("plan.json", plan)):
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=JSON, CacheControl=CACHED)


def outputs(stack):
    listed = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in listed}


def main(arguments):
    found = outputs(arguments.stack)
    region = boto3.session.Session().region_name
    config = {
        # The pages are served below the API that they call.
        "api": "..",
        "tenant": arguments.tenant,
        "key": arguments.key,
        "websocket": arguments.websocket or found["WebSocketUrl"],
        "cognito": {"endpoint": arguments.cognito or f"https://cognito-idp.{region}.amazonaws.com/",
                    "client": found["ShoppersClient"]},
        "hint": arguments.hint,
    }
    upload(found["StorefrontBucket"], config, Path(arguments.plan).read_text())


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("stack", "tenant", "key", "plan"):
        parser.add_argument(name)
    parser.add_argument("--websocket")
    parser.add_argument("--cognito")
    parser.add_argument("--hint", default="", help="a sentence to show where a confirmation code is asked for")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(parse_arguments()))

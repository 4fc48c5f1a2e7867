"""Building what the template deploys, and deploying it with the real SAM CLI."""

import errno
import hashlib
import json
import platform
import re
import shutil
import subprocess

import tools
from console import Failure
from tools import ROOT

TEMPLATE = ROOT / "infra" / "template.yaml"
ROUTES = ROOT / "infra" / "routes.yaml"
POLICY = ROOT / "infra" / "router-policy.yaml"
SHOP = ROOT / "infra" / "shop.yaml"
PAYMENTS = ROOT / "infra" / "payments.yaml"
DELIVERY = ROOT / "infra" / "delivery.asl.yaml"
UNPAID = ROOT / "infra" / "unpaid.asl.yaml"
PRODUCTS = ROOT / "infra" / "local" / "products.json"
STOREFRONT = ROOT / "infra" / "local" / "storefront.py"
WEBSOCKET = ROOT / "infra" / "websocket.yaml"
LAMBDA = ROOT / "target" / "lambda"
# The file beside a router's bootstrap.
TABLE = "api.table"
STACK_NAME = "tollgate"
# Whose shop it is.
TENANT = "demo"
UNBUILT = "The functions did not compile: mend the error below and try again."
PLANS = ROOT / "infra" / "plans.yaml"
OUTPUTS = {
    "ApiId", "ApiUrl", "RouterFunction", "AuthorizerFunction", "CartFunction", "MeteringFunction",
    "ApiKeysTable", "UsagePlansTable", "CountersTable",
    "UsageTable", "UsageQueue", "UsageDeadLetters", "AccessLogGroup",
    "CartsTable", "ProductsTable", "OrdersTable", "PaymentsTable", "RefundQueue",
    "DeliveryMachine", "UnpaidMachine", "DeliveryQueue", "CustomersTopic", "StorefrontBucket", "ShoppersClient",
    "WebSocketApiId", "ConnectionsTable", "SubscriptionsTable", "MessagesTable", "BroadcastQueueUrl",
}

# The command line, as the build of the functions leaves it: `cargo run` would compile its dependencies once more, with
# the features that the command line alone asks for.
TOLLGATE = [LAMBDA / "tollgate" / "bootstrap"]
# Paths as a user would write them, because messages repeat them.
BUILD_API = ["build", "infra/api.yaml", "--routes", "infra/routes.yaml", "--policy", "infra/router-policy.yaml"]


def function_folders():
    """The folders that the template deploys as functions, each named like its package and its binary."""
    found = re.findall(r"^\s*CodeUri:\s*[\"']?([^\s\"']+)", TEMPLATE.read_text(), re.MULTILINE)
    return sorted({(TEMPLATE.parent / uri).resolve() for uri in found})


def build(console, log):
    """Builds every function of the template and the router's table."""
    with console.step("Build the functions"):
        free_running_programs()
        console.run(build_functions(), log, UNBUILT, env=tools.environment(), cwd=ROOT)
    compile_api(console, log, LAMBDA)


def free_running_programs():
    """Puts a copy in the place of each program that somebody runs: the build writes over it, which the system refuses."""
    for program in LAMBDA.glob("*/bootstrap"):
        try:
            program.open("r+b").close()
        except OSError as busy:
            if busy.errno != errno.ETXTBSY:
                raise
            copy = program.with_name("bootstrap.new")
            shutil.copy2(program, copy)
            copy.replace(program)


def build_release(console, log):
    """Builds the functions as they run on AWS, but for this machine, and what the benchmark compares them with."""
    build(console, log)  # the command line is among it
    folder = ROOT / "target" / "lambda-release"
    with console.step("Build the functions for release"):
        console.run(cargo_lambda("release", folder, "floor", "lambda-alone"), log, UNBUILT, env=tools.environment(), cwd=ROOT)
    compile_api(console, log, folder)


def build_package(console, log, architecture):
    """Builds the functions for AWS where `sam deploy` takes them from, and packs what they read."""
    flag = {"arm64": "--arm64", "x86_64": "--x86-64"}[architecture]
    with console.step(f"Build the functions for {architecture}"):
        console.run(["cargo", "lambda", "build", "--release", flag, "--lambda-dir", LAMBDA, *packages()], log, UNBUILT,
                    env=tools.environment(), cwd=ROOT)
    compile_api(console, log, LAMBDA, ["cargo", "run", "--quiet", "--package", "cli", "--bin", "tollgate", "--"])


def build_functions():
    """The command that builds every function, and with them the command line and what runs outside Lambda."""
    return cargo_lambda("local", LAMBDA, "cli", "payments", "delivery")


def cargo_lambda(profile, folder, *more):
    # The host's compiler and no `--target`: what runs here is built for here, and no other linker is needed.
    return ["cargo", "lambda", "build", "--profile", profile, "--compiler", "cargo", "--lambda-dir", folder,
            *packages(*more)]


def packages(*more):
    """The functions' packages, and more, as cargo's arguments."""
    return [word for name in (*(function.name for function in function_folders()), *more) for word in ("--package", name)]


def compile_api(console, log, folder, tollgate=TOLLGATE):
    """Packs what the definition says beside the functions in `folder`."""
    with console.step("Compile the API"):
        console.run([*tollgate, *BUILD_API, "--functions", folder], log,
                    "infra/api.yaml did not compile: mend the error below and try again.",
                    env=tools.environment(), cwd=ROOT)


def fingerprint(parameters):
    """A hash of everything that a deployment reads."""
    read = [TEMPLATE, ROUTES, POLICY, WEBSOCKET, SHOP, PAYMENTS, DELIVERY, UNPAID, PRODUCTS, PLANS]
    files = [*read, *(file for folder in function_folders() for file in folder.rglob("*") if file.is_file())]
    digest = hashlib.sha256(repr(sorted(parameters.items())).encode())
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def parameters(stack):
    arm = platform.machine().lower() in ("arm64", "aarch64")
    return {"Architecture": "arm64" if arm else "x86_64", "CatalogUrl": stack["catalog_url"],
            "PaymentsUrl": stack["payments_url"], "BankUrl": stack["bank_url"],
            # Days on AWS.
            "CallbackSecret": stack["callback_secret"], "DeliveryPatience": "3", "RefundPatience": "10"}


def aws_environment(port):
    return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_REGION": tools.REGION,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def carrier_environment(port, outputs, values):
    """What the carrier that stands in reads."""
    return aws_environment(port) | {
        "CALLBACK_SECRET": values["CallbackSecret"], "DELIVERY_QUEUE_URL": outputs["DeliveryQueue"],
        "GATEWAY_URL": f"http://127.0.0.1:{port}/_aws/execute-api/{outputs['ApiId']}/$default",
    }


def payments_environment(port, outputs, values):
    """What the payments read, where they run as a process: the same that infra/payments.yaml gives them on AWS."""
    return aws_environment(port) | {
        "BANK_URL": values["BankUrl"], "LISTEN": values["PaymentsUrl"].removeprefix("http://"),
        "PAYMENTS_TABLE": outputs["PaymentsTable"], "REFUND_QUEUE_URL": outputs["RefundQueue"],
    }


def deploy(console, log, port, values):
    """Deploys the template to the emulator on `port`; returns the stack's outputs, name to value."""
    with console.step("Deploy the stack"):
        return sam_deploy(console, log, port, values, (TEMPLATE, STACK_NAME, OUTPUTS))


def sam_deploy(console, log, port, values, what):
    """Deploys a template under a name; returns the outputs that it must have."""
    template, name, wanted = what
    overrides = [f"{parameter}={value}" for parameter, value in values.items()]
    console.run(["sam", "deploy", "--template-file", template, "--stack-name", name, "--resolve-s3",
                 "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
                 "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--region", tools.REGION,
                 "--parameter-overrides", *overrides], log,
                f"sam could not deploy {template.relative_to(ROOT)}: mend what its last lines name, and if they name "
                "nothing run `make down` and try again.", env=tools.environment(port), cwd=ROOT, lines=20, stream=False)
    return outputs(port, (template, name, wanted))


def outputs(port, what):
    template, name, wanted = what
    listed = subprocess.run(["sam", "list", "stack-outputs", "--stack-name", name, "--output", "json",
                             "--region", tools.REGION],
                            env=tools.environment(port), cwd=ROOT, capture_output=True, text=True)
    try:
        found = {output["OutputKey"]: output["OutputValue"] for output in json.loads(listed.stdout)}
    except ValueError:
        raise Failure("sam could not list the outputs of the stack that it deployed: run `make down` and try again.",
                      listed.stderr) from None
    if missing := wanted - found.keys():
        raise Failure(f"{template.relative_to(ROOT)} lacks these outputs: {', '.join(sorted(missing))}; add them.")
    return found


def apply_plans(console, log, port, table):
    """Makes the sample's usage plans: a key without one is let in nowhere."""
    with console.step("Make the usage plans"):
        console.run([*TOLLGATE, "plans", "apply", PLANS, "--table", table], log,
                    "infra/plans.yaml could not be applied: mend the error below and try again.",
                    env=tools.environment(port), cwd=ROOT)


def create_key(port, table, tenant, plan, *features):
    """Makes an API key for a tenant in a plan, which unlocks the features, and returns it."""
    unlocked = ["--feature", *features] if features else []
    made = subprocess.run([*TOLLGATE, "keys", "create", "--tenant", tenant, "--plan", plan, "--table", table,
                           *unlocked, "--format", "json"],
                          env=tools.environment(port), cwd=ROOT, capture_output=True, text=True)
    try:
        return json.loads(made.stdout)["key"]
    except (ValueError, KeyError):
        raise Failure("`tollgate keys create` made no key: mend the error below and try again.",
                      made.stderr or made.stdout) from None


def stock(console, log, port, table):
    """Puts the shop's products into their table, over what is there."""
    with console.step("Stock the shop"):
        console.run([tools.PYTHON, "-B", ROOT / "infra" / "local" / "products.py", table], log,
                    "The products could not be put into their table: mend the error below and try again.",
                    env=tools.environment(port), cwd=ROOT, stream=False)


def open_shop(console, log, stack):
    """Puts the storefront into its bucket, with what its pages must know of this stack."""
    with console.step("Open the shop"):
        plan = log.with_name("plan.json")
        plan.write_text(console.run([*TOLLGATE, "plan", "infra/api.yaml", "--format", "json"], log,
                                    "infra/api.yaml has no plan: mend the error below and try again.",
                                    env=tools.environment(), cwd=ROOT, stream=False))
        console.run([tools.PYTHON, "-B", STOREFRONT, STACK_NAME, TENANT, stack["storefront_key"], plan,
                     "--websocket", stack["websocket_url"], "--cognito", f"http://localhost:{stack['port']}/",
                     "--hint", "No e-mail leaves the local stack: the code is 123456."], log,
                    "The storefront could not be put into its bucket: mend the error below and try again.",
                    env=tools.environment(stack["port"]), cwd=ROOT, stream=False)

"""The local stack: AWS as an emulator on this machine, with the real template deployed to it.

    stack.py up   [--port N] [--state DIR] [--quiet]    build, start, deploy, make keys; 0 picks a free port
    stack.py down [--port N] [--state DIR]              end what `up` started; without options, every stack of `up`
    stack.py services [--port N] [--state DIR]          deploy the end-to-end tests' own API to a stack that is up
    stack.py release                                    build the functions as they run on AWS, and no more

A stack's folder holds its logs and `stack.json`, which says all about it.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(f"error: Python 3.11 or newer is needed, and {sys.executable} is {sys.version.split()[0]}: "
             "install one and name it, for example `make up PYTHON=python3.12`.")

import argparse
import hashlib
import http.client
import shutil
import signal
import time
import uuid
from pathlib import Path

import deployment
import processes
import services
import tools
from console import Console, Failure, report
from state import alone, checkout_state, load, save

DEFAULT_PORT = 4566
# The keys that a new stack gets, by their names in `stack.json`: whose, in which plan, with which features.
KEYS = {
    "key": (deployment.TENANT, "starter", "staff"),
    "storefront_key": (deployment.TENANT, "storefront"),
    "operator_key": ("operator", "starter", "operator"),
}
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HERE = Path(__file__).resolve().parent


# ---- up -------------------------------------------------------------------------------------------------------------

def up(state, port, console):
    """Brings the stack to the state of the checkout, and returns what `stack.json` says of it."""
    tools.require()
    with alone(console):
        return bring_up(state, port, console)


def bring_up(state, port, console):
    stack = load(state)
    running = is_running(stack)
    if not running:
        down(state)  # what is left of one that died
        stack = {"port": choose_port(port), "marker": uuid.uuid4().hex, "pids": {}, "emulator": emulator_version()}
        state.mkdir(parents=True, exist_ok=True)
    try:
        tools.install(console, state / "tools.log")
        deployment.build(console, state / "build.log")
        start(state, stack, console)
        outputs = deploy(state, stack, console)
        deployment.open_shop(console, state / "storefront.log", stack)
        serve(state, stack, outputs, console)
        check(state, stack, console)
    except BaseException:
        if not running:  # leave nothing behind that this run started
            down(state)
        raise
    return stack


def is_running(stack):
    """Whether the stack's emulator answers, and is the one that would be started now."""
    return (bool(stack) and stack.get("emulator") == emulator_version()
            and stack["pids"].get("emulator") in processes.marked(stack["marker"]) and is_ready(stack["port"]))


def emulator_version():
    """A hash of what the emulator is made of."""
    files = [tools.REQUIREMENTS, *(HERE / name for name in ("emulator.py", "http_api.py", "http_backend.py", "websocket_api.py",
                                                       "state_machines.py", "nested_stacks.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def choose_port(port):
    if port == 0:
        return processes.free_port()
    try:
        if processes.port_is_free(port):
            return port
    except PermissionError:
        raise Failure(f"The system keeps port {port} for itself: choose one above 1023, for example "
                      f"`make up PORT={DEFAULT_PORT}`.") from None
    raise Failure(f"Another program uses port {port}: choose another with `make up PORT={port + 1}`, "
                  "or stop that program.")


def start(state, stack, console):
    """Starts what does not run yet: the emulator, and what stands for others' services: a catalogue and a bank."""
    pids, port = stack["pids"], stack["port"]
    alive = processes.marked(stack["marker"])
    if pids.get("emulator") not in alive:
        with console.step(f"Start the emulator on port {port}"):
            pids["emulator"] = launch(state, stack, "emulator", [
                tools.PYTHON, "-B", HERE / "emulator.py", "--port", port, "--state", state], lambda: is_ready(port))
    if pids.get("catalog") not in alive:
        catalog = processes.free_port()
        pids["catalog"] = launch(state, stack, "catalog", [
            tools.PYTHON, "-m", "http.server", catalog, "--bind", "127.0.0.1", "--protocol", "HTTP/1.1",
            "--directory", HERE / "catalog"], lambda: not processes.port_is_free(catalog))
        stack["catalog_url"] = f"http://127.0.0.1:{catalog}"
        save(state, stack)
    if pids.get("bank") not in alive:
        bank = processes.free_port()
        pids["bank"] = launch(state, stack, "bank", [program(state, "bank")],
                              lambda: get(bank, "/health")[0] == 200, settings={"LISTEN": f"127.0.0.1:{bank}"})
        stack["bank_url"] = f"http://127.0.0.1:{bank}"
    stack.setdefault("callback_secret", uuid.uuid4().hex)
    stack.setdefault("payments_url", f"http://127.0.0.1:{processes.free_port()}")
    save(state, stack)


def serve(state, stack, outputs, console):
    """Runs what AWS does not run in Lambda, on what was deployed; anew if it has changed.

    The payments, which are a container there, and the carrier, which is somebody else's.
    """
    values, port = deployment.parameters(stack), stack["port"]
    payments = int(stack["payments_url"].rpartition(":")[2])
    keep_running(state, stack, console, "payments", deployment.payments_environment(port, outputs, values),
                 lambda: get(payments, "/health")[0] == 200)
    keep_running(state, stack, console, "carrier", deployment.carrier_environment(port, outputs, values), lambda: True)


def keep_running(state, stack, console, name, settings, ready):
    """Starts a process, or starts it anew if its program or its settings are others than before."""
    binary = built(name)
    version = hashlib.sha256(binary.read_bytes() + repr(sorted(settings.items())).encode()).hexdigest()
    pid, known = stack["pids"].get(name), stack.setdefault("versions", {})
    if pid in processes.marked(stack["marker"]):
        if known.get(name) == version:
            return
        processes.end_one(pid)
    with console.step(f"Start the {name}"):
        stack["pids"][name] = launch(state, stack, name, [program(state, name)], ready, settings=settings)
    known[name] = version
    save(state, stack)


def built(name):
    return deployment.LAMBDA / name / "bootstrap"


def program(state, name):
    """A copy to run: a program that runs cannot be written, and the next build writes what was built."""
    copy = state / "programs" / name
    copy.parent.mkdir(exist_ok=True)
    copy.unlink(missing_ok=True)
    shutil.copy2(built(name), copy)
    return copy


def launch(state, stack, name, command, ready, patience=60, settings=None):
    """Starts a process of the stack, waits until it serves, and returns its pid."""
    log = state / f"{name}.log"
    log.unlink(missing_ok=True)
    save(state, stack)  # before there is a process, so that `down` finds it whatever happens next
    process = processes.start(command, stack["marker"], log, cwd=state, settings=settings or {})
    deadline = time.monotonic() + patience
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failure(f"The {name} did not start: its log {log} ends as below; try again.", tail(log))
        time.sleep(0.1)
    return process.pid


def is_ready(port):
    """Whether the emulator answers on the port."""
    return get(port, "/_ministack/ready")[0] == 200


def get(port, path, patience=15):
    """Status and text of the answer to a GET; status 0 when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as failure:
        return 0, str(failure)
    finally:
        connection.close()


def deploy(state, stack, console):
    """Deploys if something that a deployment reads has changed, and makes keys if the keys' table is a new one.

    Returns the outputs.
    """
    endpoint = f"http://127.0.0.1:{stack['port']}/_aws/execute-api"
    values = deployment.parameters(stack) | {"ConnectionsEndpoint": endpoint}
    fingerprint = deployment.fingerprint(values)
    if stack.get("deployed") == fingerprint:
        console.say("           Nothing to deploy")
        return stack["outputs"]
    stack.pop("deployed", None)
    outputs = deployment.deploy(console, state / "deploy.log", stack["port"], values)
    deployment.apply_plans(console, state / "plans.log", stack["port"], outputs["UsagePlansTable"])
    if outputs["ApiKeysTable"] != stack.get("tables", {}).get("api_keys") or not KEYS.keys() <= stack.keys():
        with console.step("Make keys"):
            stack |= {name: deployment.create_key(stack["port"], outputs, *whose)
                      for name, whose in KEYS.items()}
    deployment.stock(console, state / "products.log", stack["port"], outputs["ProductsTable"])
    save(state, stack | describe(state, stack, outputs) | {"deployed": fingerprint, "outputs": outputs})
    stack.update(load(state))
    return outputs


def describe(state, stack, outputs):
    """What `stack.json` tells of a deployed stack."""
    return {
        "url": f"http://localhost:{stack['port']}/_aws/execute-api/{outputs['ApiId']}/$default",
        "api_id": outputs["ApiId"],
        "endpoint": f"http://127.0.0.1:{stack['port']}",
        "region": tools.REGION,
        "websocket_url": f"ws://localhost:{stack['port']}/_aws/execute-api/{outputs['WebSocketApiId']}/live",
        "broadcast_queue_url": outputs["BroadcastQueueUrl"],
        "payments_binary": str(built("payments")),
        "delivery_machine": outputs["DeliveryMachine"],
        "unpaid_machine": outputs["UnpaidMachine"],
        "customers_topic": outputs["CustomersTopic"],
        "tables": {"api_keys": outputs["ApiKeysTable"], "usage_plans": outputs["UsagePlansTable"],
                   "counters": outputs["CountersTable"], "carts": outputs["CartsTable"],
                   "connections": outputs["ConnectionsTable"], "subscriptions": outputs["SubscriptionsTable"],
                   "messages": outputs["MessagesTable"],
                   "products": outputs["ProductsTable"], "orders": outputs["OrdersTable"],
                   "payments": outputs["PaymentsTable"], "usage": outputs["UsageTable"]},
        "functions": {name: outputs[f"{name.title()}Function"] for name in ("router", "authorizer", "cart", "metering")},
        "queues": {"usage": outputs["UsageQueue"], "usage_dead_letters": outputs["UsageDeadLetters"]},
        "access_log": outputs["AccessLogGroup"],
        "shop": f"http://localhost:{stack['port']}/_aws/execute-api/{outputs['ApiId']}/$default/shop/index.html",
        "tollgate": str(deployment.TOLLGATE[0]),
        "logs": str(state),
    }


def check(state, stack, console):
    with console.step("Ask for GET /health"):
        status, body = get(stack["port"], f"/_aws/execute-api/{stack['api_id']}/$default/health")
        if status != 200:
            log = state / "emulator.log"
            raise Failure(f"The stack is deployed, but GET /health answered {status or 'nothing'}: "
                          f"look into {log} and try again.", f"{body}\n{tail(log)}")


def tail(log, lines=10):
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def welcome(stack):
    """Says how to reach the stack. Single quotes, because a shell would replace `$default`."""
    url, key = stack["url"], stack["key"]
    return f"""
Tollgate is up: {url}
The shop:       {stack['shop']}
Its console:    {stack['shop'].replace('index.html', 'console.html')}
An API key:     {key}
An operator's:  {stack['operator_key']}
Its logs:       {stack['logs']}

curl -i '{url}/health'
curl -i -H 'x-api-key: {key}' '{url}/catalog/products.json'
curl -i -H 'x-api-key: {key}' -H 'content-type: application/json' -d '{{"currency":"EUR"}}' '{url}/carts'
"""


# ---- down -----------------------------------------------------------------------------------------------------------

def down(state):
    """Ends the stack's processes and forgets it; the logs stay. Whether there was one."""
    stack = load(state)
    if stack:
        processes.end(stack["marker"])
        (state / "stack.json").unlink()
        for scratch in ("tmp", "programs"):
            shutil.rmtree(state / scratch, ignore_errors=True)
    return bool(stack)


def down_all():
    """Ends every stack that `up` made for this checkout; those of running tests belong to their tests."""
    ended = [state for state in checkout_state().glob("[0-9]*") if down(state)]
    return bool(ended)


def release(console):
    tools.require()
    with alone(console):
        tools.install(console, checkout_state() / "tools.log")
        deployment.build_release(console, checkout_state() / "release.log")


# ---- The command line -----------------------------------------------------------------------------------------------

class Arguments(argparse.ArgumentParser):
    def error(self, message):
        raise Failure(f"{message}.")


def port_number(text):
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number up to 65535, or 0 for any free one")
    return int(text)


def of_port(port):
    """The folder of the stack on a port."""
    return checkout_state() / str(port)


def parse_arguments():
    parser = Arguments(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Arguments)
    for name in ("up", "down", "services", "release"):
        command = commands.add_parser(name)
        command.add_argument("--port", type=port_number)
        command.add_argument("--state", type=Path)
        command.add_argument("--quiet", action="store_true")
    return parser.parse_args()


def run(arguments):
    port = DEFAULT_PORT if arguments.port is None else arguments.port
    state = arguments.state.resolve() if arguments.state else of_port(port)
    console = Console(arguments.quiet)
    if arguments.command == "up":
        stack = up(state, port, console)
        if not arguments.quiet:
            print(welcome(stack))
    elif arguments.command == "services":
        if not is_running(load(state)):
            raise Failure(f"There is no stack on port {port}: run `make up PORT={port}` first.")
        services.up(state, console)
    elif arguments.command == "release":
        release(console)
    elif arguments.port is None and not arguments.state:
        console.say("Stopped." if down_all() else "Nothing is running.")
    else:
        console.say("Stopped." if down(state) else "Nothing is running.")


def guarded(action):
    """Runs `action`; whatever goes wrong ends as one sentence and an exit status, never as a traceback."""
    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)
    try:
        action()
    except Failure as failure:
        report(failure)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Interrupted: what this run started has been stopped.", file=sys.stderr)
        sys.exit(130)
    except OSError as failure:
        report(Failure(f"{failure}: mend that and try again."))
        sys.exit(1)


def interrupt(*_):
    """Ends the run once; the clean-up that follows takes seconds and is not to be cut short."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    guarded(lambda: run(parse_arguments()))

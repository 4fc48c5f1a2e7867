"""`make test`: every check, from formatting to stories over a stack of their own, up to the first that fails."""

from stack import down, guarded, up  # first: it refuses a Python that is too old

import os
import re
import shutil

import browser
import deployment
import load as customers
import processes
import services
import tools
from console import Console, Failure
from state import alone, checkout_state, load

CARGO_TEST = ["cargo", "test", "--profile", "local"]
# What cargo prints of tests that pass; a failure is found faster without it.
OF_PASSING_TESTS = re.compile(r"^(test .* \.\.\. ok|running \d+ tests?|test result: ok.*| +Running .*|)\n", re.M)
VALIDATE = ["sam", "validate", "--lint", "--region", tools.REGION, "--template"]


def phases():
    """What needs no stack: title, command, and what it means when the command fails."""
    return [
        ("Check the formatting", ["cargo", "fmt", "--all", "--check"], "`cargo fmt` would change something"),
        ("Run the lints",
         ["cargo", "clippy", "--workspace", "--all-targets", "--profile", "local", "--", "-D", "warnings"],
         "clippy found something"),
        ("Run the tests", [*CARGO_TEST, "--workspace", "--exclude", "e2e", "--exclude", "fuzz"], "A test failed"),
        ("Read the shapes of documents", [*CARGO_TEST, "--workspace", "--test", "fixtures"], "A document broke a promise"),
        ("Fuzz each target for a moment", [*CARGO_TEST, "--workspace", "--test", "short"], "An input broke a promise"),
        ("Build the functions", deployment.build_functions(), "The functions did not compile"),
        ("Compare infra/routes.yaml and infra/router-policy.yaml with infra/api.yaml", [*deployment.TOLLGATE, *deployment.BUILD_API, "--check"],
         "One of them is stale, and `make up` writes it anew"),
        *((f"Compare the templates of tests/{name} with its api.yaml", [*services.build_api(name), "--check"],
           "One of them is stale, and `infra/local/stack.py services` writes it anew") for name in services.NAMES),
        ("Validate infra/template.yaml", [*VALIDATE, deployment.TEMPLATE], "infra/template.yaml is not valid"),
        ("Validate infra/shop.yaml", [*VALIDATE, deployment.SHOP], "infra/shop.yaml is not valid"),
        ("Validate infra/payments.yaml", [*VALIDATE, deployment.PAYMENTS], "infra/payments.yaml is not valid"),
        ("Validate infra/routes.yaml", [*VALIDATE, deployment.ROUTES], "infra/routes.yaml is not valid"),
        ("Validate infra/websocket.yaml", [*VALIDATE, deployment.WEBSOCKET], "infra/websocket.yaml is not valid"),
        ("Validate infra/router-policy.yaml", [*VALIDATE, deployment.POLICY], "infra/router-policy.yaml is not valid"),
        *((f"Validate {template.relative_to(tools.ROOT)}", [*VALIDATE, template], f"{template.name} is not valid")
          for template in services.templates()),
    ]


def web_phases(console):
    """What runs in browsers, where there is something to run it. Node 20 has WebSocket behind a flag."""
    if not shutil.which("node"):
        console.say("           node is not on PATH: web/ is not tested")
        return []
    command = ["node", "--experimental-websocket", "--test", *sorted((tools.ROOT / "web" / "tests").glob("*.test.js"))]
    return [("Test what runs in browsers", command, "A test of web/ failed")]


def main():
    console = Console()
    state = checkout_state() / f"test-{os.getpid()}"
    tools.require()
    clear_away_earlier_runs()
    state.mkdir(parents=True)
    try:
        with alone(console):
            tools.install(console, state / "tools.log")
        for number, (title, command, failure) in enumerate([*phases(), *web_phases(console)], 1):
            phase(console, state / f"{number}.log", title, command, failure)
        tell_stories(console, state)
    except Failure as failure:
        failure.output += f"\n\nAll logs of this run: {state}"
        raise
    shutil.rmtree(state)
    console.say("All checks passed.")


def phase(console, log, title, command, failure, **env):
    with console.step(title) as notes:
        try:
            output = console.run(command, log, f"{failure}: mend what stands below and run `make test` again.",
                                 env=tools.environment() | env, cwd=tools.ROOT, lines=1000)
        except Failure as failed:
            failed.output = OF_PASSING_TESTS.sub("", failed.output)
            raise
        counts = re.findall(r"^test result: ok\. (\d+) passed", output, re.MULTILINE)
        notes += [f"{sum(map(int, counts))} passed"] if counts else []


def tell_stories(console, state):
    """Runs the end-to-end tests over a stack that is theirs alone and ends with them."""
    try:
        up(state, 0, console)
        services.up(state, console)
        # By its target and not by its package: so cargo keeps the features of the tests before and builds nothing again.
        phase(console, state / "e2e.log", "Run the end-to-end tests", [*CARGO_TEST, "--workspace", "--test", "stories"],
              "An end-to-end test failed", TOLLGATE_STACK=str(state / "stack.json"))
        phase(console, state / "load-build.log", "Build the customers", customers.BUILD, "They did not compile")
        phase(console, state / "load.log", "Buy in the shop, and check its books", [customers.PROGRAM, "10"],
              "The books of the shop do not agree", TOLLGATE_STACK=str(state / "stack.json"))
        look_at_the_shop(console, state)
    finally:
        with console.step("Stop the stack"):
            down(state)


def look_at_the_shop(console, state):
    """Runs the browser's tests, where there is a browser or one can be installed."""
    try:
        browser.prepare(console, state / "browser.log")
    except Failure as missing:
        console.say(f"           The shop is not looked at in a browser: {missing}")
        return
    browser.watch(console, state / "browser.log", state)


def clear_away_earlier_runs():
    """Removes what failed runs left to be looked at, and ends the stacks of those that were killed."""
    for state in checkout_state().glob("test-*"):
        try:
            os.kill(int(state.name.removeprefix("test-")), 0)
        except ProcessLookupError:
            if stack := load(state):
                processes.end(stack["marker"])
            shutil.rmtree(state)


if __name__ == "__main__":
    guarded(main)

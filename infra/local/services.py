"""The end-to-end tests' own API: one operation for each way of calling AWS, through a router that is deployed beside the
template's."""

import os
import shutil

import deployment
import tools
from state import load, save
from tools import ROOT

FOLDER = ROOT / "tests" / "services"
TEMPLATE = FOLDER / "template.yaml"
TEMPLATES = [TEMPLATE, FOLDER / "routes.yaml", FOLDER / "router-policy.yaml"]
BUILD_API = [*deployment.TOLLGATE, "build", "tests/services/api.yaml", "--routes", "tests/services/routes.yaml",
             "--policy", "tests/services/router-policy.yaml"]
# What the template deploys: the router's binary with another table.
CODE = deployment.LAMBDA / "services"
PARAMETERS = {"Architecture", "CatalogUrl"}
OUTPUTS = {"ApiId", "RouterFunction", "RouterRole", "Queue", "Heard", "Stream", "Bucket"}


def up(state, console):
    """Deploys the API to the running stack of `state`, whose `stack.json` then tells of it as `services`."""
    stack = load(state)
    CODE.mkdir(parents=True, exist_ok=True)
    with console.step("Compile the tests' own API"):
        link(deployment.LAMBDA / "router" / "bootstrap", CODE / "bootstrap")
        console.run([*BUILD_API, "--table", CODE / deployment.TABLE.name], state / "services-build.log",
                    "tests/services/api.yaml did not compile: mend the error below and try again.",
                    env=tools.environment(), cwd=ROOT)
    values = {name: value for name, value in deployment.parameters(stack).items() if name in PARAMETERS}
    with console.step("Deploy the tests' own API"):
        outputs = deployment.sam_deploy(console, state / "services.log", stack["port"], values,
                                        (TEMPLATE, f"{deployment.STACK_NAME}-services", OUTPUTS))
    url = f"http://localhost:{stack['port']}/_aws/execute-api/{outputs['ApiId']}/$default"
    save(state, stack | {"services": {"url": url, "outputs": outputs}})


def link(file, name):
    """Another name for a file; a copy where the file system has no such thing."""
    name.unlink(missing_ok=True)
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)

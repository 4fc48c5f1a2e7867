"""The end-to-end tests' own APIs, each with a router of its own beside the template's: `tests/services`, one operation for each
way of calling AWS, and `tests/throttled`, whose stage has a throttle."""

import os
import shutil

import deployment
import tools
from state import load, save
from tools import ROOT

NAMES = ["services", "throttled"]
# What tests look at of each template, beside the API's id.
OUTPUTS = {"services": {"ApiId", "RouterFunction", "RouterRole", "Queue", "Heard", "Stream", "Bucket"}, "throttled": {"ApiId"}}


def folder(name):
    return ROOT / "tests" / name


def templates():
    """Every template of the tests' own APIs."""
    return [file for name in NAMES for file in sorted(folder(name).glob("*.yaml")) if file.name != "api.yaml"]


def build_api(name):
    """The command that compiles the API of this name. One that calls nothing has no policy."""
    policy = folder(name) / "router-policy.yaml"
    return [*deployment.TOLLGATE, "build", f"tests/{name}/api.yaml", "--routes", f"tests/{name}/routes.yaml",
            *(["--policy", policy.relative_to(ROOT)] if policy.exists() else [])]


def up(state, console):
    """Deploys the APIs to the running stack of `state`, whose `stack.json` then tells of each by its name."""
    for name in NAMES:
        deploy(state, console, name)


def deploy(state, console, name):
    stack = load(state)
    # What the template deploys: the router's binary with another table.
    code = deployment.LAMBDA / name
    code.mkdir(parents=True, exist_ok=True)
    with console.step(f"Compile the tests' API {name}"):
        link(deployment.LAMBDA / "router" / "bootstrap", code / "bootstrap")
        console.run([*build_api(name), "--table", code / deployment.TABLE], state / f"{name}-build.log",
                    f"tests/{name}/api.yaml did not compile: mend the error below and try again.",
                    env=tools.environment(), cwd=ROOT)
    with console.step(f"Deploy the tests' API {name}"):
        outputs = deployment.sam_deploy(console, state / f"{name}.log", stack["port"], parameters(stack, name),
                                        (folder(name) / "template.yaml", f"{deployment.STACK_NAME}-{name}", OUTPUTS[name]))
    url = f"http://localhost:{stack['port']}/_aws/execute-api/{outputs['ApiId']}/$default"
    save(state, stack | {name: {"url": url, "outputs": outputs}})


def parameters(stack, name):
    values = deployment.parameters(stack)
    if name == "services":
        return {"Architecture": values["Architecture"], "CatalogUrl": values["CatalogUrl"]}
    tables = stack["tables"]
    return {"Architecture": values["Architecture"], "ApiKeysTable": tables["api_keys"],
            "UsagePlansTable": tables["usage_plans"], "CountersTable": tables["counters"],
            "AuthorizerFunction": stack["functions"]["authorizer"]}


def link(file, name):
    """Another name for a file; a copy where the file system has no such thing."""
    name.unlink(missing_ok=True)
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)

"""Makes the emulator's HTTP APIs behave as AWS documents them, where a gateway behind them would notice.

Each patch wraps one function of the emulator and says what AWS does. AWS's pages: `http-api-lambda-authorizer`,
`http-api-develop-integrations-lambda` (payload 2.0), `http-api-develop-routes`, `http-api-cors`,
`http-api-stages.stage-variables-reference`.
"""

import base64
import contextvars
import functools
import importlib.metadata
import logging
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import http_backend
import nested_stacks
import state_machines

log = logging.getLogger("tollgate.http_api")


class EmulatorChanged(Exception):
    """The installed emulator is not the one that the patches were written for."""


def behave_like_aws():
    """Applies every patch, or raises `EmulatorChanged`."""
    from ministack import app
    from ministack.services import apigateway, lambda_svc, sns
    from ministack.services.cloudformation import provisioners

    patch(app, "app", remember_request)
    patch(app, "_handle_pre_body_request", leave_paths_to_the_api)
    patch(apigateway, "handle_execute", one_id_per_request)
    patch(apigateway, "new_uuid", request_id_in_requests)
    patch(apigateway, "run_reentrant", send_complete_events)
    patch(apigateway, "_invoke_request_authorizer_lambda", remember_authorizer)
    patch(apigateway, "_invoke_lambda_proxy", answer_as_http_api)
    patch(lambda_svc, "lambda_execute_result_to_api_proxy_response", hide_function_failures)
    patch(apigateway, "_route_specificity", rank_every_greedy_variable)
    patch(apigateway, "_handle_execute_in_scope", route_options_without_cors)
    patch(apigateway, "_apply_request_parameter_mappings", http_backend.resolve_url)
    patch(apigateway, "_invoke_http_proxy", http_backend.pass_through)
    patch(provisioners, "_update_resource", nested_stacks.keep_attributes)
    patch(provisioners, "_sfn_definition", state_machines.read_yaml)
    patch(sns, "_publish", state_machines.tell_attributes)
    for name, position in METHOD_ARGUMENT.items():
        patch(apigateway, name, functools.partial(restore_method, position=position))


def patch(module, name, wrap):
    """Replaces `module.name` by `wrap(module.name)`."""
    if not hasattr(module, name):
        raise EmulatorChanged(
            f"infra/local/http_api.py is written for ministack {pinned_version()}, but the installed "
            f"{importlib.metadata.version('ministack')} has no {module.__name__}.{name}: "
            "delete .venv and run `make up` again.")
    setattr(module, name, wrap(getattr(module, name)))


def pinned_version():
    requirements = Path(__file__).with_name("requirements.txt").read_text()
    found = re.search(r"^ministack\S*==(\S+)", requirements, re.MULTILINE)
    return found.group(1) if found else "of requirements.txt"


# ---- What is known of the request that is being answered ------------------------------------------------------------

@dataclass
class Request:
    """One client's request. Tasks and threads that work for it inherit it through the context variable."""

    scope: dict
    id: str = ""
    started: float = field(default_factory=time.time)
    authorizer_id: str = ""  # of the authorizer whose function is being called, else empty


_request = contextvars.ContextVar("request", default=None)


def remember_request(original):
    """Keeps the request as it came in: the emulator's handlers get it already folded."""
    @functools.wraps(original)
    async def app(scope, receive, send):
        if scope["type"] == "http":
            _request.set(Request(scope))
        await original(scope, receive, send)
    return app


def one_id_per_request(original):
    """AWS: one id names a request, in the authorizer's event, in the integration's and in `apigw-requestid`."""
    @functools.wraps(original)
    async def handle_execute(api_id, stage, path, method, headers, *rest, **named):
        request = _request.get()
        request.id = base64.b64encode(os.urandom(11)).decode()
        headers = {**headers, **repeated_headers(request.scope)}
        headers.setdefault("x-amzn-trace-id", f"Root=1-{int(request.started):08x}-{os.urandom(12).hex()}")
        status, answered, body = await original(api_id, stage, path, method, headers, *rest, **named)
        return status, {**answered, "apigw-requestid": request.id}, body
    return handle_execute


def repeated_headers(scope):
    """AWS joins the values of a repeated header with a comma and no space."""
    from ministack.core.sigv4 import decode_header_value

    values = {}
    for name, value in scope["headers"]:
        values.setdefault(name.decode("latin-1").lower(), []).append(decode_header_value(value))
    return {name: ",".join(all_) for name, all_ in values.items() if len(all_) > 1 and name != "cookie"}


def request_id_in_requests(original):
    """The emulator makes a new id wherever a request's id is asked for; outside of requests its own ids stay."""
    @functools.wraps(original)
    def new_uuid():
        request = _request.get()
        return request.id if request and request.id else original()
    return new_uuid


# ---- The events that functions get ----------------------------------------------------------------------------------

def send_complete_events(original):
    """Completes payload 2.0 events, for authorizers and integrations alike, on their way to the function."""
    @functools.wraps(original)
    async def run_reentrant(function, record, event, **named):
        request = _request.get()
        if request and request.id and event.get("version") == "2.0":
            if not may_invoke(record, source_arn(event, request)):
                return {"error": True, "body": {"errorMessage": "API Gateway may not invoke the function"}}
            event = complete(event, request)
        return await original(function, record, event, **named)
    return run_reentrant


def complete(event, request):
    """`event` as AWS sends it."""
    from ministack.services import apigateway

    context = dict(event["requestContext"])
    context["domainPrefix"] = context["domainName"].split(".")[0]
    context["time"] = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(request.started))
    context["timeEpoch"] = int(request.started * 1000)
    jwt = context.get("authorizer", {}).get("jwt")
    if jwt and not jwt["scopes"]:
        context["authorizer"] = {"jwt": {**jwt, "scopes": None}}  # null on a route that asks for no scopes

    headers = {**event["headers"], **forwarded_headers(event["headers"], request.scope)}
    cookies = headers.pop("cookie", None)
    path = event["rawPath"]
    stage_in_url = f"/{context['stage']}/"
    if context["stage"] != "$default" and stage_in_url in request.scope["path"] + "/":
        path = stage_in_url.rstrip("/") + path  # a named stage is part of the path, unless a custom domain maps to it
    context["http"] = {**context["http"], "path": path}

    full = {
        **event,
        "rawPath": path,
        "headers": headers,
        "cookies": cookies.split("; ") if cookies else None,
        "requestContext": context,
        "stageVariables": apigateway._get_stage_variables(context["apiId"], context["stage"]) or None,
    }
    return {name: value for name, value in full.items() if value is not None}  # what is absent is left out, not null


def forwarded_headers(headers, scope):
    """Where the request came from. AWS says 443 and https; here these are the emulator's."""
    client, server = scope.get("client") or ("127.0.0.1", 0), scope.get("server") or ("127.0.0.1", 0)
    before = headers.get("x-forwarded-for")
    return {
        "x-forwarded-for": f"{before}, {client[0]}" if before else client[0],
        "x-forwarded-port": str(server[1]),
        "x-forwarded-proto": scope.get("scheme", "http"),
    }


# ---- Who may call a function ----------------------------------------------------------------------------------------

def remember_authorizer(original):
    @functools.wraps(original)
    async def invoke(authorizer, *rest):
        request = _request.get()
        if request is None:  # a WebSocket handshake
            return await original(authorizer, *rest)
        request.authorizer_id = authorizer["authorizerId"]
        try:
            return await original(authorizer, *rest)
        finally:
            request.authorizer_id = ""
    return invoke


def source_arn(event, request):
    """In whose name API Gateway calls the function: the authorizer, or the stage and route."""
    context = event["requestContext"]
    if request.authorizer_id:
        resource = f"authorizers/{request.authorizer_id}"
    else:
        method, _, path = event["routeKey"].rpartition(" ")
        resource = f"{context['stage']}/{method and context['http']['method']}{path}"
    from ministack.core.responses import get_region

    return f"arn:aws:execute-api:{get_region()}:{context['accountId']}:{context['apiId']}/{resource}"


def may_invoke(record, source):
    """AWS refuses with a 500 when no `AWS::Lambda::Permission` lets this API call the function."""
    from ministack.core import iam_evaluator
    from ministack.core.responses import get_region

    function_arn = record["config"]["FunctionArn"]
    context = iam_evaluator.EvalContext(
        principal_arn="*", principal_type="Service", principal_account="", action="lambda:InvokeFunction",
        resource_arn=function_arn, region=get_region(),
        service_context={"aws:sourcearn": source, "aws:sourceaccount": source.split(":")[4]})
    allowed = iam_evaluator.evaluate_resource_policy(
        record.get("policy"), context, service="apigateway.amazonaws.com").decision == "Allow"
    if not allowed:
        log.error("%s may not invoke %s: the template has no AWS::Lambda::Permission for it", source, function_arn)
    return allowed


# ---- What clients get back ------------------------------------------------------------------------------------------

def answer_as_http_api(original):
    """Stage variables in the function's ARN, CORS headers from the API alone, and a body that may be null."""
    @functools.wraps(original)
    async def invoke(integration, api_id, stage, *rest, **named):
        from ministack.services import apigateway

        variables = apigateway._get_stage_variables(api_id, stage)
        uri = http_backend.with_stage_variables(integration["integrationUri"], variables)
        status, headers, body = await original({**integration, "integrationUri": uri}, api_id, stage, *rest, **named)
        if apigateway._apis[api_id].get("corsConfiguration"):
            headers = {k: v for k, v in headers.items() if not k.lower().startswith("access-control-")}
        return status, headers, b"" if body is None else body
    return invoke


def hide_function_failures(original):
    """AWS: a function that fails is a 500 that tells nothing; the emulator answers a REST API's 502 with the error."""
    @functools.wraps(original)
    def to_response(result):
        request = _request.get()
        if request and request.id and result.get("error"):
            body = '{"message":"Internal Server Error"}'
            return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": body}, None
        return original(result)
    return to_response


# ---- Which route answers --------------------------------------------------------------------------------------------

def rank_every_greedy_variable(original):
    """`{proxy+}` is only the usual name of a greedy variable; the emulator ranks others as if they were plain."""
    @functools.wraps(original)
    def specificity(method, route_path):
        return original(method, re.sub(r"\{[^}]+\+\}", "{proxy+}", route_path))
    return specificity


def leave_paths_to_the_api(original):
    """An API may have a `/health` of its own; under the API's host name the emulator would answer it, and others."""
    @functools.wraps(original)
    async def handle(method, path, headers, *rest):
        from ministack import app

        if app._EXECUTE_API_RE.match(headers.get("host", "")):
            return None
        return await original(method, path, headers, *rest)
    return handle


# Functions of the emulator that take the request's method, and where among their arguments.
METHOD_ARGUMENT = {"_match_route": 1, "_authorize_request_v2": 3, "_invoke_lambda_proxy": 4, "_invoke_http_proxy": 2}


def route_options_without_cors(original):
    """AWS answers OPTIONS itself only for an API with a CORS configuration; otherwise it is a method like any other.

    The emulator refuses every other OPTIONS before it looks at the routes. In lower case the method passes that check;
    `restore_method` undoes it for whoever is told the method afterwards.
    """
    @functools.wraps(original)
    async def handle(api_id, stage, path, method, *rest):
        from ministack.services import apigateway

        if method == "OPTIONS" and not (apigateway._apis.get(api_id) or {}).get("corsConfiguration"):
            method = method.lower()
        return await original(api_id, stage, path, method, *rest)
    return handle


def restore_method(original, position):
    @functools.wraps(original)
    def call(*arguments, **named):
        before, method, after = arguments[:position], arguments[position], arguments[position + 1:]
        return original(*before, method.upper(), *after, **named)
    return call

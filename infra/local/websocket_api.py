"""Makes the emulator's WebSocket APIs behave as AWS documents them, where a client or a function behind them would notice.

AWS's pages: `apigateway-websocket-api-route-keys-connect-disconnect`, `websocket-connect-route-subprotocol`,
`apigateway-websocket-api-route-response`, `websocket-api-develop-binary-media-types`,
`apigateway-execution-service-websocket-limits-table`.
"""

import contextvars
import functools
import json

from http_api import log, patch

MAX_MESSAGE_BYTES = 128 * 1024

# What the $connect route's function answered, for the handshake that is under way.
_connect_answer = contextvars.ContextVar("connect_answer", default=None)


def behave_like_aws():
    """Applies every patch, or raises `EmulatorChanged`."""
    from hypercorn.protocol import ws_stream
    from ministack.services import apigateway, lambda_svc
    from ministack.services.cloudformation import provisioners

    patch(ws_stream.WSStream, "handle", tell_a_goodbye)
    patch(apigateway, "handle_websocket", speak_as_api_gateway)
    patch(apigateway, "_invoke_ws_lambda", invoke_as_api_gateway)
    patch(lambda_svc, "_sqs_esm_concurrency", read_numbers)
    provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::RouteResponse"] = {
        "create": create_route_response, "delete": delete_route_response}


def tell_a_goodbye(original):
    """The server tells the emulator of a client that closed and of one that vanished alike: 1006."""
    from hypercorn.protocol.events import StreamClosed
    from hypercorn.protocol.ws_stream import ASGIWebsocketState
    from wsproto.connection import ConnectionState

    @functools.wraps(original)
    async def handle(stream, event):
        if isinstance(event, StreamClosed) and stream.state is ASGIWebsocketState.CONNECTED \
                and stream.connection.state is ConnectionState.CLOSED:
            stream.state = ASGIWebsocketState.CLOSED
        await original(stream, event)
    return handle


def read_numbers(original):
    """A number that a template takes from a parameter reaches the emulator as text."""
    @functools.wraps(original)
    def concurrency(mapping, *rest):
        scaling = mapping.get("ScalingConfig") or {}
        return original({**mapping, "ScalingConfig": {name: int(value) for name, value in scaling.items()}}, *rest)
    return concurrency


def create_route_response(logical_id, props, stack_name):
    """The emulator has route responses, but not as a resource of CloudFormation."""
    from ministack.services import apigateway

    api_id, route_id = props["ApiId"], props["RouteId"].split("/")[-1]
    status, _, body = apigateway._create_route_response(api_id, route_id, {"routeResponseKey": props["RouteResponseKey"]})
    if status >= 400:
        raise ValueError(f"AWS::ApiGatewayV2::RouteResponse create failed: {body!r}")
    return json.loads(body)["routeResponseId"], {}


def delete_route_response(physical_id, props):
    from ministack.services import apigateway

    api_id, route_id = props["ApiId"], props["RouteId"].split("/")[-1]
    apigateway._route_responses.get(api_id, {}).get(route_id, {}).pop(physical_id, None)


def speak_as_api_gateway(original):
    """The handshake's status and subprotocol are the function's; binary and oversized messages end the connection."""
    @functools.wraps(original)
    async def handle(scope, receive, send, api_id, **named):
        answer = {}
        _connect_answer.set(answer)
        await original(scope, guarded(receive, send), answered(scope, send, answer), api_id, **named)
    return handle


def guarded(receive, send):
    """AWS closes with 1003 on a binary frame and with 1009 on more than 128 KB. Frames are not seen here, so one of more than
    32 KB passes, where AWS closes as well."""
    async def receive_checked():
        message = await receive()
        if message["type"] != "websocket.receive":
            return message
        text = message.get("text")
        code = 1003 if text is None else 1009 if len(text.encode()) > MAX_MESSAGE_BYTES else None
        if code is None:
            return message
        await send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
    return receive_checked


def answered(scope, send, answer):
    """The emulator accepts without a subprotocol, and refuses whatever the function's status was."""
    accepted = False

    async def send_answer(message):
        nonlocal accepted
        if message["type"] == "websocket.accept":
            accepted = True
            headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
            if protocol := headers.get("sec-websocket-protocol"):
                message = {**message, "subprotocol": protocol}
        elif message["type"] == "websocket.close" and not accepted and answer:
            body = (answer.get("body") or "").encode()
            await send({"type": "websocket.http.response.start", "status": int(answer.get("statusCode", 500)),
                        "headers": [(b"content-type", b"application/json")]})
            await send({"type": "websocket.http.response.body", "body": body})
            return
        await send(message)
    return send_answer


def invoke_as_api_gateway(original):
    """A function needs the API's permission; what it answers to a message reaches the client through a route response only;
    and `$disconnect` is best effort: here it never comes for a client that vanished."""
    @functools.wraps(original)
    async def invoke(api_id, account_id, region, route, stage, connection_id, event_type, *rest, **named):
        from ministack.services import apigateway

        if event_type == "DISCONNECT" and named.get("disconnect_code") == 1006:
            return None
        if not may_invoke(api_id, account_id, region, route, stage):
            answer = {"statusCode": 500, "body": '{"message":"Internal server error"}'}
        else:
            answer = await original(api_id, account_id, region, route, stage, connection_id, event_type, *rest, **named)
        if event_type == "CONNECT":
            _connect_answer.get().update(answer or {})
        if event_type == "MESSAGE" and answer and int(answer.get("statusCode", 200)) < 300:
            responses = apigateway._route_responses.get(api_id, {}).get(route["routeId"])
            if not (route.get("routeResponseSelectionExpression") and responses):
                return None
        return answer
    return invoke


def may_invoke(api_id, account_id, region, route, stage):
    """AWS refuses when no `AWS::Lambda::Permission` lets this API call the function."""
    import http_api
    from ministack.services import apigateway, lambda_svc

    integration = apigateway._integrations.get(api_id, {}).get(route.get("target", "").split("/")[-1])
    if not integration:
        return True
    reference = apigateway._extract_lambda_ref_from_integration_uri(integration.get("integrationUri", ""))
    data, config, _ = lambda_svc._get_func_record_for_ref_in_scope(reference, account_id=account_id, region=region)
    if data is None or config is None:
        return True
    record = lambda_svc._execution_record_for_config(data, config)
    source = f"arn:aws:execute-api:{region}:{account_id}:{api_id}/{stage}/{route['routeKey']}"
    allowed = http_api.may_invoke(record, source)
    if not allowed:
        log.error("route %s is refused", route["routeKey"])
    return allowed

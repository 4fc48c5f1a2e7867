"""HTTP backends of an HTTP API (`HTTP_PROXY`), as AWS calls them: page `http-api-develop-integrations-http`."""

import asyncio
import functools
import http.client
import logging
import re
import urllib.parse

log = logging.getLogger("tollgate.http_backend")

# Headers about one connection, not about the message (RFC 9110, 7.6.1); and the length, which the server writes anew.
HOP_BY_HOP = {"connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
              "upgrade"}


def with_stage_variables(uri, variables):
    """AWS: `${stageVariables.name}` may stand in an integration's URI."""
    return re.sub(r"\$\{stageVariables\.(\w+)\}", lambda found: str(variables.get(found.group(1), "")), uri)


def resolve_url(original):
    """AWS calls the integration's URI with its path variables filled in; the emulator appends the request's path to it.

    Hands the whole URL on in place of the path.
    """
    @functools.wraps(original)
    def mapped(integration, **request):
        known = request["context_vars"]
        known["request.path"] = request["request_path"]  # `$request.path` in a mapping
        # `$context.authorizer.property`: AWS's name for what a Lambda authorizer's context has (http-api-logging-variables).
        known |= {f"authorizer.{name}": value for name, value in known.get("authorizer.lambda", {}).items()}
        headers, query, path = original(integration, **request)
        uri = with_stage_variables(integration["integrationUri"], request["stage_vars"])
        url = urllib.parse.urlsplit(fill(uri, request["path_params"]))
        if "overwrite:path" in integration.get("requestParameters", {}):
            url = url._replace(path=path)
        return headers, query, url
    return mapped


def fill(uri, path_variables):
    """`uri` with each `{name}` replaced by that path variable, which has been decoded, save `%25`."""
    def value(found):
        return urllib.parse.quote(path_variables.get(found.group(1), found.group(0)), safe="/%:@!$&'()*+,;=~")
    return re.sub(r"(?<!\$)\{([^}+]+)\+?\}", value, uri)


def pass_through(_original):
    """AWS passes the whole answer on, headers and redirects included; the emulator keeps Content-Type alone."""
    async def invoke(integration, url, method, headers, body, query):
        configured = integration.get("integrationMethod") or "ANY"
        seconds = int(integration.get("timeoutInMillis") or 30_000) / 1000
        method = method if configured == "ANY" else configured
        try:
            return await asyncio.to_thread(call, url, method, headers, body, query, seconds)
        except (OSError, http.client.HTTPException, ValueError) as failure:
            log.error("%s %s failed: %s", method, url.geturl(), failure)
            return 503, {"Content-Type": "application/json"}, b'{"message":"Service Unavailable"}'
    return invoke


def call(url, method, headers, body, query, seconds):
    """One request to the backend, straight to it: proxies of the user's environment are not for loopback."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname, url.port, timeout=seconds)
    try:
        target = url.path or "/"
        all_query = "&".join(filter(None, [url.query, urllib.parse.urlencode(query, doseq=True)]))
        sent = {name: value for name, value in headers.items() if name not in HOP_BY_HOP | {"host"}}
        connection.request(method, f"{target}?{all_query}" if all_query else target, body=body or None, headers=sent)
        answer = connection.getresponse()
        return answer.status, received_headers(answer), answer.read()
    finally:
        connection.close()


def received_headers(answer):
    """Header names to values, a list for a name that is repeated."""
    names = {name.lower(): name for name in answer.headers if name.lower() not in HOP_BY_HOP}
    values = {name: answer.headers.get_all(name) for name in names.values()}
    return {name: all_[0] if len(all_) == 1 else all_ for name, all_ in values.items()}

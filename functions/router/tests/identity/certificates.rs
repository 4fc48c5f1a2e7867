//! A client's certificate: to templates, to policies, to authorizers and to functions.

use serde_json::{Value, json};
use testkit::StubBackends;

use super::{Api, OWN, get};

const SUBJECT: &str = "C=SE,O=Acme,CN=till-7";

fn cert() -> Value {
    json!({
        "clientCertPem": "-----BEGIN CERTIFICATE-----", "subjectDN": SUBJECT, "issuerDN": "CN=Acme CA", "serialNumber": "a1:b2",
        "validity": {"notBefore": "May 28 12:30:02 2026 GMT", "notAfter": "Aug  5 09:36:04 2027 GMT"},
    })
}

/// `GET /things` with the certificate, in an event of format 2.0 or 1.0.
fn certified(format: &str) -> Value {
    if format == "2.0" {
        let mut event = get(OWN, &json!({}), &json!(null));
        event["requestContext"]["authentication"] = json!({"clientCert": cert()});
        return event;
    }
    json!({
        "httpMethod": "GET", "path": "/things", "resource": "/things", "headers": {}, "stageVariables": {"auth": "f"},
        "requestContext": {"requestId": "r-1", "stage": "dev", "identity": {"sourceIp": "192.0.2.1", "clientCert": cert()}},
    })
}

fn definition(top: &str, operation: &str) -> String {
    format!("openapi: 3.0.3\nx-tollgate-path: dispatched\n{top}\npaths:\n  /things:\n    get:\n      {operation}\n")
}

fn shown(template: &str) -> String {
    format!(
        "x-amazon-apigateway-integration: {{type: mock, requestTemplates: {{application/json: '{{\"statusCode\": 200}}'}}, \
         responses: {{default: {{statusCode: '200', responseTemplates: {{application/json: '{template}'}}}}}}}}"
    )
}

#[test]
fn templates_read_it_as_the_callers() {
    let template = "$context.identity.clientCert.subjectDN|$context.identity.clientCert.validity.notAfter";
    let api = Api::new(definition("", &shown(template)));
    for format in ["2.0", "1.0"] {
        let expected = (200, format!("{SUBJECT}|Aug  5 09:36:04 2027 GMT"));
        assert_eq!(api.answer(&certified(format)), expected, "{format}");
    }
    assert_eq!(api.answer(&get(OWN, &json!({}), &json!(null))).1, "|");
}

#[test]
fn policies_decide_by_it() {
    let policy = |key: &str, value: &str| {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*",
            "Condition": {"StringLike": {key: value}}});
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
        Api::new(definition(&format!("x-amazon-apigateway-policy: {policy}"), &shown("in")))
    };
    for (key, value, allowed) in [
        ("tollgate:ClientCertSubjectDN", "*,O=Acme,*", true),
        ("tollgate:ClientCertSubjectDN", "*,O=Other,*", false),
        ("tollgate:ClientCertIssuerDN", "CN=Acme CA", true),
        ("tollgate:ClientCertSerialNumber", "a1:b2", true),
        ("tollgate:ClientCertSerialNumber", "a1:b3", false),
    ] {
        let status = if allowed { 200 } else { 403 };
        for format in ["2.0", "1.0"] {
            assert_eq!(policy(key, value).answer(&certified(format)).0, status, "{key} {value}");
        }
        assert_eq!(policy(key, value).answer(&get(OWN, &json!({}), &json!(null))).0, 403, "without a certificate");
    }
}

#[test]
fn functions_get_it_where_api_gateway_puts_it() {
    for (format, pointer) in
        [("2.0", "/requestContext/authentication/clientCert"), ("1.0", "/requestContext/identity/clientCert")]
    {
        let operation = format!(
            "x-amazon-apigateway-integration: {{type: aws_proxy, uri: '${{stageVariables.auth}}', payloadFormatVersion: '{format}'}}"
        );
        let api = Api::with(definition("", &operation), StubBackends::function(&json!({"statusCode": 200})));
        for event in ["2.0", "1.0"] {
            assert_eq!(api.answer(&certified(event)).0, 200);
            assert_eq!(api.asked().1.unwrap().pointer(pointer), Some(&cert()), "{format} of {event}");
        }
        api.answer(&get(OWN, &json!({}), &json!(null)));
        assert_eq!(api.asked().1.unwrap().pointer(pointer), None, "{format}");
    }
}

#[test]
fn an_authorizer_decides_by_it() {
    let scheme = "components: {securitySchemes: {auth: {type: apiKey, name: Unused, in: header, x-amazon-apigateway-authorizer: {type: request, \
                  authorizerUri: '${stageVariables.auth}', identitySource: 'context.identity.clientCert.subjectDN'}}}}";
    let answer = json!({"principalId": "till-7", "policyDocument": {"Version": "2012-10-17",
        "Statement": [{"Action": "*", "Effect": "Allow", "Resource": "*"}]}});
    let operation = format!("security: [{{auth: []}}]\n      {}", shown("in"));
    let api = Api::with(definition(scheme, &operation), StubBackends::function(&answer));
    assert_eq!(api.answer(&certified("2.0")).0, 200);
    assert_eq!(api.asked().1.unwrap()["requestContext"]["identity"]["clientCert"], cert());
    assert_eq!(api.answer(&get(OWN, &json!({}), &json!(null))).0, 401);
}

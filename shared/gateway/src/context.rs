//! `$context`: what templates, mappings, gateway responses and the events of format 1.0 know of a request.
//! (API Gateway developer guide, `api-gateway-mapping-template-reference`.)

use definition::Operation;
use identity::Principal;
use serde_json::{Map, Value, json};

use crate::GatewayRequest;

/// The context as an event of format 1.0 carries it: `requestContext`.
pub(crate) fn of_event(
    request: &GatewayRequest,
    operation: Option<&Operation>,
    principal: Option<&Principal>,
) -> Map<String, Value> {
    let mut context = Map::new();
    let resource = operation.map(|operation| operation.path.as_str());
    for (name, value) in [
        ("accountId", json!(request.api.account_id)),
        ("apiId", json!(request.api.api_id)),
        ("domainName", json!(request.api.domain_name)),
        ("domainPrefix", json!(domain_prefix(request))),
        ("extendedRequestId", json!(request.request_id)),
        ("httpMethod", json!(request.method)),
        ("identity", identity(request, principal)),
        ("path", json!(request.stage.prefix() + &request.path)),
        ("protocol", json!(request.protocol)),
        ("requestId", json!(request.request_id)),
        ("requestTime", json!(request.time)),
        ("requestTimeEpoch", json!(request.time_ms)),
        ("resourcePath", json!(resource)),
        ("stage", json!(request.stage.name)),
    ] {
        context.insert(name.to_owned(), value);
    }
    if let Some(authorizer) = authorizer(request) {
        context.insert("authorizer".to_owned(), Value::Object(authorizer));
    }
    context
}

/// `requestContext.authorizer` of format 1.0: the fields of a Lambda authorizer's answer, a token's `claims` and `scopes`,
/// side by side.
fn authorizer(request: &GatewayRequest) -> Option<Map<String, Value>> {
    let of = |name: &str| request.authorizer.get(name).and_then(Value::as_object).cloned();
    match (of("lambda"), of("jwt")) {
        (Some(lambda), Some(jwt)) => Some(jwt.into_iter().chain(lambda).collect()),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => (!request.authorizer.is_empty()).then(|| request.authorizer.clone()),
    }
}

/// The context as templates and mappings read it: the values of an authorizer are texts, a token's claims stand under
/// `authorizer.claims`, and an API key's id is the caller's.
pub(crate) fn of_templates(
    request: &GatewayRequest,
    operation: Option<&Operation>,
    principal: Option<&Principal>,
) -> Value {
    let mut context = of_event(request, operation, principal);
    let mut authorizer = Map::new();
    let own = request.authorizer.get("lambda").and_then(Value::as_object);
    for (name, value) in own.into_iter().flatten() {
        authorizer.insert(name.clone(), as_text(value));
    }
    if let Some(claims) = request.authorizer.get("jwt").and_then(|jwt| jwt.get("claims")?.as_object()) {
        let claims: Map<_, _> = claims.iter().map(|(name, value)| (name.clone(), as_text(value))).collect();
        authorizer.insert("claims".to_owned(), Value::Object(claims));
    }
    if authorizer.is_empty() {
        context.remove("authorizer");
    } else {
        context.insert("authorizer".to_owned(), Value::Object(authorizer));
    }
    context.insert("isCanaryRequest".to_owned(), json!(false));
    Value::Object(context)
}

/// What `path`, dotted, names in the context, an item of a list by its number, as text; `None` where there is nothing.
pub(crate) fn text(context: &Value, path: &str) -> Option<String> {
    let found = path
        .split('.')
        .try_fold(context, |value, name| value.get(name).or_else(|| value.get(name.parse::<usize>().ok()?)))?;
    match found {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::from(value.to_string()),
        other => other.clone(),
    }
}

fn identity(request: &GatewayRequest, principal: Option<&Principal>) -> Value {
    let iam = request.authorizer.get("iam");
    let of_iam = |name: &str| iam.and_then(|iam| iam.get(name)).cloned().unwrap_or(Value::Null);
    let mut identity = json!({
        "accessKey": of_iam("accessKey"),
        "accountId": of_iam("accountId"),
        "caller": of_iam("callerId"),
        "cognitoAuthenticationProvider": null,
        "cognitoAuthenticationType": null,
        "cognitoIdentityId": null,
        "cognitoIdentityPoolId": null,
        "principalOrgId": of_iam("principalOrgId"),
        "sourceIp": request.source_ip,
        "user": of_iam("userId"),
        "userAgent": request.headers.get("user-agent"),
        "userArn": of_iam("userArn"),
    });
    if let Some((identity, cert)) = identity.as_object_mut().zip(request.client_cert.as_ref()) {
        identity.insert("clientCert".to_owned(), Value::Object(cert.clone()));
    }
    // AWS has these where a method asks for a key.
    if let Some((identity, principal)) =
        identity.as_object_mut().zip(principal.filter(|principal| principal.key_id.is_some()))
    {
        identity.insert("apiKeyId".to_owned(), json!(principal.key_id));
        identity.insert("apiKey".to_owned(), json!(request.headers.get("x-api-key")));
    }
    identity
}

pub(crate) fn domain_prefix(request: &GatewayRequest) -> &str {
    request.api.domain_name.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(authorizer: Value) -> Value {
        let Value::Object(authorizer) = authorizer else { panic!("an object") };
        let request = GatewayRequest { authorizer, source_ip: "192.0.2.1".to_owned(), ..GatewayRequest::default() };
        of_templates(&request, None, None)
    }

    #[test]
    fn an_authorizers_values_are_texts() {
        let context = context(json!({"lambda": {"plan": "gold", "seats": 12, "on": true}}));
        assert_eq!(context["authorizer"], json!({"plan": "gold", "seats": "12", "on": "true"}));
    }

    #[test]
    fn a_clients_certificate_is_the_callers() {
        let Value::Object(cert) = json!({"subjectDN": "CN=a", "validity": {"notAfter": "May 28 12:30:02 2027 GMT"}})
        else {
            panic!("an object")
        };
        let request = GatewayRequest { client_cert: Some(cert), ..GatewayRequest::default() };
        let context = of_templates(&request, None, None);
        for (path, found) in [
            ("identity.clientCert.subjectDN", Some("CN=a")),
            ("identity.clientCert.validity.notAfter", Some("May 28 12:30:02 2027 GMT")),
            ("identity.clientCert.issuerDN", None),
        ] {
            assert_eq!(text(&context, path).as_deref(), found, "{path}");
        }
        assert_eq!(text(&of_templates(&GatewayRequest::default(), None, None), "identity.clientCert"), None);
    }

    #[test]
    fn a_path_finds_what_is_nested_and_nothing_else() {
        let context = context(json!({"jwt": {"claims": {"sub": "u-1"}, "scopes": null}}));
        for (path, found) in [
            ("authorizer.claims.sub", Some("u-1")),
            ("identity.sourceIp", Some("192.0.2.1")),
            ("requestTimeEpoch", Some("0")),
            ("identity.user", None),
            ("nothing.at.all", None),
        ] {
            assert_eq!(text(&context, path).as_deref(), found, "{path}");
        }
    }
}

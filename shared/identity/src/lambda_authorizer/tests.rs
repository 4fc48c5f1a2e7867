use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::*;
use crate::policy::{Decision, PolicyRequest};

const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/GET/open";

/// A request as a table: `header Auth` → its value.
struct Inputs(BTreeMap<String, String>);

impl Inputs {
    fn get(&self, kind: &str, name: &str) -> Option<String> {
        self.0.get(&format!("{kind} {name}")).cloned()
    }
}

impl IdentityInputs for Inputs {
    fn header(&self, name: &str) -> Option<String> {
        self.get("header", &name.to_lowercase())
    }
    fn query(&self, name: &str) -> Option<String> {
        self.get("query", name)
    }
    fn stage_variable(&self, name: &str) -> Option<String> {
        self.get("stage", name)
    }
    fn context(&self, name: &str) -> Option<String> {
        self.get("context", name)
    }
}

fn request() -> Inputs {
    let values = [
        ("header auth", "Bearer x"),
        ("header empty", ""),
        ("query q", "1"),
        ("stage zone", "eu"),
        ("context routeKey", "GET /open"),
    ];
    Inputs(values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn authorizer(kind: AuthorizerKind, sources: &str) -> LambdaAuthorizer {
    LambdaAuthorizer { kind, sources: IdentitySource::parse_list(sources).unwrap(), validation: None, ttl_s: 300 }
}

#[test]
fn identity_sources_are_read_in_both_notations() {
    for (sources, expected) in [
        ("method.request.header.Auth", Ok(vec!["Bearer x"])),
        ("$request.header.AUTH, $request.querystring.q", Ok(vec!["Bearer x", "1"])),
        ("method.request.querystring.q,stageVariables.zone , context.routeKey", Ok(vec!["1", "eu", "GET /open"])),
        ("$stageVariables.zone,$context.routeKey", Ok(vec!["eu", "GET /open"])),
        ("method.request.header.Other", Err("the request has no header Other, by which the authorizer decides")),
        ("$request.header.empty", Err("the request has no header empty, by which the authorizer decides")),
        ("$request.querystring.Q", Err("the request has no query parameter Q, by which the authorizer decides")),
    ] {
        let identity = authorizer(AuthorizerKind::Request, sources).identity(&request());
        let identity = identity.map_err(|refusal| refusal.to_string());
        let expected = expected.map(|values| values.into_iter().map(str::to_owned).collect()).map_err(str::to_owned);
        assert_eq!(identity, expected, "{sources}");
    }
    for wrong in ["", "header.Auth", "method.request.header.", "method.request.body.x", "$request.path.id", "a,b"] {
        assert!(
            IdentitySource::parse_list(wrong).is_err_and(|(message, _)| message.ends_with("is no identity source"))
        );
    }
}

#[test]
fn a_token_of_another_form_never_reaches_the_function() {
    for (expression, passes) in [("^Bearer [a-z]+$", true), ("^Bearer [0-9]+$", false), ("x", true), ("^x", false)] {
        let validation = Some(ValidationExpression::parse(expression).unwrap());
        let token = LambdaAuthorizer { validation, ..authorizer(AuthorizerKind::Token, "method.request.header.Auth") };
        let expected = if passes { Ok(vec!["Bearer x".to_owned()]) } else { Err(AuthorizerRefusal::MalformedToken) };
        assert_eq!(token.identity(&request()), expected, "{expression}");
    }
    assert!(ValidationExpression::parse("(").is_err());
}

#[test]
fn answers_are_kept_by_authorizer_and_identity() {
    let two = authorizer(AuthorizerKind::HttpV2, "$request.header.a,$request.header.b");
    let key = |name: &str, identity: [&str; 2]| two.answer_key(name, &identity.map(str::to_owned)).unwrap();
    assert_eq!(key("a", ["x", "y"]), key("a", ["x", "y"]));
    for (name, identity) in
        [("b", ["x", "y"]), ("a", ["xy", ""]), ("a", ["", "xy"]), ("a", ["y", "x"]), ("a", ["X", "y"])]
    {
        assert_ne!(key("a", ["x", "y"]), key(name, identity), "{name} {identity:?}");
    }
    let never = LambdaAuthorizer { ttl_s: 0, ..two.clone() };
    assert_eq!(never.answer_key("a", &["x".to_owned()]), None);
    assert_eq!(two.answer_key("a", &[]), None);
}

#[test]
fn each_kind_gets_its_event() {
    let proxy = json!({"version": "1.0", "path": "/open", "headers": {"Auth": "x"}, "body": "secret", "isBase64Encoded": false});
    let Value::Object(proxy) = proxy else { unreachable!() };
    let identity = ["x".to_owned(), "1".to_owned()];
    for (kind, expected) in [
        (AuthorizerKind::Token, json!({"type": "TOKEN", "authorizationToken": "x", "methodArn": ARN})),
        (
            AuthorizerKind::Request,
            json!({"type": "REQUEST", "methodArn": ARN, "path": "/open", "headers": {"Auth": "x"}}),
        ),
        (
            AuthorizerKind::HttpV1,
            json!({"version": "1.0", "type": "REQUEST", "methodArn": ARN, "identitySource": "x,1",
            "authorizationToken": "x,1", "path": "/open", "headers": {"Auth": "x"}}),
        ),
        (
            AuthorizerKind::HttpV2Simple,
            json!({"version": "2.0", "type": "REQUEST", "routeArn": ARN,
            "identitySource": ["x", "1"], "path": "/open", "headers": {"Auth": "x"}}),
        ),
    ] {
        assert_eq!(authorizer(kind, "$request.header.Auth").event(ARN, &identity, proxy.clone()), expected);
    }
    let nobody = authorizer(AuthorizerKind::HttpV2, "$context.x").event(ARN, &[], Map::new());
    assert_eq!(nobody["identitySource"], Value::Null);
}

fn policy(effect: &str, resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]})
}

#[test]
fn an_answer_decides_by_its_policy_or_at_once() {
    use AuthorizerKind::{HttpV2, HttpV2Simple, Token};
    for (kind, answer, expected) in [
        (Token, json!({"principalId": "ann", "policyDocument": policy("Allow", ARN)}), Decision::Allow),
        (Token, json!({"principalId": 7, "policyDocument": policy("Deny", "*")}), Decision::ExplicitDeny),
        (
            HttpV2,
            json!({"principalId": "ann", "policyDocument": policy("Allow", "execute-api:/dev/POST/*")}),
            Decision::ImplicitDeny,
        ),
        (HttpV2Simple, json!({"isAuthorized": true}), Decision::Allow),
        (HttpV2Simple, json!({"isAuthorized": false, "context": {"why": "unpaid"}}), Decision::ExplicitDeny),
    ] {
        let read = authorizer(kind, "$request.header.Auth").read(answer.to_string().as_bytes()).unwrap();
        assert_eq!(read.decide(&PolicyRequest::new(ARN, 0)), expected, "{answer}");
    }
}

#[test]
fn the_context_of_a_rest_api_is_made_of_texts() {
    let context = json!({"text": "a", "number": 1.5, "flag": true, "nothing": null});
    let answer = json!({"principalId": "ann", "policyDocument": policy("Allow", "*"), "context": context, "usageIdentifierKey": "key"});
    let read = |kind| authorizer(kind, "$request.header.Auth").read(answer.to_string().as_bytes()).unwrap();
    let rest = read(AuthorizerKind::Request);
    assert_eq!(Value::Object(rest.context.clone()), json!({"text": "a", "number": "1.5", "flag": "true"}));
    assert_eq!((rest.principal_id.as_deref(), rest.usage_identifier_key.as_deref()), (Some("ann"), Some("key")));
    assert_eq!(Value::Object(read(AuthorizerKind::HttpV1).context), context);
    assert!(!format!("{rest:?}").contains("key"));
}

#[test]
fn an_answer_that_is_none_is_told_without_its_content() {
    let allowed = policy("Allow", "*");
    let long = json!({"isAuthorized": true, "context": {"a": "secret".repeat(2000)}}).to_string();
    for (kind, answer, problem) in [
        (AuthorizerKind::Token, "secret".to_owned(), "it is not JSON"),
        (AuthorizerKind::Token, "null".to_owned(), "it is not an object"),
        (AuthorizerKind::Token, json!({"policyDocument": allowed}).to_string(), "it has no principalId"),
        (
            AuthorizerKind::Token,
            json!({"principalId": [], "policyDocument": allowed}).to_string(),
            "its principalId is not a text",
        ),
        (AuthorizerKind::Token, json!({"principalId": "secret"}).to_string(), "it has no policyDocument"),
        (
            AuthorizerKind::Token,
            json!({"principalId": "a", "policyDocument": policy("secret", "*")}).to_string(),
            "its policyDocument is no policy, see /Statement/0",
        ),
        (
            AuthorizerKind::Token,
            json!({"principalId": "a", "policyDocument": allowed, "context": {"a": {}}}).to_string(),
            "its context holds an object or a list",
        ),
        (
            AuthorizerKind::HttpV2,
            json!({"principalId": "a", "policyDocument": allowed, "context": "secret"}).to_string(),
            "its context is not an object",
        ),
        (AuthorizerKind::Token, json!({"isAuthorized": true}).to_string(), "it has no principalId"),
        (
            AuthorizerKind::HttpV2Simple,
            json!({"isAuthorized": "true"}).to_string(),
            "isAuthorized is neither true nor false",
        ),
        (
            AuthorizerKind::HttpV2Simple,
            json!({"principalId": "a", "policyDocument": allowed}).to_string(),
            "isAuthorized is neither true nor false",
        ),
        (AuthorizerKind::HttpV2Simple, long, "it has 12040 bytes, more than 8192"),
        (AuthorizerKind::HttpV2Simple, "[".repeat(5000), "it is not JSON"),
    ] {
        let refusal = authorizer(kind, "$request.header.Auth").read(answer.as_bytes()).unwrap_err();
        assert_eq!(refusal, AuthorizerRefusal::MalformedAnswer(problem.to_owned()), "{answer:.60}");
    }
}

#[test]
fn only_the_word_unauthorized_is_a_401() {
    for (payload, expected) in [
        (json!({"errorMessage": "Unauthorized"}).to_string(), AuthorizerRefusal::Unauthorized),
        (json!({"errorMessage": "unauthorized"}).to_string(), AuthorizerRefusal::Failed),
        (json!({"errorMessage": "Error: Unauthorized"}).to_string(), AuthorizerRefusal::Failed),
        (json!({"message": "Unauthorized"}).to_string(), AuthorizerRefusal::Failed),
        ("Unauthorized".to_owned(), AuthorizerRefusal::Failed),
    ] {
        assert_eq!(failure(payload.as_bytes()), expected, "{payload}");
    }
}

#[test]
fn a_declaration_is_the_same_after_it_was_stored() {
    let validation = Some(ValidationExpression::parse("^x-[a-z]+").unwrap());
    let declared = LambdaAuthorizer { validation, ..authorizer(AuthorizerKind::Token, "method.request.header.Auth") };
    let stored = postcard::to_allocvec(&declared).unwrap();
    assert_eq!(postcard::from_bytes::<LambdaAuthorizer>(&stored).unwrap(), declared);
}

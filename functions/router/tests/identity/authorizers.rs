//! Lambda authorizers of the API's own, asked by the router.

use gateway::{CallProblem, FunctionAnswer};
use serde_json::{Value, json};
use testkit::StubBackends;

use super::{Api, OWN, bearer, body, definition, get};

const ASKED: &str = "security: [{auth: []}]";
const TOKEN: &str =
    "type: token, authorizerUri: '${stageVariables.auth}', identityValidationExpression: '^Bearer [a-z0-9]+$'";
const SIMPLE: &str = "type: request, authorizerUri: '${stageVariables.auth}', authorizerPayloadFormatVersion: '2.0', \
                      enableSimpleResponses: true, identitySource: $request.header.Authorization";
const REST: &str =
    "type: request, authorizerUri: '${stageVariables.auth}', identitySource: 'method.request.header.Authorization'";

fn policy(effect: &str, resource: &str) -> Value {
    json!({
        "principalId": "user-1", "context": {"plan": "gold", "seats": 12},
        "policyDocument": {"Version": "2012-10-17", "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]},
    })
}

const EVERYTHING: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*";

fn asked(authorizer: &str, answer: &Value) -> Api {
    Api::with(definition("", authorizer, ASKED), StubBackends::function(answer))
}

fn from(token: &str) -> Value {
    get(OWN, &bearer(token), &json!(null))
}

#[test]
fn an_authorizer_says_who_calls_and_its_answer_is_kept() {
    let allowed = (200, "sub= id=user-1 plan=gold tenant= key=".to_owned(), String::new());
    let api = asked(TOKEN, &policy("Allow", EVERYTHING));
    assert_eq!(api.answers(&[from("a1"), from("a1"), from("a1")]), vec![allowed.clone(); 3]);
    let arn = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/$default/GET/things";
    assert_eq!(api.asked(), (1, Some(json!({"type": "TOKEN", "authorizationToken": "Bearer a1", "methodArn": arn}))));
    // Another identity is another question, and no time to keep answers keeps none.
    assert_eq!(api.answers(&[from("a1"), from("b2")]).len() + 1, api.asked().0);
    let api = asked(&format!("{TOKEN}, authorizerResultTtlInSeconds: 0"), &policy("Allow", EVERYTHING));
    assert_eq!((api.answers(&[from("a1"), from("a1")]), api.asked().0), (vec![allowed; 2], 2));
}

#[test]
fn each_kind_gets_its_event() {
    for (authorizer, answer, field, value) in [
        (REST, policy("Allow", EVERYTHING), "httpMethod", json!("GET")),
        (SIMPLE, json!({"isAuthorized": true, "context": {"plan": "gold"}}), "identitySource", json!(["Bearer a1"])),
    ] {
        let api = asked(authorizer, &answer);
        let (status, body) = api.answer(&from("a1"));
        assert!(status == 200 && body.contains("plan=gold"), "{authorizer}: {status} {body}");
        let event = api.asked().1.unwrap();
        assert_eq!((&event["type"], &event[field], event.get("body")), (&json!("REQUEST"), &value, None));
    }
}

#[test]
fn a_refusal_of_an_authorizer_becomes_awss_answer() {
    let denied = "User is not authorized to access this resource";
    let explicitly = format!("{denied} with an explicit deny");
    let internal = "Internal server error";
    let function = |answer| {
        let mut backends = StubBackends::default();
        backends.function = answer;
        backends
    };
    let failed = |text: &str| function(Ok(FunctionAnswer::Failed(json!({"errorMessage": text}).to_string().into())));
    let unreached = function(Err(CallProblem::Refused("AccessDeniedException".to_owned())));
    let none = StubBackends::default;
    for (authorizer, backends, token, status, message, kind) in [
        (TOKEN, StubBackends::function(&policy("Deny", EVERYTHING)), "a1", 403, &*explicitly, "AccessDeniedException"),
        (
            TOKEN,
            StubBackends::function(&policy("Allow", &format!("{EVERYTHING}/POST/*"))),
            "a1",
            403,
            denied,
            "AccessDeniedException",
        ),
        (
            SIMPLE,
            StubBackends::function(&json!({"isAuthorized": false})),
            "a1",
            403,
            &explicitly,
            "AccessDeniedException",
        ),
        (TOKEN, none(), "NOT", 401, "Unauthorized", "UnauthorizedException"),
        (TOKEN, failed("Unauthorized"), "a1", 401, "Unauthorized", "UnauthorizedException"),
        (TOKEN, failed("secret boom"), "a1", 500, internal, "AuthorizerFailureException"),
        (TOKEN, unreached, "a1", 500, internal, "AuthorizerConfigurationException"),
        (
            TOKEN,
            StubBackends::function(&json!({"principalId": "x"})),
            "a1",
            500,
            internal,
            "AuthorizerConfigurationException",
        ),
        (SIMPLE, StubBackends::function(&json!("yes")), "a1", 500, internal, "AuthorizerConfigurationException"),
    ] {
        let api = Api::with(definition("", authorizer, ASKED), backends);
        let expected = (status, body(status, message), kind.to_owned());
        assert_eq!(api.answers(&[from(token)]), [expected], "{authorizer}");
    }
    let api = asked(SIMPLE, &json!({"isAuthorized": true}));
    assert_eq!((api.answer(&get(OWN, &json!({}), &json!(null))).0, api.asked().0), (401, 0));
}

#[test]
fn what_failed_is_asked_again() {
    let backends = StubBackends::function(&json!({"isAuthorized": "yes"}));
    let api = Api::with(definition("", &format!("{SIMPLE}, authorizerResultTtlInSeconds: 60"), ASKED), backends);
    api.answers(&[from("a1"), from("a1")]);
    assert_eq!(api.asked().0, 2);
}

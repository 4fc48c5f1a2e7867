//! The refusals, one by one, each with the requests that end in it.

use gateway::{CallProblem, FunctionAnswer};
use serde_json::{Value, json};
use testkit::StubBackends;

use super::{
    super::{NOW_MS, NOW_S, sign::Signer},
    DISABLED_KEY, EXPIRED_KEY, GOOD_KEY, MARK, MARKED_NUMBER, UNKNOWN_KEY, stub,
};

const ISSUER: &str = "https://issuer.example";

/// One operation for each thing that can go wrong.
const PATHS: &str = r#"
components:
  securitySchemes:
    key: {type: apiKey, name: x-api-key, in: header}
    jwt: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: $request.header.Authorization,
      jwtConfiguration: {issuer: 'https://issuer.example', audience: [ours]}}}
    token: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: {type: token,
      authorizerUri: '${stageVariables.function}', identityValidationExpression: '^Bearer .*$'}}
    simple: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: {type: request,
      authorizerUri: '${stageVariables.function}', authorizerPayloadFormatVersion: '2.0', enableSimpleResponses: true,
      identitySource: $request.header.Authorization}}
    away: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: $request.header.Authorization,
      jwtConfiguration: {issuer: 'https://issuer.invalid', audience: [ours]}}}
    pool: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: {type: cognito_user_pools,
      providerARNs: ['arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI']}}
    nowhere: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: {type: token,
      authorizerUri: '${stageVariables.missing}'}}
x-amazon-apigateway-request-validators: {all: {validateRequestBody: true, validateRequestParameters: true}}
paths:
  /open: {post: {x-amazon-apigateway-integration: &mock {type: mock, requestTemplates: {application/json: '{"statusCode": 200}'},
    responses: {default: {statusCode: '200'}}}}}
  /key: {post: {security: [{key: []}], x-amazon-apigateway-integration: *mock}}
  /jwt: {post: {security: [{jwt: []}], x-amazon-apigateway-integration: *mock}}
  /away: {post: {security: [{away: []}], x-amazon-apigateway-integration: *mock}}
  /pool: {post: {security: [{pool: [carts/write]}], x-amazon-apigateway-integration: *mock}}
  /scoped: {post: {security: [{jwt: [carts/write]}], x-amazon-apigateway-integration: *mock}}
  /tenant: {post: {security: [{jwt: []}], x-tollgate-tenant: org, x-amazon-apigateway-integration: *mock}}
  /requires: {post: {security: [{jwt: []}], x-tollgate-requires: [plan=gold], x-amazon-apigateway-integration: *mock}}
  /feature: {post: {security: [{key: []}], x-tollgate-requires: [reports], x-amazon-apigateway-integration: *mock}}
  /token: {post: {security: [{token: []}], x-amazon-apigateway-integration: *mock}}
  /simple: {post: {security: [{simple: []}], x-amazon-apigateway-integration: *mock}}
  /nowhere: {post: {security: [{nowhere: []}], x-amazon-apigateway-integration: *mock}}
  /iam: {post: {x-amazon-apigateway-auth: {type: AWS_IAM}, x-amazon-apigateway-integration: *mock}}
  /body: {post: {x-amazon-apigateway-request-validator: all, requestBody: {content: {application/json: {schema: &model {type: object,
      additionalProperties: false, properties: {plan: {enum: [gold]}, count: {type: integer, minimum: 9999999},
      name: {type: string, maxLength: 2}, list: {type: array, uniqueItems: true}}}}}}, x-amazon-apigateway-integration: *mock}}
  /told: {post: {x-amazon-apigateway-request-validator: all, x-tollgate-validation: detailed,
      requestBody: {content: {application/json: {schema: *model}}}, x-amazon-apigateway-integration: *mock}}
  /parameters: {post: {x-amazon-apigateway-request-validator: all, parameters: [{name: x-needed, in: header, required: true}],
      x-amazon-apigateway-integration: *mock}}
  /media: {post: {x-amazon-apigateway-integration: {type: mock, passthroughBehavior: never,
      requestTemplates: {application/xml: '{"statusCode": 200}'}, responses: {default: {statusCode: '200'}}}}}
  /look: {post: {x-amazon-apigateway-integration: {type: http, httpMethod: POST, uri: 'http://shop.example/',
      requestParameters: {integration.request.header.x-plan: method.request.body.plan}, responses: {default: {statusCode: '200'}}}}}
  /number: {post: {x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json:
      '#set($n = 0){"statusCode": $n.parseInt($input.params("x-marked"))}'}, responses: {default: {statusCode: '200'}}}}}
  /large-number: {post: {x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json:
      '#set($n = 0){"statusCode": $n.parseInt($input.params("x-number"))}'}, responses: {default: {statusCode: '200'}}}}}
  /pattern: {post: {x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json:
      '$input.body.split($input.params("x-pattern"))'}, responses: {default: {statusCode: '200'}}}}}
  /variable: {post: {x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.missing}'}}}
  /function: {post: {x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.function}'}}}
  /mapped: {post: {x-amazon-apigateway-integration: {type: aws, uri: '${stageVariables.function}',
      responses: {'known': {statusCode: '200'}}}}}
  /server: {post: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: POST, uri: 'http://shop.example/?q=s3cr3t'}}}
  /service: {post: {x-amazon-apigateway-integration: {type: http, httpMethod: POST, uri: 'http://shop.example/',
      responses: {default: {statusCode: '200', responseParameters: {method.response.header.x-plan: integration.response.body.plan}}}}}}
  /action: {post: {x-amazon-apigateway-integration: {type: aws_proxy, integrationSubtype: SQS-SendMessage,
      requestParameters: {QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/q', MessageBody: $request.body.text,
      MessageAttributes: $request.body.plan}}}}
  /parts: {post: {x-tollgate-aggregate: {parts: {cart: {integration: {type: aws_proxy, uri: '${stageVariables.function}'}}}}}}
"#;

/// A request, and the refusal that it ends in.
pub(super) struct Case {
    pub(super) what: String,
    pub(super) definition: String,
    pub(super) backends: StubBackends,
    pub(super) store_is_away: bool,
    /// What the usage plans say, where they refuse.
    pub(super) plan: Option<plans::Refusal>,
    pub(super) event: Value,
    /// The gateway response's type and status.
    pub(super) kind: &'static str,
    pub(super) status: u64,
    /// What stands for the type where the answer carries none.
    pub(super) without_kind: &'static str,
    /// Whether the definition has the client told what it sent.
    pub(super) echoes: bool,
}

fn definition(top: &str) -> String {
    let kind = "{responseParameters: {gatewayresponse.header.x-kind: context.error.responseType}}";
    format!(
        "openapi: 3.0.3\nx-tollgate-path: dispatched\n{top}\nx-amazon-apigateway-gateway-responses: {{DEFAULT_4XX: {kind}, DEFAULT_5XX: {kind}}}{PATHS}"
    )
}

/// `POST` of this path with these headers, and with marks wherever a client can put some.
fn post(path: &str, headers: &Value) -> Value {
    let mut all = json!({"x-marked": MARK, "cookie": format!("session={MARK}"), "user-agent": MARK, "referer": MARK,
        "content-type": "application/json", "x-forwarded-for": MARK});
    all.as_object_mut().unwrap().extend(headers.as_object().unwrap().clone());
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": format!("q={MARK}"), "headers": all,
        "body": json!({"plan": MARK, "count": MARKED_NUMBER, "name": MARK, "list": [MARK, MARK], MARK: MARK}).to_string(),
        "stageVariables": {"function": "arn:aws:lambda:eu-west-1:123456789012:function:f"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "requestId": "r-1", "stage": "$default", "timeEpoch": NOW_MS,
            "http": {"method": "POST", "path": path, "sourceIp": "192.0.2.1"},
        },
    })
}

fn case(what: &str, (kind, status): (&'static str, u64), event: Value) -> Case {
    Case {
        what: what.to_owned(),
        definition: definition(""),
        backends: StubBackends::default(),
        store_is_away: false,
        plan: None,
        event,
        kind,
        status,
        without_kind: "nothing: it is let in",
        echoes: false,
    }
}

pub(super) fn cases(signer: &Signer) -> Vec<Case> {
    let all = [
        of_the_path(),
        of_keys(),
        of_tokens(signer),
        of_authorizers(),
        of_policies(),
        of_plans(),
        of_requests(),
        of_integrations(),
    ];
    all.into_iter().flatten().collect()
}

fn of_the_path() -> Vec<Case> {
    let mut broken = post("/open", &json!({}));
    broken["isBase64Encoded"] = json!(true);
    let mut own = post("/iam", &json!({"authorization": format!("AWS4-HMAC-SHA256 Credential={MARK}")}));
    own["requestContext"]["authorizer"] = json!({"iam": {"userArn": MARK, "accessKey": MARK}});
    let nowhere = ("MISSING_AUTHENTICATION_TOKEN", 403);
    vec![
        case("a path with dots", ("DEFAULT_4XX", 400), post(&format!("/{MARK}/../open"), &json!({}))),
        case("a path with a broken escape", ("DEFAULT_4XX", 400), post(&format!("/{MARK}%zz"), &json!({}))),
        Case { without_kind: "a base64 that is none", ..case("base64", ("a base64 that is none", 400), broken) },
        case("no such path", nowhere, post(&format!("/{MARK}"), &json!({}))),
        case("a signature that nobody checked", nowhere, own),
        case("nothing wrong", ("nothing: it is let in", 200), post("/key", &json!({"x-api-key": GOOD_KEY}))),
    ]
}

fn of_keys() -> Vec<Case> {
    let forbidden = ("INVALID_API_KEY", 403);
    let keys = [
        json!({}),
        json!({"x-api-key": MARK}),
        json!({"x-api-key": UNKNOWN_KEY}),
        json!({"x-api-key": DISABLED_KEY}),
        json!({"x-api-key": EXPIRED_KEY}),
        json!({"x-api-key": MARK.repeat(100)}),
    ];
    let mut cases: Vec<Case> =
        keys.iter().map(|headers| case(&headers.to_string(), forbidden, post("/key", headers))).collect();
    let known = json!({"x-api-key": GOOD_KEY});
    cases.push(case("a key without the feature", ("ACCESS_DENIED", 403), post("/feature", &known)));
    cases.push(Case { store_is_away: true, ..case("no store", ("AUTHORIZER_FAILURE", 500), post("/key", &known)) });
    cases
}

fn of_tokens(signer: &Signer) -> Vec<Case> {
    let claims = |changes: &Value| {
        let mut claims = json!({"iss": ISSUER, "aud": "ours", "exp": NOW_S + 60, "iat": NOW_S, "sub": MARK, "email": MARK,
            "plan": MARK, "groups": [MARK], "jti": MARKED_NUMBER});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims
    };
    let good = signer.token("ES256", &claims(&json!({})));
    let header = |header: &Value| signer.token_with(&header.to_string(), "ES256", &claims(&json!({})).to_string());
    let unauthorized = ("UNAUTHORIZED", 401);
    let shown = |token: &str| json!({"authorization": format!("Bearer {token}")});
    let mut cases = Vec::new();
    for (what, token) in [
        ("nothing", String::new()),
        ("no token", MARK.to_owned()),
        ("three parts of nothing", format!("{MARK}.{MARK}.{MARK}")),
        ("too long", good.repeat(30)),
        ("a wrong signature", format!("{}.{}", good.rsplit_once('.').unwrap().0, "A".repeat(86))),
        (
            "twice a claim",
            signer.token_with(r#"{"alg":"ES256","kid":"p256"}"#, "ES256", r#"{"a":"s3cr3t","a":"s3cr3t"}"#),
        ),
        ("another algorithm", header(&json!({"alg": MARK, "kid": "p256"}))),
        ("another key", header(&json!({"alg": "ES256", "kid": MARK}))),
        ("a key of its own", header(&json!({"alg": "ES256", "kid": "p256", "jku": MARK}))),
        ("another type", header(&json!({"alg": "ES256", "kid": "p256", "typ": MARK}))),
        ("an extension", header(&json!({"alg": "ES256", "kid": "p256", "crit": [MARK]}))),
    ] {
        cases.push(case(what, unauthorized, post("/jwt", &shown(&token))));
    }
    for changes in [
        json!({"iss": MARK}),
        json!({"iss": 7}),
        json!({"aud": MARK}),
        json!({"exp": NOW_S - 61}),
        json!({"exp": MARK}),
        json!({"nbf": NOW_S + 61}),
        json!({"nbf": MARK}),
    ] {
        let token = signer.token("ES256", &claims(&changes));
        cases.push(case(&changes.to_string(), unauthorized, post("/jwt", &shown(&token))));
    }
    for path in ["/scoped", "/tenant", "/requires"] {
        cases.push(case(path, ("ACCESS_DENIED", 403), post(path, &shown(&good))));
    }
    let names = signer.token("ES256", &claims(&json!({"org": format!("{MARK}\n")})));
    let over = signer.token("ES256", &claims(&json!({"org": "over"})));
    cases.push(case("a tenant without a subscription", ("ACCESS_DENIED", 403), post("/tenant", &shown(&over))));
    let away = signer.token("ES256", &claims(&json!({"iss": "https://issuer.invalid"})));
    cases.push(case("no issuer", unauthorized, post("/away", &shown(&away))));
    let pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
    let id = signer.token("ES256", &claims(&json!({"iss": pool, "token_use": "id"})));
    cases.push(case("an id token", unauthorized, post("/pool", &shown(&id))));
    cases.push(case("a tenant that is no name", ("ACCESS_DENIED", 403), post("/tenant", &shown(&names))));
    cases
}

fn of_authorizers() -> Vec<Case> {
    let (failure, malformed) = (("AUTHORIZER_FAILURE", 500), ("AUTHORIZER_CONFIGURATION_ERROR", 500));
    let denied = ("ACCESS_DENIED", 403);
    let failed = |message: &str| {
        let error = json!({"errorMessage": message, "errorType": "Error", "stackTrace": [MARK]});
        stub(Ok(FunctionAnswer::Failed(error.to_string().into())))
    };
    let says = |answer: &Value| StubBackends::function(answer);
    let policy = |statement: Value| {
        json!({"principalId": MARK, "context": {"a": MARK}, "usageIdentifierKey": MARK,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}})
    };
    let invoke =
        |effect: &str, resource: &str| json!({"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource});
    let token = json!({"authorization": format!("Bearer {MARK}")});
    let at = |path: &str| post(path, &token);
    let mut cases = vec![
        case("no identity", ("UNAUTHORIZED", 401), post("/simple", &json!({}))),
        case("a token of another form", ("UNAUTHORIZED", 401), post("/token", &json!({"authorization": MARK}))),
        case("no function", malformed, at("/nowhere")),
        case("a function that is not reached", malformed, at("/token")),
    ];
    for (what, outcome, path, backends) in [
        ("unauthorized", ("UNAUTHORIZED", 401), "/token", failed("Unauthorized")),
        ("failed", failure, "/token", failed(MARK)),
        ("accepted", failure, "/token", stub(Ok(FunctionAnswer::Accepted))),
        ("a denial", denied, "/token", says(&policy(invoke("Deny", "*")))),
        (
            "no allowance",
            denied,
            "/token",
            says(&policy(invoke("Allow", &format!("arn:aws:execute-api:*:*:{MARK}/*")))),
        ),
        ("no", denied, "/simple", says(&json!({"isAuthorized": false, "context": {"a": MARK}}))),
        ("neither yes nor no", malformed, "/simple", says(&json!({"isAuthorized": MARK}))),
        ("a text", malformed, "/simple", says(&json!(MARK))),
        ("no JSON", malformed, "/simple", stub(Ok(FunctionAnswer::Payload(MARK.into())))),
        ("too much", malformed, "/simple", says(&json!({"context": {"a": MARK.repeat(2000)}}))),
        ("a context that is none", malformed, "/simple", says(&json!({"isAuthorized": true, "context": MARK}))),
        ("nobody", malformed, "/token", says(&json!({"context": {"a": MARK}}))),
        ("no policy", malformed, "/token", says(&json!({"principalId": MARK, "policyDocument": MARK}))),
        ("a nested context", malformed, "/token", says(&json!({"principalId": MARK, "context": {MARK: {"a": MARK}}}))),
        ("a key that is none", malformed, "/token", says(&json!({"principalId": MARK, "usageIdentifierKey": [MARK]}))),
        ("another effect", malformed, "/token", says(&policy(invoke(MARK, "*")))),
        ("another element", malformed, "/token", says(&policy(json!({MARK: MARK})))),
        (
            "another operator",
            malformed,
            "/token",
            says(&policy(json!({"Action": "*", "Effect": "Allow", "Resource": "*",
            "Condition": {MARK: {MARK: MARK}}}))),
        ),
    ] {
        cases.push(Case { backends, ..case(what, outcome, at(path)) });
    }
    cases
}

fn of_policies() -> Vec<Case> {
    let policy = |effect: &str| {
        let statement = json!({"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*",
            "Condition": {"StringEquals": {"aws:UserAgent": if effect == "Deny" { MARK } else { "another" }}}});
        definition(&format!(
            "x-amazon-apigateway-policy: {}",
            json!({"Version": "2012-10-17", "Statement": [statement]})
        ))
    };
    let denied = |what: &str| case(what, ("ACCESS_DENIED", 403), post("/open", &json!({})));
    vec![
        Case { definition: policy("Deny"), ..denied("a policy that denies") },
        Case { definition: policy("Allow"), ..denied("a policy that does not allow") },
    ]
}

fn of_plans() -> Vec<Case> {
    let retry_after_ms = 1_000;
    let key = json!({"x-api-key": GOOD_KEY});
    [
        (plans::Refusal::Throttled { retry_after_ms }, ("THROTTLED", 429)),
        (plans::Refusal::QuotaExceeded { retry_after_ms }, ("QUOTA_EXCEEDED", 429)),
        (plans::Refusal::Unavailable { retry_after_ms }, ("DEFAULT_5XX", 503)),
        (plans::Refusal::NotInPlan, ("INVALID_API_KEY", 403)),
    ]
    .map(|(refusal, outcome)| Case { plan: Some(refusal), ..case("a plan", outcome, post("/key", &key)) })
    .into()
}

fn of_requests() -> Vec<Case> {
    let mut cases = Vec::new();
    let bad = ("BAD_REQUEST_BODY", 400);
    for body in [
        json!({"plan": MARK}).to_string(),
        json!({"count": MARKED_NUMBER}).to_string(),
        json!({"name": MARK}).to_string(),
        json!({"list": [MARK, MARK]}).to_string(),
        json!({MARK: 1}).to_string(),
        json!(MARK).to_string(),
        MARK.to_owned(),
        String::new(),
    ] {
        let mut event = post("/body", &json!({}));
        event["body"] = json!(body);
        cases.push(case(&format!("the body {body}"), bad, event));
    }
    cases.push(Case { echoes: true, ..case("a body whose faults are told", bad, post("/told", &json!({}))) });
    let mut no_json = post("/look", &json!({}));
    no_json["body"] = json!(format!("{{\"{MARK}"));
    let other_type = json!({"content-type": format!("text/{MARK}; boundary={MARK}")});
    let mut large = post("/function", &json!({}));
    large["body"] = json!(MARK.repeat(1_100_000));
    cases.extend([
        case("parameters", ("BAD_REQUEST_PARAMETERS", 400), post("/parameters", &json!({}))),
        case("an action's parameter", ("BAD_REQUEST_PARAMETERS", 400), post("/action", &json!({}))),
        case("a content type", ("UNSUPPORTED_MEDIA_TYPE", 415), post("/media", &other_type)),
        case("a body that is to be looked into", ("DEFAULT_4XX", 400), no_json),
        case("a large body", ("REQUEST_TOO_LARGE", 413), large),
    ]);
    cases
}

fn of_integrations() -> Vec<Case> {
    let (misconfigured, failed) = (("API_CONFIGURATION_ERROR", 500), ("INTEGRATION_FAILURE", 502));
    let payload = |payload: Value| StubBackends::function(&payload);
    let error =
        || stub(Ok(FunctionAnswer::Failed(json!({"errorMessage": MARK, "errorType": "Error"}).to_string().into())));
    let number = json!({"x-number": format!("{MARKED_NUMBER}0000")});
    let mut cases = vec![
        case("a text that is no number", misconfigured, post("/number", &json!({}))),
        case("a number that is too large", misconfigured, post("/large-number", &number)),
        case("a pattern that is none", misconfigured, post("/pattern", &json!({"x-pattern": format!("({MARK}")}))),
        case("no variable", misconfigured, post("/variable", &json!({}))),
        case("nobody there", ("INTEGRATION_FAILURE", 500), post("/server", &json!({}))),
        case("no part", ("INTEGRATION_FAILURE", 500), post("/parts", &json!({}))),
    ];
    for (what, outcome, path, backends) in [
        ("too slow", ("INTEGRATION_TIMEOUT", 504), "/server", StubBackends::failing(CallProblem::Timeout)),
        (
            "too slow again",
            ("INTEGRATION_TIMEOUT", 504),
            "/server",
            StubBackends::failing(CallProblem::TimeoutAfter(3)),
        ),
        (
            "refused",
            ("INTEGRATION_FAILURE", 500),
            "/function",
            StubBackends::failing(CallProblem::Refused("no such function".to_owned())),
        ),
        ("too much", failed, "/server", StubBackends::failing(CallProblem::TooLarge)),
        ("no proxy's answer", failed, "/function", payload(json!({"statusCode": MARK, "body": MARK}))),
        ("a body that is none", failed, "/function", payload(json!({"statusCode": 200, "body": {"a": MARK}}))),
        (
            "a header with a line end",
            failed,
            "/function",
            payload(json!({"statusCode": 200, "headers": {"a": format!("{MARK}\n")}})),
        ),
        ("no JSON", failed, "/function", stub(Ok(FunctionAnswer::Payload(MARK.into())))),
        ("a function that failed", failed, "/function", error()),
        ("an error that no response is for", misconfigured, "/mapped", error()),
        (
            "an answer that is to be looked into",
            misconfigured,
            "/service",
            StubBackends::http(200, &[], format!("{{\"{MARK}")),
        ),
        ("a part that failed", failed, "/parts", error()),
        ("a part that says so", failed, "/parts", payload(json!({"statusCode": 500, "body": MARK}))),
    ] {
        cases.push(Case { backends, ..case(what, outcome, post(path, &json!({}))) });
    }
    cases
}

use crate::{Admits, Asks, Authorizer, Guard, TokenIssuers, Way, compile, managed_routes};

const FUNCTION: &str = "authorizerUri: '${stageVariables.auth}'";

/// A document with the authorizer `auth`, in the scheme with `scheme`'s fields, and one operation.
fn document(scheme: &str, authorizer: &str, operation: &str) -> String {
    format!(
        "openapi: 3.0.3\ncomponents:\n  securitySchemes:\n    key: {{type: apiKey, name: x-api-key, in: header}}\n    \
         iam: {{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}}\n    \
         auth: {{{scheme}, x-amazon-apigateway-authorizer: {{{authorizer}}}}}\npaths:\n  /a:\n    get:\n      {operation}\n      \
         x-amazon-apigateway-integration: {{type: aws_proxy, uri: '${{stageVariables.f}}', httpMethod: POST}}\n"
    )
}

const HEADER: &str = "type: apiKey, name: Authorization, in: header";
const ASKED: &str = "security: [{auth: []}]";

fn problems(source: &str) -> Vec<String> {
    let found = compile(source).err().unwrap_or_default();
    found.iter().map(|p| format!("{}:{} {} | {}", p.place.line, p.place.column, p.message, p.remedy)).collect()
}

fn because(source: &str) -> Option<String> {
    match &compile(source).unwrap_or_else(|_| panic!("{:?}", problems(source))).routes[0].way {
        Way::Native(_) => None,
        Way::Dispatched { because, .. } => Some(because.clone()),
    }
}

#[test]
fn what_http_apis_have_not_goes_through_the_router() {
    let pool = "type: cognito_user_pools, providerARNs: ['arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${stageVariables.pool}']";
    for (authorizer, reason) in [
        (format!("type: token, {FUNCTION}"), "HTTP APIs have no authorizers of type token"),
        (
            format!(
                "type: request, {FUNCTION}, identitySource: 'method.request.header.Auth, context.identity.sourceIp'"
            ),
            "HTTP APIs ask no request authorizer in a REST API's manner",
        ),
        (pool.to_owned(), "HTTP APIs have no authorizers of type cognito_user_pools"),
    ] {
        let source = document(HEADER, &authorizer, ASKED);
        assert_eq!(because(&source).as_deref(), Some(reason));
        let template = managed_routes(&compile(&source).unwrap());
        assert!(!template.contains("AuthorizationType") && !template.contains("AWS::ApiGatewayV2::Authorizer"));
        let native = source.replace(ASKED, &format!("{ASKED}\n      x-tollgate-path: native"));
        if authorizer == pool {
            assert_eq!(because(&native), None, "the authorizer function verifies what such a pool issued");
        } else {
            assert!(problems(&native)[0].contains(reason), "{:?}", problems(&native));
        }
    }
    let managed = format!("type: request, {FUNCTION}, authorizerPayloadFormatVersion: '2.0'");
    assert_eq!(because(&document(HEADER, &managed, ASKED)), None);
}

/// What guards the native operation that asks so, with the tokens of a pool (`auth`) and an issuer (`jwt`): the lines of its
/// route behind its target, the identity sources, and what the authorizer function asks there.
fn native(operation: &str) -> (String, Vec<String>, Option<Admits>) {
    let pool = "type: cognito_user_pools, providerARNs: ['${stageVariables.pool}']";
    let jwt = "\n    jwt: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: $request.querystring.t, \
               jwtConfiguration: {issuer: 'https://issuer.example', audience: [shop]}}}\npaths:";
    let source =
        document(HEADER, pool, &format!("{operation}\n      x-tollgate-path: native")).replace("\npaths:", jwt);
    let api = compile(&source).unwrap_or_else(|_| panic!("{:?}", problems(&source)));
    let template = managed_routes(&api);
    let route = template.split("RouteKey: \"GET /").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let guard = route.lines().skip(2).take(2).map(str::trim).collect::<Vec<_>>().join(" ");
    let sources = template.lines().filter_map(|line| line.trim().strip_prefix("IdentitySource: "));
    let sources = sources.map(str::to_owned).collect();
    (guard, sources, crate::Doors::of(&api).routes.remove("GET /a"))
}

#[test]
fn an_answer_of_the_authorizer_function_is_kept_by_all_that_it_depends_on() {
    for (operation, authorizer, source) in [
        ("security: [{key: []}]", "ApiKeyAuthorizer", "[$request.header.x-api-key]"),
        (
            "security: [{key: []}]\n      x-tollgate-requires: [staff]",
            "PrincipalKey",
            "[$request.header.x-api-key, $context.routeKey]",
        ),
        (
            "security: [{auth: [read]}]",
            "PrincipalRequestHeaderAuthorizationU24U2EU2E",
            "[$request.header.Authorization, $context.routeKey]",
        ),
        (
            "security: [{auth: [read], key: []}]",
            "PrincipalKeyRequestHeaderAuthorizationU24U2EU2E",
            "[$request.header.x-api-key, $request.header.Authorization, $context.routeKey]",
        ),
        (
            "security: [{jwt: []}]\n      x-tollgate-tenant: org",
            "PrincipalRequestQuerystringTU24U2EU2E",
            "[$request.querystring.t, $context.routeKey]",
        ),
    ] {
        let (guard, sources, admits) = native(operation);
        assert_eq!(guard, format!("AuthorizationType: CUSTOM AuthorizerId: !Ref {authorizer}"), "{operation}");
        assert_eq!(sources, [source], "{operation}");
        assert_eq!(admits.is_some(), sources[0].contains("routeKey"), "{operation}");
    }
    let (guard, _, admits) = native("security: [{jwt: []}]");
    assert_eq!((guard.as_str(), admits), ("AuthorizationType: JWT AuthorizerId: !Ref JwtJwt", None));
}

#[test]
fn a_request_by_another_door_meets_a_native_routes_guard_whole() {
    let source = document(
        HEADER,
        "type: cognito_user_pools, providerARNs: ['${stageVariables.pool}']",
        "security: [{auth: []}]\n      x-tollgate-path: native\n      x-tollgate-tenant: org\n      x-tollgate-requires: [staff]",
    );
    let admits = compile(&source).unwrap().operations().next().unwrap().admits;
    assert_eq!((admits.tenant.is_some(), admits.requires.len()), (true, 1));
    assert_ne!(admits.asks, Asks::Nobody);
}

#[test]
fn a_stage_variable_of_an_authorizer_is_one_of_the_stage() {
    for authorizer in [
        format!("type: token, {FUNCTION}"),
        "type: cognito_user_pools, providerARNs: ['${stageVariables.auth}']".to_owned(),
    ] {
        let template = managed_routes(&compile(&document(HEADER, &authorizer, ASKED)).unwrap());
        assert!(template.contains("auth"), "{template}");
    }
}

#[test]
fn a_function_that_the_router_asks_is_not_asked_by_the_gateway_too() {
    let managed = format!("type: request, {FUNCTION}, authorizerPayloadFormatVersion: '2.0'");
    let source = document(HEADER, &managed, "security: [{auth: []}]\n      x-tollgate-path: dispatched");
    let api = compile(&source).unwrap();
    assert_eq!(api.operations().next().unwrap().admits.asks, Asks::Lambda { authorizer: "auth".to_owned() });
    assert!(!managed_routes(&api).contains("AWS::ApiGatewayV2::Authorizer"));
}

#[test]
fn a_token_that_the_gateway_checks_is_checked_there_before_the_router_runs() {
    let jwt = "type: jwt, jwtConfiguration: {issuer: 'https://issuer.example', audience: [shop]}";
    let source = document("type: oauth2", jwt, "security: [{auth: [read], key: []}]");
    let api = compile(&source).unwrap();
    let admits = api.operations().next().unwrap().admits;
    assert_eq!(
        (admits.api_key, &admits.asks),
        (true, &Asks::Token { authorizer: "auth".to_owned(), scopes: vec!["read".to_owned()] })
    );
    assert!(managed_routes(&api).contains("AuthorizationType: JWT"));
    let Some(Authorizer::Token(token)) = api.rest_api.authorizers.get("auth") else { panic!("{:?}", api.rest_api) };
    let TokenIssuers::Issuer { issuer, audience } = &token.issuers else { panic!("{token:?}") };
    assert_eq!((issuer.as_str(), audience.as_slice()), ("https://issuer.example", &["shop".to_owned()][..]));
}

#[test]
fn a_key_may_stand_beside_one_thing_more() {
    let token = format!("type: token, {FUNCTION}");
    let guard = |security: &str| compile(&document(HEADER, &token, security)).map(|api| api.routes[0].guard.clone());
    let with_key = |guard: Guard| Ok(Guard::WithKey(Box::new(guard)));
    let auth = Guard::Request { authorizer: "auth".to_owned() };
    assert_eq!(guard("security: [{auth: [], key: []}]"), with_key(auth.clone()));
    assert_eq!(guard("security: [{key: []}, {auth: []}]"), with_key(auth));
    assert_eq!(guard("security: [{iam: []}, {key: []}]"), with_key(Guard::Iam));
    assert_eq!(guard("security: [{key: []}]\n      x-amazon-apigateway-auth: {type: AWS_IAM}"), with_key(Guard::Iam));
    for refused in [
        "security: [{auth: [], iam: []}]",
        "security: [{auth: [], iam: [], key: []}]",
        "security: [{}, {auth: [], key: []}]",
    ] {
        assert!(guard(refused).is_err(), "{refused}");
    }
}

#[test]
fn a_key_that_an_authorizer_names_needs_that_authorizer() {
    let token = format!("type: token, {FUNCTION}");
    let source = |security: &str| {
        document(HEADER, &token, security)
            .replace("openapi: 3.0.3", "openapi: 3.0.3\nx-amazon-apigateway-api-key-source: AUTHORIZER")
    };
    assert_eq!(problems(&source("security: [{auth: [], key: []}]")), [""; 0]);
    for alone in ["security: [{key: []}]", "security: [{key: [], iam: []}]"] {
        let found = problems(&source(alone));
        assert!(
            found.len() == 1 && found[0].contains("asks for an API key, which a Lambda authorizer is to name"),
            "{found:?}"
        );
    }
}

#[test]
fn a_tenant_and_what_it_must_have_need_the_router_and_a_caller() {
    let jwt = "type: jwt, jwtConfiguration: {issuer: 'https://issuer.example', audience: [shop]}";
    let of = |operation: &str| document("type: oauth2", jwt, operation);
    let asked = of(
        "security: [{auth: []}]\n      x-tollgate-tenant: custom:tenant\n      x-tollgate-requires: [reports, plan=gold]",
    );
    assert_eq!(because(&asked).as_deref(), Some("HTTP APIs know no tenants"));
    let admits = compile(&asked).unwrap().operations().next().unwrap().admits;
    assert_eq!((admits.tenant.unwrap().field(), admits.requires.len()), ("custom:tenant", 2));
    let root = of("security: [{auth: []}]").replace("openapi: 3.0.3", "openapi: 3.0.3\nx-tollgate-requires: [reports]");
    assert_eq!(because(&root).as_deref(), Some("HTTP APIs know no tenants"));
    assert_eq!(because(&root.replace(ASKED, "security: [{auth: []}]\n      x-tollgate-requires: []")), None);
    assert_eq!(because(&root.replace(ASKED, "security: []")), None);
    for (operation, problem) in [
        ("x-tollgate-requires: [reports]", "x-tollgate-requires asks who is calling, and the operation asks nobody"),
        ("security: [{key: []}]\n      x-tollgate-requires: ['a=']", "\"a=\" is neither a name nor name=value"),
        ("security: [{key: []}]\n      x-tollgate-tenant: ' '", "is not the name of a claim"),
    ] {
        assert!(problems(&of(operation))[0].contains(problem), "{:?}", problems(&of(operation)));
    }
}

#[test]
fn an_authorizer_that_could_not_be_asked_is_refused() {
    let oauth = "type: oauth2";
    for (scheme, authorizer, problem) in [
        (oauth, format!("type: token, {FUNCTION}"), "nothing says which header the token stands in"),
        (HEADER, "type: token".to_owned(), "has no authorizerUri"),
        (HEADER, format!("type: token, {FUNCTION}, identityValidationExpression: '('"), "is no regular expression"),
        (HEADER, format!("type: token, {FUNCTION}, providerARNs: []"), "\"providerARNs\" is not a property of"),
        (HEADER, format!("type: request, {FUNCTION}, identitySource: header.A"), "\"header.A\" is no identity source"),
        (
            HEADER,
            format!("type: request, {FUNCTION}, authorizerResultTtlInSeconds: 9"),
            "kept by their identity source",
        ),
        (HEADER, "type: cognito_user_pools".to_owned(), "has no providerARNs"),
        (HEADER, "type: cognito_user_pools, providerARNs: []".to_owned(), "names no user pool"),
        (HEADER, "type: cognito_user_pools, providerARNs: [pool]".to_owned(), "\"pool\" is not a user pool's ARN"),
        (
            HEADER,
            "type: cognito_user_pools, providerARNs: ['${stageVariables.p}'], authorizerUri: x".to_owned(),
            "\"authorizerUri\" is not",
        ),
        (
            oauth,
            "type: jwt, identitySource: Authorization, jwtConfiguration: {issuer: 'https://i', audience: [a]}"
                .to_owned(),
            "is no identity source",
        ),
    ] {
        let found = problems(&document(scheme, &authorizer, ASKED));
        assert!(found.len() == 1 && found[0].contains(problem), "{authorizer}: {found:?}");
    }
}

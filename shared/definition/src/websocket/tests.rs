use super::*;
use crate::{Asks, compile, document::Document};

const SCHEMES: &str = "
components:
  securitySchemes:
    api_key: {type: apiKey, name: x-api-key, in: header}
    sigv4: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
    shopper:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer:
        type: cognito_user_pools
        providerARNs: ['${stageVariables.pool}']
    staff:
      type: oauth2
      x-amazon-apigateway-authorizer:
        type: jwt
        jwtConfiguration: {issuer: 'https://id.example.com', audience: [shop]}
";

/// A document with this extension in line 4, from column 23.
fn source(extension: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{title: t}}\npaths: {{}}\nx-tollgate-websocket: {extension}{SCHEMES}")
}

fn problems(extension: &str) -> Vec<String> {
    let shown = |p: &crate::Problem| format!("{}:{} {} | {}", p.place.line, p.place.column, p.message, p.remedy);
    compile(&source(extension)).err().unwrap_or_default().iter().map(shown).collect()
}

fn read(extension: &str) -> Vec<Admits> {
    compile(&source(extension)).unwrap_or_else(|problems| panic!("{extension}: {problems:?}")).websocket
}

#[test]
fn a_handshake_shows_a_key_where_nothing_is_said() {
    let key = vec![Admits { api_key: true, ..Admits::default() }];
    assert_eq!(compile("openapi: 3.0.3\npaths: {}\n").unwrap().websocket, key);
    assert_eq!(read("{}"), key);
}

#[test]
fn alternatives_are_a_key_a_token_or_both() {
    let read = read(
        "{security: [{api_key: []}, {api_key: [], shopper: [read]}, {staff: []}], tenant: org, requires: [channels]}",
    );
    let asked: Vec<_> = read
        .iter()
        .map(|admits| match &admits.asks {
            Asks::Token { authorizer, scopes } => (admits.api_key, authorizer.as_str(), scopes.len()),
            other => (admits.api_key, if *other == Asks::Nobody { "" } else { "?" }, 0),
        })
        .collect();
    assert_eq!(asked, [(true, "", 0), (true, "shopper", 1), (false, "staff", 0)]);
    let tenants: Vec<_> = read.iter().map(|admits| admits.tenant.as_ref().map(identity::TenantRule::field)).collect();
    assert_eq!(tenants, [None, None, Some("org")], "a key has its tenant");
    assert!(read.iter().all(|admits| admits.requires.len() == 1));
}

#[test]
fn what_stands_at_the_top_of_the_document_holds_of_handshakes_too() {
    let source = source("{security: [{staff: []}]}") + "x-tollgate-tenant: org\nx-tollgate-requires: [channels]\n";
    let websocket = compile(&source).unwrap().websocket;
    assert_eq!(websocket[0].tenant.as_ref().map(identity::TenantRule::field), Some("org"));
    assert_eq!(websocket[0].requires.len(), 1);
}

#[test]
fn what_a_handshake_cannot_show_is_refused_with_its_place() {
    let list = "write a list of alternatives, such as [{api_key: []}, {api_key: [], shopper: [scope]}]";
    let other = "a WebSocket handshake shows an API key, a token, or both, and this is something else \
                 | name the scheme of API keys, one of type jwt or cognito_user_pools, or both";
    for (extension, expected) in [
        ("[]", "4:23 x-tollgate-websocket is a list | write an object here".to_owned()),
        ("{security: {}}", format!("4:34 security is an object | {list}")),
        ("{security: []}", format!("4:34 security asks for nothing, and a connection is somebody's | {list}")),
        ("{security: [{}]}", format!("4:35 {other}")),
        ("{security: [{sigv4: []}]}", format!("4:35 {other}")),
        ("{security: [{api_key: [], sigv4: []}]}", format!("4:35 {other}")),
        (
            "{security: [{staff: []}]}",
            "4:35 nothing names the tenant of who shows no API key, and a connection is a tenant's \
             | write tenant: with the claim that does, or ask for an API key as well"
                .to_owned(),
        ),
        (
            "{security: [{api_key: [], shopper: [], staff: []}]}",
            "4:35 the alternative asks for api_key, shopper and staff | name one thing, or an API key and one thing more"
                .to_owned(),
        ),
        (
            "{security: [{shoper: []}]}",
            "4:36 the security scheme \"shoper\" is not declared | write api_key, shopper, sigv4 or staff, \
             or declare it under components.securitySchemes"
                .to_owned(),
        ),
        (
            "{secure: 1}",
            "4:24 \"secure\" is not a field of x-tollgate-websocket | write security, tenant or requires".to_owned(),
        ),
    ] {
        assert_eq!(problems(extension), [expected], "{extension}");
    }
}

/// Whether the JSON Schema of the docs takes this.
fn schema_accepts(extension: &Node) -> bool {
    let schema = json::Document::parse(include_str!("../../../../docs/schemas/x-tollgate-websocket.json")).unwrap();
    let model = models::Model::compile(schema.root(), &|_| None).unwrap();
    model.accepts(json::Document::parse(&extension.json().to_string()).unwrap().root())
}

#[test]
fn the_schema_takes_what_is_read_and_refuses_what_is_not() {
    for (extension, is_right) in [
        ("{}", true),
        ("{security: [{api_key: []}]}", true),
        ("{security: [{staff: [a, b]}], tenant: org, requires: [channels, 'plan=gold']}", true),
        ("[]", false),
        ("{security: {}}", false),
        ("{security: []}", false),
        ("{security: [{}]}", false),
        ("{tenant: [org]}", false),
        ("{requires: org}", false),
        ("{secure: []}", false),
    ] {
        let document = Document::parse(extension).unwrap_or_else(|problems| panic!("{extension}: {problems:?}"));
        assert_eq!(schema_accepts(&document.root), is_right, "{extension}");
        assert_eq!(problems(extension).is_empty(), is_right, "{extension}");
    }
}

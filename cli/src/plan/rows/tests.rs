use definition::{compile, managed_routes};

use super::*;

const DEFINITION: &str = r#"
openapi: 3.0.3
info: { title: Ways, version: "1" }
components:
  securitySchemes:
    key: { type: apiKey, name: x-api-key, in: header }
    iam: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4 }
    users:
      type: oauth2
      x-amazon-apigateway-authorizer:
        type: jwt
        identitySource: $request.header.Authorization
        jwtConfiguration: { issuer: "https://issuer.example", audience: [shop] }
paths:
  /open:
    get:
      x-amazon-apigateway-integration: &shop { type: aws_proxy, httpMethod: POST, uri: "${stageVariables.shop}" }
  /key:
    get: { security: [{ key: [] }], x-tollgate-path: native, x-amazon-apigateway-integration: *shop }
    post: { security: [{ key: [] }], x-tollgate-path: dispatched, x-amazon-apigateway-integration: *shop }
  /iam:
    get: { security: [{ iam: [] }], x-amazon-apigateway-integration: *shop }
    post: { security: [{ iam: [] }], x-tollgate-path: dispatched, x-amazon-apigateway-integration: *shop }
  /users:
    get: { security: [{ users: [] }], x-amazon-apigateway-integration: *shop }
    post: { security: [{ users: [] }], x-tollgate-path: dispatched, x-amazon-apigateway-integration: *shop }
  /mock:
    get:
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200" } }
"#;

fn planned(source: &str) -> (Api, Plan) {
    let api = compile(source).unwrap();
    let plan = plan(&api, Prices::compiled_in().unwrap(), Assumptions::default(), &BTreeMap::new());
    (api, plan)
}

#[test]
fn each_operation_is_shown_with_its_way_and_what_forced_it() {
    let (_, plan) = planned(DEFINITION);
    let shown: Vec<String> = plan
        .rows
        .iter()
        .map(|row| format!("{} {}: {}, {}", row.method, row.path, row.way(), row.because.as_deref().unwrap_or("free")))
        .collect();
    let asked = "x-tollgate-path asks for it";
    assert_eq!(
        shown,
        [
            "GET /iam: native, free".to_owned(),
            format!("POST /iam: dispatched, {asked}"),
            "GET /key: native + authorizer, free".to_owned(),
            format!("POST /key: dispatched + authorizer, {asked}"),
            "GET /mock: dispatched, HTTP APIs have no integration of type mock".to_owned(),
            "GET /open: native, free".to_owned(),
            "GET /users: native, free".to_owned(),
            format!("POST /users: dispatched, {asked}"),
        ]
    );
}

#[test]
fn only_what_calls_a_backend_is_billed_for_the_wait() {
    let (_, plan) = planned(DEFINITION);
    let waits: Vec<&str> =
        plan.rows.iter().filter(|row| row.passage.router == Router::Waits).map(|row| row.path.as_str()).collect();
    assert_eq!(waits, ["/iam", "/key", "/users"]);
}

#[test]
fn an_aggregate_is_billed_for_its_calls_and_for_those_in_a_row() {
    let shop = "integration: {type: aws_proxy, uri: '${stageVariables.shop}', timeoutInMillis: 1000}";
    let mock = "integration: {type: mock, responses: {default: {statusCode: 200}}}";
    let operation = |parts: &str| format!("    get:\n      x-tollgate-aggregate: {{parts: {{{parts}}}}}\n");
    let source = format!(
        "openapi: 3.0.3\npaths:\n  /calls:\n{}  /mocks:\n{}",
        operation(&format!("a: {{{shop}}}, b: {{{shop}, after: [a]}}, c: {{{shop}}}, d: {{{mock}, after: [b]}}")),
        operation(&format!("a: {{{mock}}}")),
    );
    let (_, plan) = planned(&source);
    let routers: Vec<Router> = plan.rows.iter().map(|row| row.passage.router).collect();
    assert_eq!(routers, [Router::WaitsForSeveral { calls: 3, in_a_row: 2 }, Router::Answers]);
    assert_eq!(
        (plan.rows[0].way(), plan.rows[0].because.as_deref()),
        ("dispatched", Some("HTTP APIs do not aggregate"))
    );
}

#[test]
fn the_authorizer_is_counted_where_the_managed_routes_have_it() {
    for source in [DEFINITION, include_str!("../../../../infra/api.yaml")] {
        let (api, plan) = planned(source);
        let template = managed_routes(&api);
        for row in &plan.rows {
            let key = format!("RouteKey: \"{} {}\"\n", row.method, row.path);
            let resource = resource_after(&template, &key);
            let authorizer = resource.split_once("AuthorizerId: !Ref ").map(|(_, rest)| rest.lines().next().unwrap());
            let asks = authorizer.map(|name| resource_after(&template, &format!("\n  {name}:\n")));
            let asked = asks.is_some_and(|authorizer| authorizer.contains("functions/${AuthorizerArn}/"));
            assert_eq!(asked, row.passage.authorizer, "{key}");
            assert_eq!(resource.contains("integrations/${Router}"), row.passage.router != Router::Unused, "{key}");
        }
    }
}

/// What follows `key` in its resource of the template.
fn resource_after<'t>(template: &'t str, key: &str) -> &'t str {
    let (_, after) = template.split_once(key).unwrap();
    after.split("\n\n").next().unwrap()
}

#[test]
fn the_month_counts_the_requests_of_the_mix() {
    let mix = BTreeMap::from([("GET /open".to_owned(), 2_000_000), ("GET /mock".to_owned(), 1_000_000)]);
    let plan = plan(&compile(DEFINITION).unwrap(), Prices::compiled_in().unwrap(), Assumptions::default(), &mix);
    assert_eq!(plan.month.requests, 3_000_000);
    assert_eq!(plan.rows.iter().map(|row| row.requests).sum::<u64>(), 3_000_000);
}

use super::*;
use std::collections::BTreeMap;

use crate::{
    Destination, Guard, Integration, ParameterMapping, PayloadFormat, Route, RouteEnd, Source, Table, Way, encode, show,
};

const GOOD: &str = r#"
openapi: 3.0.3
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    api_key: {type: apiKey, name: x-api-key, in: header}
x-amazon-apigateway-api-key-source: HEADER
paths:
  /carts/{cartId}:
    parameters: [{name: cartId, in: path, required: true, schema: {type: string}}]
    get:
      security: [{api_key: []}]
      x-amazon-apigateway-integration:
        type: AWS_PROXY
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${stageVariables.cartFunction}/invocations
        payloadFormatVersion: "2.0"
        timeoutInMillis: 5000
        passthroughBehavior: when_no_match
        responses: {default: {statusCode: "200"}}
  /catalog/{proxy+}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: ANY
        uri: https://${stageVariables.host}/v1/{path}
        requestParameters: {integration.request.path.path: method.request.path.proxy}
"#;

/// The problems of `source`, as `line:column message | remedy`.
fn problems(source: &str) -> Vec<String> {
    let problems = compile(source).expect_err("a problem");
    problems.iter().map(|p| format!("{}:{} {} | {}", p.place.line, p.place.column, p.message, p.remedy)).collect()
}

/// The problems of a document whose one integration is `integration`, which stands in line 5.
fn integration_problems(integration: &str) -> Vec<String> {
    problems(&format!(
        "openapi: 3.0.3\npaths:\n  /a/{{id}}:\n    get:\n      x-amazon-apigateway-integration: {integration}\n"
    ))
}

#[test]
fn a_definition_becomes_operations() {
    let api = compile(GOOD).unwrap_or_else(|problems| panic!("{}", show("good", GOOD, &problems)));
    assert_eq!(api.title, "Shop");
    let keys: Vec<String> = api.routes.iter().map(Route::key).collect();
    assert_eq!(keys, ["GET /carts/{cartId}", "ANY /catalog/{proxy+}"]);
    let [cart, catalog] = api.routes.as_slice() else { panic!("two routes") };
    assert_eq!((&cart.guard, &catalog.guard), (&Guard::ApiKey, &Guard::Open));
    let Way::Dispatched { operation, because } = &cart.way else { panic!("a key that is counted") };
    assert_eq!(because, "HTTP APIs have no usage plans, which hold an API key's calls");
    let Integration::Lambda(lambda) = &operation.integration else { panic!("a function") };
    assert_eq!((lambda.payload, lambda.timeout_ms), (PayloadFormat::V2, 5000));
    let variables = BTreeMap::from([("cartFunction".to_owned(), "cart".to_owned())]);
    assert_eq!(lambda.function.fill(&variables, |_| None).unwrap(), "cart");
    let Way::Dispatched { operation, because } = &catalog.way else { panic!("renamed parameters") };
    assert_eq!(because, "the path parameter proxy is called path in the URL");
    let Integration::Http(http) = &operation.integration else { panic!("a URL") };
    assert_eq!((&http.server.method, http.timeout_ms), (&None, 29_000));
    let path = ParameterMapping { to: Destination::Path("path".to_owned()), from: Source::Path("proxy".to_owned()) };
    assert_eq!(http.parameters, [path]);
}

#[test]
fn a_security_requirement_of_the_document_holds_where_an_operation_has_none() {
    let source = GOOD.replace("openapi: 3.0.3", "openapi: 3.0.3\nsecurity: [{api_key: []}]");
    let api = compile(&source).unwrap();
    assert!(api.routes.iter().all(|route| route.guard == Guard::ApiKey));
}

#[test]
fn every_problem_is_found_at_once_with_its_place() {
    let source = "openapi: 3.0.3\nx-amazon-apigateway-minimum-compression-size: 1\npaths:\n  /a:\n    get: {}\n  carts: {}\n  /b/{x}: {}\n  /b/{y}: {}\n  /c: {gett: {}}\n";
    assert_eq!(
        problems(source),
        [
            "2:1 x-amazon-apigateway-minimum-compression-size is refused: compression is not supported | leave it out",
            "5:5 GET /a has no x-amazon-apigateway-integration: nothing would be called | write x-amazon-apigateway-integration: with a type and a uri",
            "6:3 the path \"carts\" does not start with '/' | write /carts",
            "8:3 /b/{y} matches the same requests as /b/{x} in line 7 | write the path once, with all its methods",
            "9:8 \"gett\" is not a field of a path | write summary, description, servers or parameters",
        ]
    );
}

#[test]
fn a_wrong_integration_is_refused_with_what_to_write() {
    for (integration, problem) in [
        (
            "{uri: x}",
            "5:40 the integration has no type | write aws_proxy (a Lambda function), http_proxy (a URL), aws, http or mock",
        ),
        (
            "{type: lambda, uri: x}",
            "5:47 the integration type is \"lambda\" | write aws_proxy (a Lambda function), http_proxy (a URL), aws, http or mock",
        ),
        (
            "{type: aws, uri: x}",
            "5:40 the aws integration has no responses to choose from: every call would be a 500 | write responses: {default: {statusCode: \"200\"}}",
        ),
        (
            "{type: aws_proxy}",
            "5:40 the aws_proxy integration has no uri | write uri: ${stageVariables.myFunction}, or the function's ARN",
        ),
        ("{type: http_proxy}", "5:40 the http_proxy integration has no uri | write uri: https://backend.example/path"),
        ("{type: http_proxy, uri: ftp://x}", "5:64 \"ftp://x\" is not an HTTP URL | write https://host/path"),
        (
            "{type: http_proxy, uri: 'http://x/{no}'}",
            "5:64 the URI's {no} has no value | write requestParameters: {integration.request.path.no: method.request.path.NAME}",
        ),
        (
            "{type: aws_proxy, uri: f, httpMethod: GET}",
            "5:78 Lambda is invoked with POST, whatever the client's method | write POST",
        ),
        (
            "{type: aws_proxy, uri: f, timeoutInMillis: 10}",
            "5:83 timeoutInMillis is \"10\" | write a whole number from 50 to 29000",
        ),
        (
            "{type: aws_proxy, uri: f, credentials: c}",
            "5:79 \"c\" is not the ARN of a role | write ${stageVariables.role}, or the role's ARN",
        ),
        (
            "{type: aws_proxy, uri: 'arn:${AWS::Region}'}",
            "5:63 ${AWS::Region} is not a stage variable | write ${stageVariables.name}, and give the ARN in the stage's variable",
        ),
        (
            "{type: mock, passthroughBehavior: never, responses: {default: {statusCode: 200}}}",
            "5:40 a mock that passes nothing on and has no request template never answers | write requestTemplates: {application/json: '{\"statusCode\": 200}'}",
        ),
        ("[]", "5:40 x-amazon-apigateway-integration is a list | write an object here"),
    ] {
        assert_eq!(integration_problems(integration).first().map(String::as_str), Some(problem));
    }
}

#[test]
fn what_aws_only_notices_when_it_is_called_is_a_problem_or_a_500() {
    let source = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration:\n        type: http\n        \
                  uri: https://a.example/\n        responses: {default: {statusCode: 200}}\n        \
                  requestParameters: {integration.request.header.Content-Length: \"'0'\"}\n";
    assert_eq!(
        problems(source),
        ["9:29 the header Content-Length is API Gateway's own: an integration that maps it answers 500 | leave it out"]
    );
    let api = compile_with(source, &Options { as_aws_imports: true, ..Options::default() }).unwrap();
    let Way::Dispatched { operation, .. } = &api.routes[0].way else { panic!("dispatched") };
    assert!(matches!(&operation.integration, Integration::Faulty(why) if why.contains("Content-Length")));
}

#[test]
fn security_that_cannot_be_kept_is_refused() {
    let source = "openapi: 3.0.3\ncomponents: {securitySchemes: {token: {type: http, scheme: bearer}}}\npaths:\n  /a:\n    get:\n      security: [{token: []}, {other: []}]\n";
    let found = problems(source).join("\n");
    assert!(found.contains("6:19 nothing here can guard a route with the security scheme \"token\""), "{found}");
    assert!(
        found.contains("6:32 the security scheme \"other\" is not declared | write token, or declare it"),
        "{found}"
    );
}

#[test]
fn a_route_has_one_guard() {
    let schemes = "components:\n  securitySchemes:\n    api_key: {type: apiKey, name: x-api-key, in: header}\n    \
                   iam: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}\n";
    let with = |security: &str| {
        let source = format!(
            "openapi: 3.0.3\n{schemes}paths:\n  /a:\n    get:\n      security: {security}\n      \
             x-amazon-apigateway-integration: {{type: aws_proxy, uri: '${{stageVariables.f}}'}}\n"
        );
        compile(&source).map(|api| api.routes[0].guard.clone()).map_err(|problems| problems[0].message.clone())
    };
    assert_eq!(with("[{api_key: []}, {api_key: []}]"), Ok(Guard::ApiKey));
    assert_eq!(with("[]"), Ok(Guard::Open));
    assert_eq!(with("[{}]"), Ok(Guard::Open));
    let both = Ok(Guard::WithKey(Box::new(Guard::Iam)));
    assert_eq!(with("[{api_key: []}, {iam: []}]"), both);
    assert_eq!(with("[{api_key: [], iam: []}]"), both);
    assert_eq!(with("[{}, {iam: []}]"), Err("{} beside iam makes it optional, which API Gateway has not".to_owned()));
}

#[test]
fn a_path_may_be_a_reference() {
    let item = "get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.f}'}}";
    let source = format!(
        "openapi: 3.1.0\ncomponents:\n  pathItems:\n    a: {{{item}}}\npaths:\n  /a/{{x}}: {{$ref: '#/components/pathItems/a', summary: x}}\n  \
         /b: {{$ref: '#/paths/~1a~1{{x}}'}}\n"
    );
    let api = compile(&source).unwrap_or_else(|problems| panic!("{}", show("source", &source, &problems)));
    assert_eq!(api.routes.iter().map(Route::key).collect::<Vec<_>>(), ["GET /a/{x}", "GET /b"]);
    assert_eq!(
        problems(&source.replace("summary: x", "get: {}")),
        [
            "6:46 \"get\" stands beside a $ref, where nothing else is read | write it where the $ref leads to, or leave it out"
        ]
    );
    let found = problems(&source.replace("pathItems/a'", "pathItems/b'"));
    assert!(found[0].starts_with("6:18 \"#/components/pathItems/b\" refers to nothing"), "{found:?}");
    // Where nobody else looks, extensions are not passed over either.
    let hidden = source
        .replace("components:\n  pathItems:", "x-mine:\n  paths:")
        .replace("components/pathItems", "x-mine/paths");
    let hidden = hidden.replace("{get: {", "{get: {x-amazon-apigateway-request-validator: all, ");
    let found = problems(&hidden);
    assert!(found.len() == 1 && found[0].starts_with("4:54 the request validator \"all\" is not"), "{found:?}");
}

#[test]
fn the_catch_all_of_an_http_api_is_written_as_exports_write_it() {
    let with = |path: &str, operation: &str| {
        problems(&format!(
            "openapi: 3.0.1\npaths:\n  {path}:\n    {operation}\n      \
             x-amazon-apigateway-integration: {{type: aws_proxy, uri: '${{stageVariables.f}}'}}\n"
        ))
    };
    let any = "x-amazon-apigateway-any-method:";
    assert_eq!(
        with("/$default", any),
        [
            "4:5 /$default catches all requests only where it says so | write isDefaultRoute: true in it, or another path"
        ]
    );
    assert_eq!(
        with("/$default", "get:"),
        ["4:5 the route $default takes every method, not GET alone | write x-amazon-apigateway-any-method"]
    );
    let elsewhere = with("/a", &format!("{any}\n      isDefaultRoute: true"));
    assert!(elsewhere[0].starts_with("5:23 only /$default is the default route"), "{elsewhere:?}");
    assert!(with("/a", &format!("{any}\n      isDefaultRoute: 7"))[0].starts_with("5:23 isDefaultRoute is \"7\""));
}

#[test]
fn swagger_2_0_and_openapi_3_1_are_read_as_well() {
    let swagger = r#"{
      "swagger": "2.0", "info": {"title": "Old"}, "host": "a", "basePath": "/dev", "schemes": ["https"],
      "securityDefinitions": {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
      "definitions": {"A": {"$ref": "https://apigateway.amazonaws.com/restapis/abc/models/B"}, "B": {"type": "object"}},
      "paths": {"/a": {"get": {"produces": ["application/json"], "security": [{"api_key": []}],
        "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": "f", "cacheKeyParameters": []}}}}
    }"#;
    let api = compile(swagger).unwrap_or_else(|problems| panic!("{}", show("swagger", swagger, &problems)));
    assert_eq!(api.routes[0].guard, Guard::ApiKey);
    let newer = GOOD.replace("openapi: 3.0.3", "openapi: 3.1.0\njsonSchemaDialect: x\nwebhooks: {}");
    assert_eq!(compile(&newer), compile(GOOD));
    assert!(problems("openapi: 4.0.0\npaths: {}\n")[0].starts_with("1:10 OpenAPI 4.0.0 is not supported"));
    assert!(problems("swagger: 1.2\npaths: {}\n")[0].starts_with("1:10 Swagger 1.2 is not supported"));
}

#[test]
fn an_integration_may_be_shared() {
    let source = "openapi: 3.0.1\ncomponents:\n  x-amazon-apigateway-integrations:\n    f: {type: aws_proxy, uri: f}\n\
                  paths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/f'}\n";
    assert!(matches!(compile(source).unwrap().routes[0].way, Way::Dispatched { .. }));
    let dangling = source.replace("integrations/f'", "integrations/g'");
    let found = problems(&dangling);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("8:47 \"#/components/x-amazon-apigateway-integrations/g\" refers to nothing"),
        "{found:?}"
    );
}

#[test]
fn what_aws_refuses_to_deploy_is_refused_here() {
    let integration = "x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.f}'}";
    let source = format!(
        "openapi: 3.0.1\npaths:\n  /a/{{id}}:\n    get:\n      parameters: [{{name: other, in: path}}]\n      {integration}\n"
    );
    assert_eq!(
        problems(&source),
        ["5:20 /a/{id} has no parameter \"other\" | name one of the path's {parameters}, or leave it out"]
    );
    let source = source.replace("other", "id");
    let with = |names: &[&str]| {
        let stage_variables = Some(names.iter().map(|name| (*name).to_owned()).collect());
        compile_with(&source, &Options { stage_variables, ..Options::default() })
            .map_err(|problems| problems[0].message.clone())
    };
    assert!(with(&["f"]).is_ok());
    assert_eq!(with(&["g"]), Err("the stage has no variable \"f\"".to_owned()));
    let pools: String = (0..10)
        .map(|n| {
            format!("    p{n}: {{type: oauth2, x-amazon-apigateway-authorizer: {{type: jwt, jwtConfiguration: {{issuer: 'https://i', audience: [a]}}}}}}\n")
        })
        .collect();
    let found = problems(&format!("openapi: 3.0.1\ncomponents:\n  securitySchemes:\n{pools}paths: {{}}\n"));
    assert_eq!(
        found,
        ["1:1 more than the 10 authorizers of an HTTP API | declare fewer authorizers; one is the API key's"]
    );
    let many: String = (0..300).map(|n| format!("  /p{n}:\n    get: {{{integration}}}\n")).collect();
    let found = problems(&format!("openapi: 3.0.1\npaths:\n{many}"));
    assert_eq!(
        found,
        [
            "3:3 300 operations are more than the 300 routes of an HTTP API | join operations under any-method or {proxy+}, or split the API"
        ]
    );
}

#[test]
fn a_template_is_not_taken_for_a_definition() {
    assert_eq!(
        problems("AWSTemplateFormatVersion: '2010-09-09'\nResources: {Api: {Type: AWS::Serverless::Api}}\n"),
        [
            "1:1 this is a template of CloudFormation, not a definition | give what stands under DefinitionBody, or Body, as a file of its own"
        ]
    );
    for unrendered in ["{\n  \"openapi\": \"3.0.1\", \"paths\": ${paths}\n}", "openapi: 3.0.1\n%{ for p in paths }\n"] {
        let found = problems(unrendered);
        assert!(found.len() == 1 && found[0].contains("| if this is a template, render it"), "{found:?}");
    }
}

#[test]
fn a_variable_of_a_template_is_not_told_to_the_managed_gateway_as_text() {
    let source = "openapi: 3.0.1\nx-amazon-apigateway-cors: {allowOrigins: ['${origin}']}\n\
                  tags: [{name: team, x-amazon-apigateway-tag-value: '${team}'}]\ncomponents:\n  securitySchemes:\n    \
                  pool: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {issuer: 'https://i/${pool}', audience: ['${a}']}}}\n\
                  paths: {}\n";
    let found: Vec<String> = problems(source);
    for (found, expected) in found.iter().zip([
        "2:43 the variable in allowOrigins, \"${origin}\", is not resolved here | write the value itself",
        "3:52 the variable in x-amazon-apigateway-tag-value",
        "6:97 the variable in issuer",
        "6:129 the variable in audience",
    ]) {
        assert!(found.starts_with(expected), "{found}");
    }
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn the_router_finds_the_default_route_where_no_other_path_is() {
    let any = "x-amazon-apigateway-any-method";
    let called = |uri: &str| format!("x-amazon-apigateway-integration: {{type: aws_proxy, uri: {uri}}}");
    let default = format!("  $default: {{{any}: {{isDefaultRoute: true, {}}}}}\n", called("rest"));
    let found = |paths: &str| {
        let api = compile(&format!("openapi: 3.0.1\npaths:\n{default}{paths}")).unwrap();
        let bytes = encode(&api).unwrap();
        let table = Table::decode(&bytes).unwrap();
        let key = |end: &RouteEnd| table.operation(end.operation).unwrap().route_key();
        [&table.routes.methods["ANY"], &table.routes.greedy["ANY"]].map(key)
    };
    assert_eq!(found(""), ["$default", "$default"]);
    assert_eq!(found(&format!("  /: {{{any}: {{{}}}}}\n", called("root"))), ["ANY /", "$default"]);
    assert_eq!(found(&format!("  /{{p+}}: {{{any}: {{{}}}}}\n", called("all"))), ["$default", "ANY /{p+}"]);
}

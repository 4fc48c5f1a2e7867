use std::collections::BTreeSet;

use crate::{Aggregate, Integration, Options, Table, Target, Way, compile, compile_with, encode};

/// A definition whose one operation has this aggregate, in line 5.
fn source(aggregate: &str) -> String {
    format!("openapi: 3.0.3\npaths:\n  /users/{{id}}:\n    get:\n      x-tollgate-aggregate: {aggregate}\n")
}

/// An integration with a server, called `name`, that takes `more` beside its uri.
fn server(name: &str, more: &str) -> String {
    format!("{{type: http_proxy, httpMethod: GET, uri: 'https://{name}.example/', timeoutInMillis: 5000{more}}}")
}

fn part(name: &str, more: &str) -> String {
    format!("{name}: {{integration: {}{more}}}", server(name, ""))
}

fn parts(parts: &[String]) -> String {
    format!("{{parts: {{{}}}}}", parts.join(", "))
}

fn read(aggregate: &str) -> Aggregate {
    let source = source(aggregate);
    let api = compile(&source).unwrap_or_else(|problems| panic!("{}", crate::show("api", &source, &problems)));
    let Way::Dispatched { operation, because } = &api.routes[0].way else { panic!("dispatched") };
    assert_eq!(because, "HTTP APIs do not aggregate");
    let Integration::Aggregate(aggregate) = &operation.integration else { panic!("an aggregate") };
    aggregate.clone()
}

/// The problems of the aggregate, without the line, which is 5.
fn check(aggregate: &str, expected: &[&str]) {
    let problems = compile(&source(aggregate)).expect_err(aggregate);
    let shown: Vec<String> = problems.iter().map(|p| format!("{} | {}", p.message, p.remedy)).collect();
    assert_eq!(shown, expected, "{aggregate}");
    assert!(problems.iter().all(|problem| problem.place.line == 5 && problem.place.column > 1), "{problems:?}");
}

#[test]
fn a_part_says_whether_it_is_required_and_from_which_status_on_it_fails() {
    let aggregate = read(&parts(&[part("user", ""), part("stock", ", required: false, failsFrom: 500")]));
    let shown: Vec<_> =
        aggregate.parts.iter().map(|p| (p.name.as_str(), p.required, p.fails_from, &*p.after)).collect();
    assert_eq!(shown, [("user", true, 400, &[][..]), ("stock", false, 500, &[][..])]);
    assert_eq!(aggregate.response, None);
}

#[test]
fn a_part_waits_for_what_it_names_and_for_what_it_reads() {
    let mapped = |source: &str| server("b", &format!(", requestParameters: {{{source}}}"));
    let template = |text: &str| {
        format!(
            "{{type: http, httpMethod: POST, uri: 'https://b.example/', timeoutInMillis: 5000, \
             requestTemplates: {{application/json: '{text}'}}, responses: {{default: {{statusCode: 200}}}}}}"
        )
    };
    for (integration, more, after) in [
        (server("b", ""), "", &[][..]),
        (server("b", ""), ", after: [a]", &[0]),
        (mapped("integration.request.querystring.id: context.aggregate.a.body.id"), "", &[0]),
        (mapped("'append:header.x-id': $context.aggregate.a.body.id"), "", &[0]),
        (mapped("'append:header.x-id': 'id-${context.aggregate.a.body.id}'"), ", after: [c, a]", &[2, 0]),
        (template(r#"{"a": $context.aggregate.a.body, "c": "$!{context.aggregate.c.status}"}"#), "", &[0, 2]),
    ] {
        let b = format!("b: {{integration: {integration}{more}}}");
        assert_eq!(read(&parts(&[part("a", ""), b, part("c", "")])).parts[1].after, after, "{integration}");
    }
}

#[test]
fn a_shared_integration_is_read_where_it_is() {
    let shared =
        server("orders", ", requestParameters: {integration.request.header.x: context.aggregate.user.body.id}");
    let source = source(&parts(&[
        part("user", ""),
        "orders: {integration: {$ref: '#/components/x-amazon-apigateway-integrations/orders'}}".to_owned(),
    ])) + &format!("components: {{x-amazon-apigateway-integrations: {{orders: {shared}}}}}\n");
    let api = compile(&source).unwrap();
    let Some(Integration::Aggregate(aggregate)) = api.operations().next().map(|operation| operation.integration) else {
        panic!("an aggregate")
    };
    assert_eq!(aggregate.parts[1].after, [0]);
}

#[test]
fn a_response_has_a_status_headers_and_templates() {
    let response = r#"{statusCode: "203", responseParameters: {method.response.header.x: context.aggregate.a.headers.etag}, responseTemplates: {application/json: '{"name": "$context.aggregate.b.body.name"}'}}"#;
    let aggregate = read(&format!("{{parts: {{{}, {}}}, response: {response}}}", part("a", ""), part("b", "")));
    let response = aggregate.response.unwrap();
    assert_eq!((response.response.status, response.response.headers.len(), response.reads), (203, 1, vec![0, 1]));
}

#[test]
fn a_wrong_aggregate_is_refused_with_what_to_write() {
    let example = "write {parts: {NAME: {integration: {…}}, …}}";
    check(
        "[]",
        &[
            "x-tollgate-aggregate is a list | write an object here",
            &format!("x-tollgate-aggregate has no parts | {example}"),
        ],
    );
    check("{}", &[&format!("x-tollgate-aggregate has no parts | {example}")]);
    check("{parts: {}}", &[&format!("an aggregate has 1 to 10 parts, and not 0 | {example}")]);
    let eleven: Vec<String> = (0..11).map(|number| part(&format!("p{number}"), "")).collect();
    check(&parts(&eleven), &[&format!("an aggregate has 1 to 10 parts, and not 11 | {example}")]);
    check(
        &format!("{{join: x, parts: {{{}}}}}", part("a", "")),
        &["\"join\" is not a property of x-tollgate-aggregate | write parts or response"],
    );
    check(
        &parts(&[part("a", ""), part("a", "")]),
        &["the key \"a\" is here a second time | write each key once; merge the two values"],
    );
    check(
        &parts(&["a: {}".to_owned()]),
        &[
            "the part a has no integration: nothing would be called | write integration: with a type and a uri, or with a $ref",
        ],
    );
    check(
        &parts(&["a: {integration: {type: lambda}}".to_owned()]),
        &[
            "the integration type is \"lambda\" | write aws_proxy (a Lambda function), http_proxy (a URL), aws, http or mock",
        ],
    );
    check(
        &parts(&[part("a", ", retries: 3, required: perhaps, failsFrom: 200")]),
        &[
            "\"retries\" is not a property of a part | write integration, required, after or failsFrom",
            "required is \"perhaps\" | write true or false",
            "failsFrom is \"200\" | write a whole number from 300 to 600",
        ],
    );
    check(
        &parts(&[part("errors", ""), part("a-b", "")]),
        &[
            "a part cannot be called errors: what failed stands under it | write another name",
            "\"a-b\" is not a name that templates can write | write letters, digits and _, a letter first, 64 at most",
        ],
    );
}

#[test]
fn a_part_that_is_not_there_is_named() {
    check(
        &parts(&[part("a", ", after: [c]"), part("b", ", after: a")]),
        &[
            "the aggregate has no part \"c\" | name a or b",
            "after is a text or number | write a list of names of parts here",
        ],
    );
    let reads = |text: &str| server("b", &format!(", requestParameters: {{integration.request.header.x: {text}}}"));
    for (text, problem) in [
        ("context.aggregate.users.status", "the aggregate has no part \"users\" | name user or b"),
        ("context.aggregate", "$context.aggregate stands here without the name of a part | name user or b"),
    ] {
        check(&parts(&[part("user", ""), format!("b: {{integration: {}}}", reads(text))]), &[problem]);
    }
    let response = "{statusCode: 200, responseTemplates: {application/json: '$context.aggregate.x.body $input.body'}}";
    check(
        &format!("{{parts: {{{}}}, response: {response}}}", part("a", "")),
        &["the aggregate has no part \"x\" | name a"],
    );
}

#[test]
fn a_circle_is_refused_and_named() {
    let remedy = "take one of them out of after, or what it reads out of its integration";
    for (all, circle) in [
        (vec![part("a", ", after: [a]")], "a → a"),
        (vec![part("a", ", after: [b]"), part("b", ", after: [a]")], "a → b → a"),
        (
            vec![
                part("z", ""),
                part("d", ", after: [c]"),
                part("a", ", after: [z, c]"),
                part("b", ", after: [a]"),
                part("c", ", after: [b]"),
            ],
            "c → b → a → c",
        ),
    ] {
        check(&parts(&all), &[&format!("these parts wait for each other in a circle: {circle} | {remedy}")]);
    }
}

#[test]
fn parts_in_a_row_end_before_api_gateway_stops_waiting() {
    let slow = |name: &str, ms: u32, more: &str| {
        format!("{name}: {{integration: {{type: http_proxy, uri: 'https://a.example/', timeoutInMillis: {ms}}}{more}}}")
    };
    read(&parts(&[slow("a", 29_000, ""), slow("b", 29_000, "")]));
    read(&parts(&[slow("a", 9_000, ""), slow("b", 20_000, ", after: [a]"), slow("c", 20_000, ", after: [a]")]));
    check(
        &parts(&[slow("a", 9_000, ""), slow("x", 1_000, ""), slow("b", 20_001, ", after: [x, a]")]),
        &[
            "a → b, one after the other, may take 29001 ms, and API Gateway waits 29000 ms | write timeoutInMillis in their integrations",
        ],
    );
}

#[test]
fn an_optional_part_that_nobody_reads_is_refused() {
    let with = |template: &str, more: &str| {
        let response = format!("{{statusCode: 200, responseTemplates: {{application/json: '{template}'}}}}");
        format!("{{parts: {{{}, {}}}, response: {response}}}", part("user", ""), part("stock", more))
    };
    check(
        &with("$input.path(\"$.user.name\")", ", required: false"),
        &[
            "nobody reads the answer of stock, and its failure changes nothing | read $input.path('$.stock') in the response, write required: true, or leave it out",
        ],
    );
    for template in ["$input.json(\"$\")", "$input.body", "$input.json(\"$.stock\")", "$context.aggregate.stock.status"]
    {
        assert_eq!(read(&with(template, ", required: false")).parts.len(), 2, "{template}");
    }
    assert_eq!(read(&with("$input.path(\"$.user.name\")", "")).parts.len(), 2);
}

#[test]
fn an_aggregate_goes_through_the_router_and_stands_alone() {
    let native = source(&parts(&[part("a", "")])) + "      x-tollgate-path: native\n";
    let problems = compile(&native).unwrap_err();
    assert_eq!(problems[0].message, "GET /users/{id} cannot take its way: HTTP APIs do not aggregate");
    let beside =
        source(&parts(&[part("a", "")])) + &format!("      x-amazon-apigateway-integration: {}\n", server("b", ""));
    let problems = compile(&beside).unwrap_err();
    assert_eq!(problems[0].message, "x-tollgate-aggregate stands beside x-amazon-apigateway-integration");
    let listener = "a: {integration: {type: http_proxy, connectionType: VPC_LINK, connectionId: l, uri: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/b/c'}}";
    let problems = compile(&source(&parts(&[listener.to_owned()]))).unwrap_err();
    assert!(problems[0].message.contains("the router has no URL to call a listener with"), "{problems:?}");
}

#[test]
fn the_stage_variables_of_all_parts_count() {
    let of = |name: &str| {
        format!("{name}: {{integration: {{type: http_proxy, uri: 'https://${{stageVariables.{name}}}/'}}}}")
    };
    let response = "{statusCode: 200, responseParameters: {method.response.header.x: stageVariables.c}}";
    let source = source(&format!("{{parts: {{{}, {}}}, response: {response}}}", of("a"), of("b")));
    let known = |names: &[&str]| Options {
        stage_variables: Some(names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>()),
        ..Options::default()
    };
    let api = compile_with(&source, &known(&["a", "b", "c"])).unwrap();
    assert_eq!(api.operations().next().unwrap().integration.stage_variables(), ["a", "b", "c"]);
    let problems = compile_with(&source, &known(&["a"])).unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the stage has no variable \"b\"", "the stage has no variable \"c\""]);
}

#[test]
fn a_table_keeps_aggregates_and_refuses_one_within_another() {
    let mut api = compile(&source(&parts(&[part("a", ""), part("b", ", after: [a]")]))).unwrap();
    let table = |api: &crate::Api| {
        let bytes = encode(api).unwrap();
        Table::decode(&bytes).unwrap().operation(0)
    };
    assert_eq!(table(&api).unwrap(), api.operations().next().unwrap());
    let Way::Dispatched { operation, .. } = &mut api.routes[0].way else { panic!("dispatched") };
    let inner = operation.integration.clone();
    let Integration::Aggregate(outer) = &mut operation.integration else { panic!("an aggregate") };
    outer.parts[0].integration = inner;
    assert_eq!(table(&api), Err(crate::TableError::Damaged));
    outer_is_readable_again();
}

/// A refused table leaves nothing behind that would have the next one refused.
fn outer_is_readable_again() {
    let api = compile(&source(&parts(&[part("a", "")]))).unwrap();
    let bytes = encode(&api).unwrap();
    assert_eq!(Table::decode(&bytes).unwrap().operation(0), Ok(api.operations().next().unwrap()));
}

/// Whether the JSON Schema of the docs takes this aggregate.
fn schema_accepts(aggregate: &crate::document::Node) -> bool {
    let schema = json::Document::parse(include_str!("../../../../docs/schemas/x-tollgate-aggregate.json")).unwrap();
    let model = models::Model::compile(schema.root(), &|_| None).unwrap();
    model.accepts(json::Document::parse(&aggregate.json().to_string()).unwrap().root())
}

#[test]
fn the_schema_takes_what_is_read_and_refuses_what_is_not() {
    let a = "a: {integration: {type: mock, responses: {default: {statusCode: 200}}}";
    let eleven: Vec<String> = (0..11).map(|number| format!("{}}}", a.replace("a:", &format!("a{number}:")))).collect();
    for (aggregate, is_right) in [
        (format!("{{parts: {{{a}}}}}}}"), true),
        (format!("{{parts: {{{a}, required: false, after: [], failsFrom: 600}}}}}}"), true),
        (format!("{{parts: {{{a}, failsFrom: '300'}}}}, response: {{statusCode: '200'}}}}"), true),
        (parts(&eleven[..10]), true),
        (parts(&eleven), false),
        ("{}".to_owned(), false),
        ("{parts: {}}".to_owned(), false),
        ("{parts: {a: {}}}".to_owned(), false),
        (format!("{{parts: {{{}}}}}}}", a.replace("a:", "errors:")), false),
        (format!("{{parts: {{{}}}}}}}", a.replace("a:", "a-b:")), false),
        (format!("{{parts: {{{a}, failsFrom: 299}}}}}}"), false),
        (format!("{{parts: {{{a}, failsFrom: 601}}}}}}"), false),
        (format!("{{parts: {{{a}, required: perhaps}}}}}}"), false),
        (format!("{{parts: {{{a}, after: a}}}}}}"), false),
        (format!("{{parts: {{{a}, retries: 1}}}}}}"), false),
        (format!("{{parts: {{{a}}}}}, response: {{}}}}"), false),
        (format!("{{parts: {{{a}}}}}, join: 1}}"), false),
    ] {
        let document =
            crate::Document::parse(&aggregate).unwrap_or_else(|problems| panic!("{aggregate}: {problems:?}"));
        assert_eq!(schema_accepts(&document.root), is_right, "{aggregate}");
        assert_eq!(compile(&source(&aggregate)).is_ok(), is_right, "{aggregate}");
    }
    let page = include_str!("../../../../docs/aggregation.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let document = crate::Document::parse(example).unwrap();
    assert!(schema_accepts(document.root.at_pointer("/paths/~1users~1{id}/get/x-tollgate-aggregate")));
}

#[test]
fn a_plan_counts_the_calls_that_follow_each_other() {
    let waits = |integration: &Integration| !matches!(integration, Integration::Mapped(mapped) if mapped.target == Target::Mock);
    let mock = "m: {integration: {type: mock, responses: {default: {statusCode: 200}}}, after: [c]}".to_owned();
    let abc = [part("a", ""), part("b", ", after: [a]"), part("c", ", after: [b]"), part("d", ""), mock];
    for (count, calls) in [(1, 1), (2, 2), (3, 3), (4, 3), (5, 3)] {
        assert_eq!(read(&parts(&abc[..count])).calls_in_a_row(waits), calls, "{count} parts");
    }
}

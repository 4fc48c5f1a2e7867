use std::{collections::BTreeMap, rc::Rc};

use definition::{Admits, Aggregate, AggregatePart, Integration, Limits, Operation, RestApi, Validation};
use serde_json::{Value, json};

use super::servers::{Clock, Servers, run, run_source};
use crate::{GatewayRequest, MAX_PAYLOAD_BYTES, exchange::Exchange, prepared::Prepared};

/// A part whose server is called like it.
fn part(name: &str, integration: &str, more: &str) -> String {
    format!(
        "{name}: {{integration: {{type: http_proxy, httpMethod: GET, uri: 'https://{name}.example/x', timeoutInMillis: 5000{integration}}}{more}}}"
    )
}

fn parts(parts: &[String]) -> String {
    format!("{{parts: {{{}}}}}", parts.join(", "))
}

fn says(name: &'static str, ms: u64, status: u16, body: &str) -> (&'static str, u64, u16, String) {
    (name, ms, status, body.to_owned())
}

const OPTIONAL: &str = ", required: false";

#[test]
fn parts_run_at_the_same_time_and_are_joined_in_the_order_of_the_document() {
    let all = [part("user", "", ""), part("orders", "", ""), part("stock", "", "")];
    let script = vec![
        says("user", 300, 200, r#"{"name": "Ann", "name2":1.10}"#),
        says("orders", 100, 201, " [1, 12345678901234567890123] "),
        says("stock", 200, 204, ""),
    ];
    let run = run(&parts(&all), script);
    assert_eq!(
        (run.status, run.body.as_str()),
        (200, r#"{"user":{"name": "Ann", "name2":1.10},"orders":[1, 12345678901234567890123],"stock":null}"#)
    );
    assert_eq!(run.ms, 300);
    assert_eq!(
        run.urls(),
        ["user", "orders", "stock"]
            .map(|name| (0, format!("https://{name}.example/x")))
            .each_ref()
            .map(|(at, url)| (*at, url.as_str()))
    );
    assert_eq!(run.outcome.response.headers.get("content-type"), Some("application/json"));
    assert_eq!(run.outcome.response.headers.get("etag"), None);
}

#[test]
fn ten_parts_take_as_long_as_the_slowest() {
    const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let script = NAMES.iter().zip(1..).map(|(name, step)| says(name, step * 100, 200, &step.to_string())).collect();
    let run = run(&parts(&NAMES.map(|name| part(name, "", ""))), script);
    assert_eq!((run.ms, run.calls.len()), (1000, 10));
    assert_eq!(run.body, r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10}"#);
}

#[test]
fn a_part_starts_as_soon_as_what_it_waits_for_is_there() {
    let reads = ", requestParameters: {integration.request.querystring.of: context.aggregate.user.body.ids.1}";
    let all = [
        part("orders", reads, ""),
        part("user", "", ""),
        part("slow", "", ""),
        part("last", "", ", after: [orders, user]"),
    ];
    let script = vec![
        says("user", 100, 200, r#"{"ids": [3, 4]}"#),
        says("orders", 50, 200, "1"),
        says("slow", 1000, 200, "2"),
        says("last", 10, 200, "3"),
    ];
    let run = run(&parts(&all), script);
    assert_eq!(
        run.urls(),
        [
            (0, "https://user.example/x"),
            (0, "https://slow.example/x"),
            (100, "https://orders.example/x?of=4"),
            (150, "https://last.example/x"),
        ]
    );
    assert_eq!((run.ms, run.json()["last"].clone()), (1000, json!(3)));
}

#[test]
fn a_template_of_a_part_reads_status_headers_and_body_of_an_earlier_one() {
    let template = r#"{"status": $context.aggregate.user.status, "etag": $context.aggregate.user.headers.etag, "name": "$context.aggregate.user.body.name", "tags": $context.aggregate.user.body.tags, "id": "$input.params("id")"}"#;
    let orders = format!(
        "orders: {{integration: {{type: http, httpMethod: POST, uri: 'https://orders.example/x', timeoutInMillis: 5000, \
         requestTemplates: {{application/json: '{template}'}}, responses: {{default: {{statusCode: 200}}}}}}}}"
    );
    let script =
        vec![says("user", 5, 200, r#"{"name": "Ann", "tags": ["a", {"b": 1}]}"#), says("orders", 5, 200, "[]")];
    let run = run(&parts(&[part("user", "", ""), orders]), script);
    let sent: Value = serde_json::from_slice(&run.calls[1].1.body).unwrap();
    assert_eq!(sent, json!({"status": 200, "etag": "user", "name": "Ann", "tags": ["a", {"b": 1}], "id": "7"}));
    assert_eq!(run.json(), json!({"user": {"name": "Ann", "tags": ["a", {"b": 1}]}, "orders": []}));
}

#[test]
fn a_body_that_is_no_json_is_text() {
    let all = [part("a", "", ""), part("b", "", "")];
    let run = run(&parts(&all), vec![says("a", 1, 200, "he said \"no\"\n"), says("b", 1, 200, "{broken")]);
    assert_eq!(run.json(), json!({"a": "he said \"no\"\n", "b": "{broken"}));
}

/// What an optional part's failure leaves: `null` and this entry under `errors`.
fn check_failure(more: &str, answer: (&'static str, u64, u16, String), entry: Option<Value>) {
    let shown = format!("{more} {answer:?}");
    let run =
        run(&parts(&[part("user", "", ""), part("stock", more, OPTIONAL)]), vec![says("user", 1, 200, "1"), answer]);
    assert_eq!((run.status, &run.outcome.refusal), (200, &None), "{shown}");
    match entry {
        Some(entry) => {
            assert_eq!(run.json(), json!({"user": 1, "stock": null, "errors": {"stock": entry}}), "{shown}");
            assert_eq!(run.failed(), ["stock"], "{shown}");
        }
        None => assert_eq!((run.json()["errors"].clone(), run.failed().len()), (Value::Null, 0), "{shown}"),
    }
}

#[test]
fn an_optional_part_that_fails_leaves_null_and_an_entry_under_errors() {
    let status =
        |status: u16| json!({"status": status, "message": format!("The integration answered with status {status}")});
    check_failure("", says("stock", 1, 399, "{}"), None);
    check_failure("", says("stock", 1, 400, r#"{"secret": 1}"#), Some(status(400)));
    check_failure("", says("stock", 1, 503, ""), Some(status(503)));
    check_failure("", says("stock", 5000, 200, "1"), None);
    let timeout = json!({"status": 504, "message": "Endpoint request timed out"});
    check_failure("", says("stock", 5001, 200, "1"), Some(timeout));
    let internal = json!({"status": 500, "message": "Internal server error"});
    check_failure("", says("stock", 1, 0, ""), Some(internal.clone()));
}

#[test]
fn a_part_says_from_which_status_on_it_fails() {
    let with = |from: u16, status: u16| {
        let all = [part("user", "", &format!(", failsFrom: {from}"))];
        run(&parts(&all), vec![says("user", 1, status, "\"body\"")])
    };
    for (from, status, whole) in [(500, 404, 200), (500, 500, 502), (300, 301, 502), (600, 599, 200)] {
        let run = with(from, status);
        assert_eq!(run.status, whole, "{from} {status}");
        assert_eq!(whole == 200, run.body == r#"{"user":"body"}"#, "{}", run.body);
    }
}

#[test]
fn a_required_parts_failure_is_the_whole_ones_and_ends_it_at_once() {
    let all = [part("user", "", ""), part("slow", "", ""), part("late", "", ", after: [user]")];
    for (answer, status, message, ms) in [
        (says("user", 50, 0, ""), 500, "Internal server error", 50),
        (says("user", 50, 404, "{}"), 502, "Internal server error", 50),
        (says("user", 9000, 200, "{}"), 504, "Endpoint request timed out", 5000),
    ] {
        let run = run(&parts(&all), vec![answer, says("slow", 4999, 200, "1"), says("late", 1, 200, "1")]);
        assert_eq!((run.status, run.json()), (status, json!({"message": message})));
        assert_eq!((run.ms.max(50), run.calls.len(), run.failed()), (ms, 2, vec!["user"]));
    }
}

#[test]
fn what_waits_for_a_failed_part_is_not_called() {
    let all = |last: &str| {
        parts(&[
            part("user", "", OPTIONAL),
            part("orders", "", ", after: [user], required: false"),
            part("last", "", &format!(", after: [orders]{last}")),
        ])
    };
    let script = || vec![says("user", 7, 503, "")];
    let run = run(&all(OPTIONAL), script());
    let errors = json!({
        "user": {"status": 503, "message": "The integration answered with status 503"},
        "orders": {"status": 424, "message": "Not called: user failed"},
        "last": {"status": 424, "message": "Not called: orders failed"},
    });
    assert_eq!(run.json(), json!({"user": null, "orders": null, "last": null, "errors": errors}));
    assert_eq!((run.calls.len(), run.failed()), (1, vec!["user"]));
    let run = self::run(&all(""), script());
    assert_eq!((run.status, run.failed()), (502, vec!["user"]));
    assert_eq!(run.outcome.refusal.unwrap().to_string(), "the part user answered with status 503");
}

#[test]
fn each_part_has_a_timeout_of_its_own() {
    let quick =
        "quick: {integration: {type: http_proxy, uri: 'https://quick.example/', timeoutInMillis: 50}, required: false}";
    let script = vec![says("quick", 60, 200, "1"), says("slow", 60, 200, "2")];
    let run = run(&parts(&[quick.to_owned(), part("slow", "", "")]), script);
    assert_eq!(
        (run.ms, run.json()["errors"]["quick"]["status"].clone(), run.json()["slow"].clone()),
        (60, json!(504), json!(2))
    );
}

#[test]
fn no_part_is_asked_for_less_than_a_whole_plain_answer() {
    let run = run(&parts(&[part("user", "", "")]), vec![says("user", 1, 200, "1")]);
    let headers = &run.calls[0].1.headers;
    assert_eq!(["accept-encoding", "if-none-match", "x-own"].map(|name| headers.get(name)), [None, None, Some("1")]);
}

#[test]
fn a_response_has_a_template_over_the_joined_answer() {
    let template = r#"#set($context.responseOverride.status = 206){"name": $input.json("$.user.name"), "stock": $context.aggregate.stock.status, "why": "$context.aggregate.stock.message", "errors": $input.json("$.errors.stock.status")}"#;
    let response = format!(
        "{{statusCode: 200, responseParameters: {{method.response.header.ETag: context.aggregate.user.headers.etag, method.response.header.X-Name: integration.response.body.user.name}}, responseTemplates: {{application/json: '{template}'}}}}"
    );
    let aggregate =
        format!("{{parts: {{{}, {}}}, response: {response}}}", part("user", "", ""), part("stock", "", OPTIONAL));
    let run = run(&aggregate, vec![says("user", 1, 200, r#"{"name": "A\"nn"}"#), says("stock", 1, 503, "")]);
    let body = json!({"name": "A\"nn", "stock": 503, "why": "The integration answered with status 503", "errors": 503});
    assert_eq!((run.status, run.json()), (206, body));
    let headers = ["etag", "x-name", "content-type"].map(|name| run.outcome.response.headers.get(name));
    assert_eq!(headers, [Some("\"user\""), Some("A\"nn"), Some("application/json")]);
}

#[test]
fn answers_that_are_together_too_large_are_refused() {
    let all = parts(&[part("a", "", ""), part("b", "", OPTIONAL), part("slow", "", OPTIONAL)]);
    let half = "1".repeat(MAX_PAYLOAD_BYTES / 2);
    let answers = |b: &str| vec![says("a", 1, 200, &half), says("b", 2, 200, b), says("slow", 3, 200, "")];
    let run_ = run(&all, answers(&format!("{half}11")));
    assert_eq!((run_.status, run_.ms), (502, 2));
    // What the join adds counts too.
    let run_ = run(&all, answers(&half));
    assert_eq!((run_.status, run_.ms), (502, 3));
    let run_ = run(&all, answers(half.get(100..).unwrap()));
    assert_eq!(run_.status, 200);
}

#[test]
fn parts_may_be_of_any_kind() {
    let mock = "mock: {integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, responses: {default: {statusCode: 200, responseTemplates: {application/json: '{\"id\": \"$input.params(\"id\")\"}'}}}}}";
    let function = "function: {integration: {type: aws_proxy, uri: 'arn:aws:lambda:us-east-1:123456789012:function:f', payloadFormatVersion: '2.0'}}";
    let queue = "queue: {integration: {type: aws_proxy, integrationSubtype: SQS-SendMessage, credentials: 'arn:aws:iam::123456789012:role/r', requestParameters: {QueueUrl: u, MessageBody: $request.path.id}}, required: false}";
    let run = run(&parts(&[mock.to_owned(), function.to_owned(), queue.to_owned()]), Vec::new());
    let body = run.json();
    assert_eq!(body["mock"], json!({"id": "7"}));
    assert_eq!(
        (&body["function"]["rawPath"], &body["function"]["routeKey"]),
        (&json!("/users/7"), &json!("ANY /users/{id}"))
    );
    assert_eq!(body["errors"]["queue"], json!({"status": 500, "message": "Internal server error"}));
}

/// The code blocks of `docs/aggregation.md` in that language.
fn examples(language: &str) -> Vec<&'static str> {
    let page = include_str!("../../../../docs/aggregation.md");
    let start = format!("```{language}\n");
    page.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_page_shows_what_is_answered() {
    let [definition, response] = examples("yaml")[..] else { panic!("two definitions") };
    let [joined, mapped] = examples("json")[..] else { panic!("two answers") };
    let script = || {
        vec![
            says("users", 100, 200, r#"{"name": "Ann", "customerId": "c-7"}"#),
            says("orders", 100, 200, r#"[{"id": 1, "total": 12.50}]"#),
            says("stock", 301, 200, "1"),
        ]
    };
    let plain = run_source(definition, script());
    assert_eq!((plain.status, plain.json()), (200, serde_json::from_str(joined).unwrap()));
    assert_eq!((plain.urls()[2], plain.ms), ((100, "https://orders.example/orders?customer=c-7"), 300));
    let with_response = run_source(&format!("{definition}{response}"), script());
    assert_eq!(with_response.json(), serde_json::from_str::<Value>(mapped).unwrap());
    assert_eq!((with_response.status, with_response.outcome.response.headers.get("etag")), (200, Some("\"users\"")));
}

#[test]
fn a_request_that_no_template_of_a_part_takes_is_that_parts_failure() {
    let xml = "stock: {integration: {type: mock, passthroughBehavior: never, requestTemplates: {text/xml: x}, responses: {default: {statusCode: 200}}}, required: false}";
    let run = run(&parts(&[xml.to_owned()]), Vec::new());
    let entry = json!({"status": 415, "message": "Unsupported Media Type"});
    assert_eq!(run.json(), json!({"stock": null, "errors": {"stock": entry}}));
}

#[test]
fn a_table_whose_parts_wait_for_each_other_ends_all_the_same() {
    for after in [vec![0], vec![9]] {
        let faulty = Integration::Faulty(String::new());
        let part = AggregatePart { name: "a".to_owned(), integration: faulty, required: false, after, fails_from: 400 };
        let aggregate = Aggregate { parts: vec![part], response: None };
        let prepared = Prepared::new(Operation {
            path: "/a".to_owned(),
            method: "GET".to_owned(),
            admits: Admits::default(),
            limits: Limits::default(),
            validation: Validation::default(),
            integration: Integration::Aggregate(aggregate.clone()),
        });
        let (request, parameters, rest_api) = (GatewayRequest::default(), BTreeMap::new(), RestApi::default());
        let exchange = Exchange::new(&request, (&prepared.operation, &parameters), None, &rest_api);
        let clock = Rc::new(Clock::default());
        let servers = Servers { clock: Rc::clone(&clock), script: Vec::new(), calls: Rc::default() };
        let answer = clock.run(super::answer(&aggregate, &exchange, &prepared, &servers, &mut Vec::new()));
        let expected = "the integration is misconfigured: the parts of the aggregate wait for each other";
        assert_eq!(answer.unwrap_err().to_string(), expected);
    }
}

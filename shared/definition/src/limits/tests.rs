use super::*;
use crate::{Api, Way, compile};

const FUNCTION: &str =
    "x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.f}', payloadFormatVersion: '2.0'}";

fn source(top: &str, operation: &str) -> String {
    format!(
        "openapi: 3.0.3\n{top}\ncomponents:\n  securitySchemes:\n    key: {{type: apiKey, name: x-api-key, in: header}}\n\
         paths:\n  /a:\n    get:\n      {operation}\n      {FUNCTION}\n"
    )
}

fn read(top: &str, operation: &str) -> Api {
    compile(&source(top, operation)).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn refused(top: &str, operation: &str) -> Vec<String> {
    let problems = compile(&source(top, operation)).expect_err("problems");
    problems.iter().map(|problem| format!("{} | {}", problem.message, problem.remedy)).collect()
}

fn limits(api: &Api) -> Limits {
    api.operations().next().expect("an operation").limits
}

fn because(top: &str, operation: &str) -> Option<String> {
    match read(top, operation).routes.remove(0).way {
        Way::Dispatched { because, .. } => Some(because),
        Way::Native(_) => None,
    }
}

#[test]
fn a_throttle_and_units_reach_the_router() {
    let api =
        read("", "security: [{key: []}]\n      x-tollgate-throttle: {rate: 2.5, burst: 5}\n      x-tollgate-units: 3");
    let throttle = Throttle { rate_limit: Rate { milli: 2_500 }, burst_limit: 5 };
    assert_eq!(limits(&api), Limits { throttle: Some(throttle), units: Some(3) });
    // By whichever door its request comes, a native operation keeps its throttle.
    let api = read("", "x-tollgate-throttle: {rate: 10, burst: 20}");
    assert!(matches!(api.routes[0].way, Way::Native(_)));
    let throttle = Throttle { rate_limit: Rate::per_second(10), burst_limit: 20 };
    assert_eq!((limits(&api).throttle, api.routes[0].throttle), (Some(throttle), Some(throttle)));
}

#[test]
fn the_stage_keeps_shares_of_its_throttle_for_higher_plans() {
    let api = read("x-tollgate-throttle: {rate: 100, burst: 200, reserved: {5: 40, '9': 10}}", "summary: A");
    let throttle = Throttle { rate_limit: Rate::per_second(100), burst_limit: 200 };
    assert_eq!(api.rest_api.throttle, Some(StageThrottle { throttle, reserved: vec![(5, 40), (9, 10)] }));
}

#[test]
fn what_is_counted_goes_through_the_router() {
    let key = "security: [{key: []}]";
    assert_eq!(because("", "summary: A"), None);
    assert_eq!(because("", key).as_deref(), Some("HTTP APIs have no usage plans, which hold an API key's calls"));
    assert_eq!(because("", &format!("{key}\n      x-tollgate-path: native")), None, "who says so goes uncounted");
    let stage = "x-tollgate-throttle: {rate: 1, burst: 1}";
    assert_eq!(because(stage, "summary: A").as_deref(), Some("only the router counts what goes to the whole stage"));
    for (top, operation) in [(stage, ""), ("", "security: [{key: []}]\n      x-tollgate-units: 2\n      ")] {
        let problems = refused(top, &format!("{operation}x-tollgate-path: native"));
        assert!(problems[0].starts_with("GET /a cannot take its way: "), "{problems:?}");
    }
}

#[test]
fn what_is_no_limit_is_refused_with_what_to_write() {
    const WRITE: &str = "write {rate: 10, burst: 20}, in requests a second and requests at once";
    let check = |top: &str, operation: &str, expected: &[&str]| assert_eq!(refused(top, operation), expected);
    check("", "x-tollgate-throttle: {rate: 1}", &[&format!("x-tollgate-throttle has no burst | {WRITE}")]);
    check("", "x-tollgate-throttle: 5", &["x-tollgate-throttle is a text or number | write an object here"]);
    for rate in ["0", "-1", "fast", "1e99", "NaN", "0.0001"] {
        let expected = format!("rate is \"{rate}\" | write a number from 0.001 to 1000000, in requests a second");
        check("", &format!("x-tollgate-throttle: {{rate: {rate}, burst: 1}}"), &[&expected]);
    }
    check(
        "",
        "x-tollgate-throttle: {rate: 1, burst: 0, reserved: {5: 1}}",
        &[
            "burst is \"0\" | write a whole number from 1 to 1000000000",
            "\"reserved\" is not a property of a throttle | leave it out",
        ],
    );
    check(
        "x-tollgate-throttle: {rate: 1, burst: 1, reserved: {0: 1, 5: 100, 6: 60, 7: 40}}",
        "summary: A",
        &[
            "100 hundredths of the burst are reserved, and none is left for plans of priority 0 | keep less than 100 in all",
            "\"0\" is not a priority that something can be kept for | write a priority from 1 to 9",
            "a reserved share is \"100\" | write a whole number from 1 to 99",
        ],
    );
    check(
        "",
        "x-tollgate-units: 2",
        &["x-tollgate-units is what a call costs of an API key's quota, and the operation asks for no API key | \
           write security: with the API key's scheme, or leave it out"],
    );
    check(
        "",
        "security: [{key: []}]\n      x-tollgate-units: -1",
        &["x-tollgate-units is \"-1\" | write a whole number from 0 to 1000000"],
    );
}

#[test]
fn fields_about_the_plan_are_sent_unless_the_document_says_no() {
    for (top, hidden) in
        [("", false), ("x-tollgate-rate-limit-fields: true", false), ("x-tollgate-rate-limit-fields: false", true)]
    {
        assert_eq!(read(top, "summary: A").rest_api.hides_rate_limit_fields, hidden, "{top}");
    }
}

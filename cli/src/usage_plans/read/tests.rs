use super::*;

fn problems(source: &str) -> Vec<String> {
    let problems = read(source).expect_err("problems");
    problems.iter().map(|p| format!("{}:{} {}", p.place.line, p.place.column, p.message)).collect()
}

#[test]
fn what_aws_writes_is_read() {
    let exported = r#"{"items": [{"id": "c7y23b", "name": "Gold", "apiStages": [{"apiId": "a1", "stage": "prod",
        "throttle": {"/pets/GET": {"burstLimit": 5, "rateLimit": 2.5}}}], "throttle": {"burstLimit": 200, "rateLimit": 100.0},
        "quota": {"limit": 1000, "offset": 0, "period": "MONTH"}, "productCode": "x", "tags": {"a": "b"}}]}"#;
    let plans = read(exported).unwrap();
    let plan = &plans[0].plan;
    assert_eq!((plan.id.as_str(), plan.name.as_str()), ("c7y23b", "Gold"));
    assert_eq!(plan.quota, Some(Quota { limit: 1000, offset: 0, period: PeriodType::Month }));
    let own = plan.method_throttle("a1", "prod", "/pets", "GET").unwrap();
    assert_eq!(*own, Throttle { rate_limit: Rate { milli: 2500 }, burst_limit: 5 });
}

#[test]
fn every_problem_is_named_with_its_line() {
    let source = "usagePlans:\n  - id: gold plan\n    qouta: {limit: 1}\n    throttle: {rateLimit: fast, burstLimit: -1}\n  \
                  - id: b\n    quota: {limit: 10, period: YEAR}\n    priority: 10\n    apiStages: [{stage: prod}]\n  - id: b\n";
    let expected = [
        "2:9 a plan's id is \"gold plan\"",
        "3:5 a usage plan has no qouta",
        "4:27 rateLimit is no rate",
        "4:45 burstLimit is no such number",
        "6:32 period is \"YEAR\"",
        "7:15 priority is no such number",
        "8:17 apiId is missing",
        "9:5 the plan b stands here a second time",
    ];
    assert_eq!(problems(source), expected);
}

#[test]
fn what_is_no_list_of_plans_is_refused() {
    assert_eq!(problems("usagePlans: 3"), ["1:13 there is no list of usage plans"]);
    assert_eq!(problems(""), ["1:1 the document is empty"]);
    assert_eq!(problems("a: *b"), problems("a: *b"));
    assert_eq!(problems(&format!("{}1", "[".repeat(101))), ["1:101 values are nested more than 100 deep here"]);
    assert_eq!(problems("- id: !Ref Plan")[..1], ["1:7 CloudFormation's !Ref is not resolved here"]);
    assert_eq!(problems("- 5"), ["1:3 a usage plan is no object", "1:3 a plan's id is \"\""]);
}

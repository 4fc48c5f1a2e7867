//! Documents that are no policies, and where that is.

use serde_json::{Value, json};

use super::{Policy, allow};

/// The places and messages of all problems.
fn check(document: Value, expected: &[&str]) {
    let problems = Policy::parse(&document).err().unwrap_or_default();
    let shown: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.pointer, problem.message)).collect();
    assert_eq!(shown, expected, "{document}");
    assert!(problems.iter().all(|problem| !problem.remedy.is_empty()), "{document}");
}

fn check_with(field: &str, value: Value, expected: &[&str]) {
    let mut statement = allow("*");
    match value {
        Value::Null => drop(statement.as_object_mut().unwrap().remove(field)),
        value => statement[field] = value,
    }
    check(json!({"Version": "2012-10-17", "Statement": [statement]}), expected);
}

#[test]
fn a_document_is_an_object_with_statements() {
    check(json!("*"), &[": the policy is not an object"]);
    check(json!({}), &[": the policy has no Statement"]);
    check(json!({"Statement": []}), &["/Statement: the policy has no statement"]);
    check(json!({"Statement": "all"}), &["/Statement: the statement is not an object"]);
    check(json!({"Statement": [allow("*"), 7]}), &["/Statement/1: the statement is not an object"]);
    check(json!({"Version": "2012", "Statement": allow("*")}), &["/Version: the policy has an unknown version"]);
    check(json!({"Version": null, "Statement": allow("*")}), &["/Version: the policy has an unknown version"]);
    check(json!({"statement": [], "Statement": allow("*")}), &["/statement: policies have no \"statement\""]);
    check(json!({"Version": "2008-10-17", "Id": "x", "Statement": allow("*")}), &[]);
}

#[test]
fn a_statement_says_what_whose_and_which() {
    let at = "/Statement/0";
    check_with("Effect", Value::Null, &[&format!("{at}: the statement has no Effect")]);
    check_with("Effect", json!("allow"), &[&format!("{at}/Effect: the effect is neither Allow nor Deny")]);
    check_with("Action", Value::Null, &[&format!("{at}: the statement has no Action")]);
    check_with("NotAction", json!("*"), &[&format!("{at}: the statement has both Action and NotAction")]);
    check_with("Action", json!("Invoke"), &[&format!("{at}/Action: the action \"Invoke\" names no service")]);
    check_with("Action", json!("s3:Get*"), &[&format!("{at}/Action: the action \"s3:Get*\" is not one of an API")]);
    check_with("Action", json!([1, "*"]), &[&format!("{at}/Action/0: the Action is not a text")]);
    check_with("Action", json!([]), &[&format!("{at}/Action: the list of Action is empty")]);
    check_with("Resource", Value::Null, &[&format!("{at}: the statement has no Resource")]);
    check_with("Resource", json!("/dev/*"), &[&format!("{at}/Resource: the resource \"/dev/*\" is not an ARN")]);
    check_with("Sid", json!("any"), &[]);
    check_with("Principals", json!("*"), &[&format!("{at}/Principals: policies have no \"Principals\"")]);
}

#[test]
fn a_resource_names_a_method_of_an_api() {
    for (resource, expected) in [
        ("execute-api:dev/GET", "the resource \"execute-api:dev/GET\" has no / behind execute-api:"),
        ("arn:aws:execute-api:us-east-1", "the ARN \"arn:aws:execute-api:us-east-1\" has 4 of its six parts"),
        ("execute-api:/${aws:SourceIp", "the variable has no closing }"),
        ("execute-api:/${}", "the variable names no condition key"),
        ("execute-api:/${aws:x, none}", "the variable's default is not in single quotes"),
        (
            "arn:aws:execute-api:${aws:x}:1:a/*",
            "\"arn:aws:execute-api:${aws:x}:1:a/*\" has a variable before its fifth colon",
        ),
    ] {
        check_with("Resource", json!(["*", resource]), &[&format!("/Statement/0/Resource/1: {expected}")]);
    }
}

#[test]
fn a_resource_policy_names_callers_and_a_callers_does_not() {
    let exactly = "/Statement/0: the statement has not exactly one of Principal and NotPrincipal";
    check_with("Principal", Value::Null, &[exactly]);
    check_with("NotPrincipal", json!("*"), &[exactly]);
    check_with("Principal", json!("all"), &["/Statement/0/Principal: this is no principal"]);
    check_with("Principal", json!({}), &["/Statement/0/Principal: this is no principal"]);
    check_with("Principal", json!({"aws": "*"}), &["/Statement/0/Principal/aws: \"aws\" is no kind of principal"]);
    check_with("Principal", json!({"AWS": [1]}), &["/Statement/0/Principal/AWS/0: the principal is not a text"]);
    let others = json!({"Effect": "Allow", "NotPrincipal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"});
    let message = "/Statement/0/NotPrincipal: NotPrincipal with Allow would let in everybody else, known or not";
    check(json!({"Statement": [others]}), &[message]);

    let mut own = allow("*");
    let named = Policy::parse_of_caller(&json!({"Statement": own.clone()})).unwrap_err();
    assert_eq!(named[0].message, "a policy of the caller names principals");
    own.as_object_mut().unwrap().remove("Principal");
    assert!(Policy::parse_of_caller(&json!({"Statement": own})).is_ok());
}

#[test]
fn a_condition_is_told_by_its_operator_and_key() {
    let at = "/Statement/0/Condition";
    for (condition, expected) in [
        (json!([]), format!("{at}: the condition is not an object")),
        (json!({"Bool": true}), format!("{at}/Bool: the operator's keys is not an object")),
        (
            json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/33"}}),
            format!("{at}/IpAddress/aws:SourceIp: \"192.0.2.0/33\" is no range of addresses"),
        ),
        (
            json!({"IpAddress": {"aws:SourceIp": ["::/+4"]}}),
            format!("{at}/IpAddress/aws:SourceIp/0: \"::/+4\" is no range of addresses"),
        ),
        (
            json!({"StringIs": {"aws:a": "b"}}),
            format!("{at}/StringIs: there is no condition operator \"StringIs\" for calls to an API"),
        ),
        (
            json!({"NullIfExists": {"aws:a": "true"}}),
            format!("{at}/NullIfExists: there is no condition operator \"NullIfExists\" for calls to an API"),
        ),
        (
            json!({"ForSome:Bool": {"aws:a": "true"}}),
            format!("{at}/ForSome:Bool: there is no condition operator \"ForSome:Bool\" for calls to an API"),
        ),
        (
            json!({"BinaryEquals": {"aws:a": "eA=="}}),
            format!("{at}/BinaryEquals: there is no condition operator \"BinaryEquals\" for calls to an API"),
        ),
        (
            json!({"StringEquals": {"SourceIp": "b"}}),
            format!("{at}/StringEquals/SourceIp: \"SourceIp\" is no condition key"),
        ),
        (
            json!({"StringEquals": {"aws:PrincipalTag/a~b": null}}),
            format!("{at}/StringEquals/aws:PrincipalTag~1a~0b: this is no condition's value"),
        ),
        (
            json!({"StringEquals": {"aws:a": []}}),
            format!("{at}/StringEquals/aws:a: the condition compares with nothing"),
        ),
        (json!({"Bool": {"aws:a": "yes"}}), format!("{at}/Bool/aws:a: \"yes\" is neither true nor false")),
        (json!({"DateLessThan": {"aws:a": "soon"}}), format!("{at}/DateLessThan/aws:a: \"soon\" is no date")),
        (json!({"NumericLessThan": {"aws:a": "NaN"}}), format!("{at}/NumericLessThan/aws:a: \"NaN\" is no number")),
    ] {
        check_with("Condition", condition, &[&expected]);
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let document = json!({"Version": "1", "Statement": [{"Effect": "Maybe", "Action": "x", "Resource": "y", "Condition": {"Z": {}}}]});
    assert_eq!(Policy::parse(&document).unwrap_err().len(), 6);
}

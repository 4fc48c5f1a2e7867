//! Each condition operator, with its qualifiers.

use serde_json::{Value, json};

use super::{API, Decision, Policy, PolicyRequest, policy};

/// 2026-07-31T23:59:59Z.
const NOW_MS: u64 = 1_785_542_399_000;

/// Whether `condition` holds of a request with these keys.
fn check(condition: Value, keys: &[(&str, &str)], holds: bool) {
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
    let mut request = PolicyRequest::new(API, NOW_MS);
    for (key, value) in keys {
        request = request.with(*key, *value);
    }
    assert_eq!(policy(json!(statement)).decide(&request) == Decision::Allow, holds, "{condition} of {keys:?}");
}

#[test]
fn addresses_are_compared_by_their_range() {
    for (range, address, holds) in [
        ("192.0.2.0/24", "192.0.2.44", true),
        ("192.0.2.0/24", "192.0.3.44", false),
        ("192.0.2.77/24", "192.0.2.44", true),
        ("192.0.2.44", "192.0.2.44", true),
        ("192.0.2.44", "192.0.2.45", false),
        ("203.0.113.0/28", "203.0.113.15", true),
        ("203.0.113.0/28", "203.0.113.16", false),
        ("0.0.0.0/0", "203.0.113.16", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:DB8:1234:5678::/64", "2001:db8:1234:5678::9", true),
        ("2001:db8:1234:5678::/64", "2001:db8:1234:5679::9", false),
        ("2001:db8::1", "2001:db8:0::1", true),
        ("::/0", "2001:db8::1", true),
        ("::/0", "192.0.2.44", false),
        ("192.0.2.0/24", "::ffff:192.0.2.44", true),
        ("192.0.2.0/24", "192.0.2.44:80", false),
        ("192.0.2.0/24", "", false),
        ("192.0.2.0/24", "unknown", false),
    ] {
        check(json!({"IpAddress": {"aws:SourceIp": range}}), &[("aws:SourceIp", address)], holds);
        check(json!({"NotIpAddress": {"aws:SourceIp": [range]}}), &[("aws:SourceIp", address)], !holds);
    }
    let both = json!({"IpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8", "fd00::/8"]}});
    check(both.clone(), &[("aws:VpcSourceIp", "fd12::1")], true);
    check(both, &[("aws:VpcSourceIp", "11.0.0.1")], false);
}

#[test]
fn texts_are_compared_whole_with_wildcards_or_without_case() {
    for (operator, pattern, value, holds) in [
        ("StringEquals", "vpc-1", "vpc-1", true),
        ("StringEquals", "vpc-1", "VPC-1", false),
        ("StringEquals", "vpc-*", "vpc-1", false),
        ("StringEquals", "vpc-*", "vpc-*", true),
        ("StringNotEquals", "vpc-1", "vpc-2", true),
        ("StringNotEquals", "vpc-1", "vpc-1", false),
        ("StringLike", "vpc-*", "vpc-1", true),
        ("StringLike", "vpc-?", "vpc-12", false),
        ("StringLike", "vpc-${*}", "vpc-1", false),
        ("StringLike", "vpc-${*}", "vpc-*", true),
        ("StringNotLike", "vpc-*", "vpc-1", false),
        ("StringEqualsIgnoreCase", "Ünit", "ÜNIT", true),
        ("StringNotEqualsIgnoreCase", "Ünit", "ÜNIT", false),
    ] {
        check(json!({operator: {"aws:SourceVpc": pattern}}), &[("aws:SourceVpc", value)], holds);
    }
}

#[test]
fn several_values_are_alternatives_and_several_keys_are_not() {
    let vpcs = json!({"StringEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}});
    check(vpcs.clone(), &[("aws:SourceVpc", "vpc-2")], true);
    check(vpcs, &[("aws:SourceVpc", "vpc-3")], false);
    let neither = json!({"StringNotEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}});
    check(neither.clone(), &[("aws:SourceVpc", "vpc-2")], false);
    check(neither, &[("aws:SourceVpc", "vpc-3")], true);
    let both = json!({"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1"}, "Bool": {"aws:SecureTransport": true}});
    let keys = [("aws:SourceVpc", "vpc-1"), ("aws:SourceVpce", "vpce-1"), ("aws:SecureTransport", "true")];
    check(both.clone(), &keys, true);
    check(both, &keys[..2], false);
}

#[test]
fn the_names_of_keys_have_no_case() {
    check(json!({"StringEquals": {"AWS:sourcevpc": "vpc-1"}}), &[("aws:SourceVpc", "vpc-1")], true);
}

#[test]
fn arns_are_compared_part_by_part() {
    for (operator, pattern, value, holds) in [
        ("ArnEquals", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:role/Deployer", true),
        ("ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::1:2:role/x", false),
        ("StringLike", "arn:aws:iam::*:role/*", "arn:aws:iam::1:2:role/x", true),
        ("ArnLike", "arn:aws:iam::*:role/*", "no arn", false),
        ("ArnLike", "*", "arn:aws:iam::1:role/x", true),
        ("ArnNotLike", "arn:aws:iam::*:role/*", "arn:aws:iam::1:user/x", true),
        ("ArnNotEquals", "arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x", false),
        ("ArnLike", "arn:aws:iam::1:role/${aws:SourceVpc}", "arn:aws:iam::1:role/vpc-1", true),
    ] {
        let keys = [("aws:PrincipalArn", value), ("aws:SourceVpc", "vpc-1")];
        check(json!({operator: {"aws:PrincipalArn": pattern}}), &keys, holds);
    }
}

#[test]
fn the_time_of_the_request_is_a_date_and_a_number() {
    for (operator, key, value, holds) in [
        ("DateGreaterThan", "aws:CurrentTime", json!("2026-07-31T23:59:58Z"), true),
        ("DateGreaterThan", "aws:CurrentTime", json!("2026-07-31T23:59:59Z"), false),
        ("DateGreaterThanEquals", "aws:CurrentTime", json!("2026-07-31T23:59:59Z"), true),
        ("DateLessThan", "aws:CurrentTime", json!("2026-08-01"), true),
        ("DateLessThanEquals", "aws:CurrentTime", json!("2026-08-01T01:59:59+02:00"), true),
        ("DateEquals", "aws:CurrentTime", json!(1_785_542_399), true),
        ("DateNotEquals", "aws:CurrentTime", json!("2026"), true),
        ("DateGreaterThan", "aws:EpochTime", json!("2026-07-01"), true),
        ("NumericEquals", "aws:EpochTime", json!(1_785_542_399), true),
        ("NumericLessThan", "aws:EpochTime", json!("1785542399"), false),
        ("NumericLessThanEquals", "aws:EpochTime", json!("1785542399.5"), true),
        ("NumericGreaterThanEquals", "aws:EpochTime", json!([1_985_542_399, 1]), true),
        ("NumericGreaterThan", "aws:EpochTime", json!(-1), true),
        ("NumericNotEquals", "aws:EpochTime", json!([1, 1_785_542_399]), false),
    ] {
        check(json!({operator: {key: value}}), &[], holds);
    }
}

#[test]
fn booleans_are_compared_whatever_their_form() {
    for (value, own, holds) in [
        (json!(true), "true", true),
        (json!("true"), "TRUE", true),
        (json!("false"), "true", false),
        (json!(["true", "false"]), "false", true),
        (json!("false"), "no", false),
    ] {
        check(json!({"Bool": {"aws:SecureTransport": value}}), &[("aws:SecureTransport", own)], holds);
    }
}

#[test]
fn an_absent_key_passes_only_what_says_so() {
    for (operator, value, holds) in [
        ("StringEquals", "x", false),
        ("StringEqualsIfExists", "x", true),
        ("StringNotEquals", "x", true),
        ("StringNotEqualsIfExists", "x", true),
        ("IpAddress", "192.0.2.0/24", false),
        ("NotIpAddress", "192.0.2.0/24", true),
        ("IpAddressIfExists", "192.0.2.0/24", true),
        ("DateLessThan", "2026", false),
        ("NumericNotEquals", "1", true),
        ("Bool", "false", false),
        ("BoolIfExists", "false", true),
        ("ArnNotLike", "arn:aws:iam::1:role/x", true),
        ("Null", "true", true),
        ("Null", "false", false),
        ("ForAnyValue:StringEquals", "x", false),
        ("ForAnyValue:StringNotEquals", "x", false),
        ("ForAllValues:StringEquals", "x", true),
        ("ForAnyValue:StringEqualsIfExists", "x", true),
    ] {
        check(json!({operator: {"aws:PrincipalOrgID": value}}), &[], holds);
    }
    check(json!({"Null": {"aws:PrincipalOrgID": "true"}}), &[("aws:PrincipalOrgID", "o-1")], false);
    check(json!({"Null": {"aws:PrincipalOrgID": false}}), &[("aws:PrincipalOrgID", "o-1")], true);
    check(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-2"}}), &[("aws:PrincipalOrgID", "o-1")], false);
}

#[test]
fn sets_of_values_are_compared_by_any_or_by_all() {
    let paths = [("aws:PrincipalOrgPaths", "o-1/ou-a"), ("aws:PrincipalOrgPaths", "o-1/ou-b")];
    for (operator, values, holds) in [
        ("ForAnyValue:StringLike", json!(["o-1/ou-a*"]), true),
        ("ForAnyValue:StringLike", json!(["o-2/*"]), false),
        ("ForAllValues:StringLike", json!(["o-1/ou-a*"]), false),
        ("ForAllValues:StringLike", json!(["o-1/*"]), true),
        ("ForAllValues:StringNotLike", json!(["o-1/ou-a*"]), false),
        ("ForAllValues:StringNotLike", json!(["o-2/*"]), true),
        ("ForAnyValue:StringNotLike", json!(["o-1/ou-a*"]), true),
        ("ForAnyValue:StringNotLike", json!(["o-1/*"]), false),
    ] {
        check(json!({operator: {"aws:PrincipalOrgPaths": values}}), &paths, holds);
    }
    let empty = [("aws:PrincipalOrgPaths", "")];
    check(json!({"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "x"}}), &empty, true);
    check(json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*"}}), &empty, false);
}

#[test]
fn variables_stand_for_the_requests_own_values() {
    for (pattern, keys, holds) in [
        ("${aws:SourceIp}", &[("aws:UserAgent", "192.0.2.1"), ("aws:SourceIp", "192.0.2.1")][..], true),
        ("${AWS:sourceip}", &[("aws:UserAgent", "192.0.2.1"), ("aws:SourceIp", "192.0.2.1")], true),
        ("${aws:SourceIp}", &[("aws:UserAgent", "192.0.2.1")], false),
        ("${aws:SourceVpc, 'none'}", &[("aws:UserAgent", "none")], true),
        ("${aws:SourceVpc, 'none'}", &[("aws:UserAgent", "none"), ("aws:SourceVpc", "vpc-1")], false),
        ("a${aws:SourceVpc}c*", &[("aws:UserAgent", "abcd"), ("aws:SourceVpc", "b")], true),
        ("${aws:SourceVpc}", &[("aws:UserAgent", "anything"), ("aws:SourceVpc", "*")], false),
        ("${$}{aws:SourceVpc}", &[("aws:UserAgent", "${aws:SourceVpc}")], true),
    ] {
        check(json!({"StringLike": {"aws:UserAgent": pattern}}), keys, holds);
    }
    check(json!({"StringNotLike": {"aws:UserAgent": "${aws:SourceVpc}"}}), &[("aws:UserAgent", "x")], true);
}

#[test]
fn variables_are_text_in_the_old_version() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:UserAgent": "${aws:SourceVpc}"}}});
    let policy = Policy::parse(&json!({"Version": "2008-10-17", "Statement": statement})).unwrap();
    let request = PolicyRequest::new(API, 0).with("aws:UserAgent", "${aws:SourceVpc}");
    assert_eq!(policy.decide(&request), Decision::Allow);
}

#[test]
fn a_variable_in_a_resource_is_the_requests_own_value() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*",
        "Resource": "execute-api:/dev/GET/from/${aws:SourceIp}"});
    let policy = policy(json!(statement));
    let arn = format!("{API}/dev/GET/from/192.0.2.1");
    for (address, expected) in [("192.0.2.1", Decision::Allow), ("192.0.2.2", Decision::ImplicitDeny)] {
        let request = PolicyRequest::new(&arn, 0).with("aws:SourceIp", address);
        assert_eq!(policy.decide(&request), expected, "{address}");
    }
    assert_eq!(policy.keys().collect::<Vec<_>>(), ["aws:sourceip"]);
}

//! What policies say, case by case.

mod conditions;
mod documents;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Decision, Policy, PolicyRequest, method_arn, pattern};
use Decision::{Allow, ExplicitDeny, ImplicitDeny};

const API: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5";

fn policy(statements: Value) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Policy::parse(&document).unwrap_or_else(|problems| panic!("{document}: {problems:?}"))
}

fn allow(resource: &str) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource})
}

fn deny(resource: &str) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource})
}

/// What the statements say about `method_and_path` at the stage `dev`.
fn check(statements: Value, method_and_path: &str, expected: Decision) {
    let (method, path) = method_and_path.split_once(' ').unwrap();
    let arn = method_arn(API, "dev", method, path);
    let decision = policy(statements.clone()).decide(&PolicyRequest::new(&arn, 0));
    assert_eq!(decision, expected, "{statements} on {method_and_path}");
}

#[test]
fn a_resource_is_the_stage_the_method_and_the_path() {
    for (resource, request, expected) in [
        (format!("{API}/*"), "GET /open", Allow),
        (format!("{API}/dev/GET/open"), "GET /open", Allow),
        (format!("{API}/dev/GET/open"), "POST /open", ImplicitDeny),
        (format!("{API}/dev/GET/open"), "GET /open/door", ImplicitDeny),
        (format!("{API}/dev/GET/open"), "GET /Open", ImplicitDeny),
        (format!("{API}/dev/*/open"), "POST /open", Allow),
        (format!("{API}/test/*"), "GET /open", ImplicitDeny),
        (format!("{API}/dev/GET/"), "GET /", Allow),
        (format!("{API}/dev/GET/carts/*/items"), "GET /carts/42/items", Allow),
        (format!("{API}/dev/GET/carts/*/items"), "GET /carts/4/2/items", Allow),
        (format!("{API}/dev/GET/carts/?"), "GET /carts/4", Allow),
        (format!("{API}/dev/GET/carts/?"), "GET /carts/é", Allow),
        (format!("{API}/dev/GET/carts/?"), "GET /carts/42", ImplicitDeny),
        ("*".to_owned(), "GET /open", Allow),
        ("arn:aws:execute-api:*".to_owned(), "GET /open", Allow),
        ("arn:aws:execute-api:*:*:*/dev/*".to_owned(), "GET /open", Allow),
        ("arn:aws:execute-api:us-east-2:*:*".to_owned(), "GET /open", ImplicitDeny),
        ("arn:aws:execute-api:us-east-1:123456789012:other/*".to_owned(), "GET /open", ImplicitDeny),
        ("arn:aws:s3:::*".to_owned(), "GET /open", ImplicitDeny),
        ("execute-api:/*".to_owned(), "GET /open", Allow),
        ("execute-api:/dev/GET/open".to_owned(), "GET /open", Allow),
        ("execute-api:/dev/GET/*".to_owned(), "POST /open", ImplicitDeny),
        ("execute-api:/test/*".to_owned(), "GET /open", ImplicitDeny),
        ("execute-api:*".to_owned(), "GET /open", Allow),
    ] {
        check(json!([allow(&resource)]), request, expected);
    }
}

#[test]
fn a_wildcard_stays_within_its_part_of_the_arn() {
    let foreign = "arn:aws:execute-api:*:999999999999:a1b2c3d4e5/dev/GET/open";
    check(json!([allow(foreign)]), "GET /x:999999999999:a1b2c3d4e5/dev/GET/open", ImplicitDeny);
}

#[test]
fn a_deny_wins_wherever_it_stands() {
    let (all, closed) = (format!("{API}/*"), format!("{API}/dev/*/closed"));
    check(json!([allow(&all), deny(&closed)]), "GET /closed", ExplicitDeny);
    check(json!([deny(&closed), allow(&all)]), "GET /closed", ExplicitDeny);
    check(json!([deny(&closed), allow(&all)]), "GET /open", Allow);
    check(json!([deny(&closed)]), "GET /open", ImplicitDeny);
}

#[test]
fn an_action_has_no_case_and_may_be_all_but_some() {
    for (field, action, expected) in [
        ("Action", json!("EXECUTE-API:invoke"), Allow),
        ("Action", json!("execute-api:*"), Allow),
        ("Action", json!("*"), Allow),
        ("Action", json!(["execute-api:InvalidateCache", "execute-api:Inv*"]), Allow),
        ("Action", json!("execute-api:ManageConnections"), ImplicitDeny),
        ("NotAction", json!("execute-api:Invoke"), ImplicitDeny),
        ("NotAction", json!("execute-api:InvalidateCache"), Allow),
    ] {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Resource": "*"});
        statement[field] = action;
        check(json!(statement), "GET /open", expected);
    }
    let all_but =
        json!({"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": [format!("{API}/dev/GET/open")]});
    check(json!([allow("*"), all_but]), "GET /open", Allow);
    check(json!([allow("*"), all_but]), "GET /closed", ExplicitDeny);
}

#[test]
fn a_principal_is_everybody_an_account_or_one_of_its_callers() {
    let user = Some("arn:aws:iam::123456789012:user/ann");
    let session = Some("arn:aws:sts::123456789012:assumed-role/Deployer/build-7");
    for (principal, caller, expected) in [
        (json!("*"), None, Allow),
        (json!({"AWS": "*"}), None, Allow),
        (json!({"AWS": "123456789012"}), user, Allow),
        (json!({"AWS": "123456789012"}), session, Allow),
        (json!({"AWS": "123456789012"}), None, ImplicitDeny),
        (json!({"AWS": "arn:aws:iam::123456789012:root"}), user, Allow),
        (json!({"AWS": "arn:aws:iam::999999999999:root"}), user, ImplicitDeny),
        (json!({"AWS": ["999999999999", "arn:aws:iam::123456789012:user/ann"]}), user, Allow),
        (json!({"AWS": "arn:aws:iam::123456789012:user/bob"}), user, ImplicitDeny),
        (json!({"AWS": "arn:aws:iam::123456789012:role/ci/Deployer"}), session, Allow),
        (json!({"AWS": "arn:aws:iam::123456789012:role/Deploy"}), session, ImplicitDeny),
        (json!({"AWS": "arn:aws:iam::999999999999:role/Deployer"}), session, ImplicitDeny),
        (json!({"Service": "events.amazonaws.com"}), None, ImplicitDeny),
    ] {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"});
        let request = PolicyRequest::new(API, 0).called_by(caller);
        assert_eq!(policy(json!(statement)).decide(&request), expected, "{statement} {caller:?}");
    }
    let others = json!({"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"});
    for (caller, expected) in [(user, Allow), (None, ExplicitDeny)] {
        let request = PolicyRequest::new(API, 0).called_by(caller);
        assert_eq!(policy(json!([allow("*"), others])).decide(&request), expected, "{caller:?}");
    }
}

#[test]
fn two_policies_decide_as_in_the_tables_of_the_developer_guide() {
    let all = [Allow, ImplicitDeny, ExplicitDeny];
    let table_a =
        [Allow, Allow, ExplicitDeny, Allow, ImplicitDeny, ExplicitDeny, ExplicitDeny, ExplicitDeny, ExplicitDeny];
    let table_b = [
        Allow,
        ImplicitDeny,
        ExplicitDeny,
        ImplicitDeny,
        ImplicitDeny,
        ExplicitDeny,
        ExplicitDeny,
        ExplicitDeny,
        ExplicitDeny,
    ];
    let pairs = all.iter().flat_map(|caller| all.map(|resource| (*caller, resource)));
    for ((caller, resource), (a, b)) in pairs.zip(table_a.into_iter().zip(table_b)) {
        assert_eq!(caller.or(resource), a, "{caller:?} or {resource:?}");
        assert_eq!(caller.and(resource), b, "{caller:?} and {resource:?}");
    }
}

#[test]
fn a_pattern_of_many_stars_is_matched_in_time() {
    let pattern = format!("{API}/{}b", "*a".repeat(2000));
    check(json!([allow(&pattern)]), &format!("GET /{}", "a".repeat(8000)), ImplicitDeny);
}

/// The same question answered by trying everything: slow, and plainly right.
fn matches_by_trying(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', after)), _) => (0..=text.len()).any(|taken| matches_by_trying(after, &text[taken..])),
        (Some(('?', after)), Some((_, rest))) => matches_by_trying(after, rest),
        (Some((own, after)), Some((first, rest))) => own == first && matches_by_trying(after, rest),
        _ => false,
    }
}

proptest! {
    #[test]
    fn wildcards_match_what_trying_everything_matches(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        let syntax = pattern::Syntax { wildcards: true, variables: true };
        let compiled = pattern::Pattern::parse(&pattern, syntax).unwrap();
        let (chars, texts): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(compiled.matches(&text, &PolicyRequest::new("", 0)), matches_by_trying(&chars, &texts));
    }

    #[test]
    fn a_compiled_policy_is_the_same_after_it_was_stored(resource in "execute-api:/[a-z*?/]{0,20}", key in "aws:[a-z]{1,9}") {
        let mut statement = allow(&resource);
        statement["Condition"] = json!({"StringLike": {key: "a*"}, "IpAddress": {"aws:SourceIp": "2001:db8::/32"}});
        let policy = policy(json!(statement));
        let stored = postcard::to_allocvec(&policy).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Policy>(&stored).unwrap(), policy);
    }
}

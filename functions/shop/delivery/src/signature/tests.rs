use super::*;

const NOW: u64 = 1_769_860_800;

fn secret() -> Secret {
    Secret::parse("a secret of thirty-two bytes or more").unwrap()
}

#[track_caller]
fn check(now_s: u64, delivery: &str, body: &str, header: &str, expected: Result<(), SignatureProblem>) {
    assert_eq!(verify(&secret(), now_s, delivery, body.as_bytes(), header), expected, "{header}");
}

#[test]
fn a_signature_is_that_of_one_delivery_and_one_body() {
    let header = sign(&secret(), NOW, "o1", b"{}");
    check(NOW, "o1", "{}", &header, Ok(()));
    check(NOW + 300, "o1", "{}", &header, Ok(()));
    check(NOW, "o2", "{}", &header, Err(SignatureProblem::Wrong));
    check(NOW, "o1", "{ }", &header, Err(SignatureProblem::Wrong));
    check(NOW, "o1", "{}", &header.replace("t=176", "t=177"), Err(SignatureProblem::Stale));
    check(NOW, "o1", "{}", &header.replace(&NOW.to_string(), &(NOW + 1).to_string()), Err(SignatureProblem::Wrong));
    let other = Secret::parse("another secret of thirty-two bytes").unwrap();
    check(NOW, "o1", "{}", &sign(&other, NOW, "o1", b"{}"), Err(SignatureProblem::Wrong));
}

#[test]
fn an_old_one_and_one_of_tomorrow_are_stale() {
    let header = sign(&secret(), NOW, "o1", b"{}");
    for now_s in [NOW + 301, NOW - 301, 0, u64::MAX] {
        check(now_s, "o1", "{}", &header, Err(SignatureProblem::Stale));
    }
}

#[test]
fn what_is_no_signature_is_missing() {
    let long = format!("t={NOW},v1={}", "0".repeat(66));
    for header in ["", "t=", "t=1", "t=x,v1=00", "v1=00,t=1", "t=1,v1=", "t=1,v1=zz", "t=1,v1=\u{e4}\u{e4}", &long] {
        check(NOW, "o1", "{}", header, Err(SignatureProblem::Missing));
    }
    check(NOW, "o1", "{}", &format!("t={NOW},v1={}", "+0".repeat(32)), Err(SignatureProblem::Missing));
}

#[test]
fn a_short_secret_is_none() {
    assert!(Secret::parse(&"s".repeat(31)).is_none());
    assert!(Secret::parse(&"s".repeat(32)).is_some());
}

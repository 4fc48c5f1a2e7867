use axum::http::HeaderValue;

use super::*;

const BODY: &str = r#"{"amount": {"amount": 1999, "currency": "EUR"}, "card": "tok_1"}"#;

fn headers(key: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TENANT, HeaderValue::from_static("demo"));
    if !key.is_empty() {
        headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(key.as_bytes()).unwrap());
    }
    headers
}

fn read(key: &str, order: &str, body: &str) -> Result<(Asked, String), RequestProblem> {
    asked(&headers(key), order, body.as_bytes())
}

#[test]
fn a_key_is_a_string_with_or_without_its_quotes() {
    let key = |text| read(text, "o1", BODY).map(|(asked, _)| asked.key);
    assert_eq!(key("8e03978e-40d5"), Ok("8e03978e-40d5".to_owned()));
    assert_eq!(key("\"8e03978e-40d5\""), Ok("8e03978e-40d5".to_owned()));
    assert_eq!(key(""), Err(RequestProblem::NoKey));
    for wrong in ["\"", "\"\"", "\"a", "a\"b", "a b", "\u{e4}", &"k".repeat(256)] {
        assert_eq!(key(wrong), Err(RequestProblem::WrongKey), "{wrong}");
    }
}

#[test]
fn bodies_that_mean_the_same_have_one_fingerprint() {
    let of = |body: &str| read("k", "o1", body).unwrap().0.fingerprint;
    let spaced = r#" {"card":"tok_1","amount":{"currency":"EUR","amount":1999}}"#;
    assert_eq!(of(BODY), of(spaced));
    for other in [BODY.replace("1999", "1998"), BODY.replace("EUR", "USD"), BODY.replace("tok_1", "tok_2")] {
        assert_ne!(of(BODY), of(&other));
    }
}

#[test]
fn a_wrong_request_is_told_what_to_send() {
    let wrong = |body: &str| read("k", "o1", body).unwrap_err();
    assert_eq!(wrong(&BODY.replace("1999", "0")), RequestProblem::WrongAmount);
    assert_eq!(wrong(&BODY.replace("EUR", "eur")), RequestProblem::WrongAmount);
    assert_eq!(wrong(&BODY.replace("tok_1", "")), RequestProblem::WrongCard);
    for body in ["", "[]", &BODY.replace("1999", "19.99"), &BODY.replace("card", "cards"), &BODY.replace("1999", "-1")]
    {
        let RequestProblem::WrongBody(_) = wrong(body) else { panic!("{body}") };
    }
    assert_eq!(read("k", "a/b", BODY).unwrap_err(), RequestProblem::WrongOrder);
    assert_eq!(asked(&HeaderMap::new(), "o1", BODY.as_bytes()).unwrap_err(), RequestProblem::NoTenant);
}

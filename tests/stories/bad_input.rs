//! What nobody should send, and the clear answer it gets.

use e2e::{Call, Stack};
use serde_json::json;

/// A request line as it is, with a Host header as it is.
fn get(path: &str, host: &str) -> e2e::Answer {
    let key = &Stack::get().key;
    Stack::get().send_bytes(&format!(
        "GET {{base}}{path} HTTP/1.1\r\nHost:{host}\r\nx-api-key: {key}\r\nConnection: close\r\n\r\n"
    ))
}

#[test]
fn an_unknown_path_or_method_is_answered_as_rest_apis_do() {
    for call in [Call::new("GET", "/nowhere"), Call::new("PUT", "/health"), Call::new("GET", "/catalog")] {
        let answer = Stack::get().call(call);
        assert_eq!((answer.status, answer.json()), (403, json!({"message": "Missing Authentication Token"})));
        assert_eq!(answer.header("x-amzn-errortype"), Some("MissingAuthenticationTokenException"));
    }
}

#[test]
fn a_path_that_can_be_read_in_two_ways_is_refused() {
    for path in ["/carts/../health", "/%2e%2e/health", "/catalog/%2e%2e/products.json", "/./health"] {
        let answer = get(path, " localhost");
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert_eq!(answer.json(), json!({"message": "the path has a '.' or '..' segment"}), "{path}");
    }
}

#[test]
fn an_encoded_slash_opens_no_other_door() {
    // API Gateway decodes it before anyone sees it, so it is a slash: to no operation, or to one that asks for its key.
    let answer = get("/carts%2f42%2fno-such-operation", " localhost");
    assert_eq!((answer.status, answer.json()), (403, json!({"message": "Missing Authentication Token"})));
    let answer =
        Stack::get().send_bytes("GET {base}/carts%2f42 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!([401, 403].contains(&answer.status), "{} {}", answer.status, answer.text());
}

#[test]
fn no_spelling_of_a_path_gets_round_the_key() {
    for path in ["//carts/42", "/carts/42/", "///carts/42", "/carts/%34%32", "/%63arts/42"] {
        for method in ["GET", "DELETE"] {
            let request = format!("{method} {{base}}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let answer = Stack::get().send_bytes(&request);
            let refused =
                [(401, "Unauthorized"), (403, "Forbidden")].map(|(status, said)| (status, json!({"message": said})));
            assert!(refused.contains(&(answer.status, answer.json())), "{method} {path}: {}", answer.text());
            let with_key = request.replace("Host:", &format!("x-api-key: {}\r\nHost:", Stack::get().key));
            let answer = Stack::get().send_bytes(&with_key);
            assert!(![401, 403].contains(&answer.status), "{method} {path} with a key: {}", answer.text());
        }
    }
}

#[test]
fn the_host_does_not_matter() {
    for host in [" ", " ]:[", " a b", " localhost:99999", " xn--"] {
        let answer = get("/health", host);
        assert_eq!((answer.status, answer.json()), (200, json!({"status": "ok"})), "{host:?}");
    }
}

#[test]
fn a_body_of_six_megabytes_gets_an_answer() {
    let body = vec![b'x'; 6 << 20];
    let answer = Stack::get().call_with_key(Call::new("POST", "/carts").body("application/json", body));
    assert_eq!((answer.status, answer.json()), (413, json!({"message": "Request Entity Too Large"})));
}

#[test]
fn a_body_that_is_no_text_gets_an_answer() {
    let call = Call::new("POST", "/carts").body("application/octet-stream", b"\xff\xfe\x00".to_vec());
    let answer = Stack::get().call_with_key(call);
    assert_eq!(answer.status, 415, "{}", answer.text());
}

#[test]
fn repeated_headers_do_no_harm() {
    let call =
        Call::new("GET", "/catalog/products.json").header("x-one", "1").header("x-one", "2").header("accept", "*/*");
    assert_eq!(Stack::get().call_with_key(call).status, 200);
}

//! Signatures, worked out once more from what came over the wire. (IAM user guide, `reference_sigv-create-signed-request`.)

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::server::Request;

/// Panics unless `request` is signed with `secret` for the service in the region.
pub(crate) fn verify(request: &Request, secret: &str, service: &str, region: &str) {
    let authorization = request.header("authorization");
    let part = |name: &str| {
        let (_, after) = authorization.split_once(&format!("{name}=")).expect(name);
        after.split(',').next().expect(name).to_owned()
    };
    let (credential, signed) = (part("Credential"), part("SignedHeaders"));
    let (key_id, scope) = credential.split_once('/').expect("a scope");
    let date = request.header("x-amz-date");
    assert_eq!(scope, format!("{}/{region}/{service}/aws4_request", &date[..8]), "{key_id}");
    for name in ["host", "x-amz-date"] {
        assert!(signed.split(';').any(|other| other == name), "{name} is not signed: {signed}");
    }
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let path = if service == "s3" { path.to_owned() } else { encoded_again(path) };
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(with_equals).collect();
    pairs.sort();
    let headers: String = signed.split(';').map(|name| format!("{name}:{}\n", values(request, name))).collect();
    let body = hex(&Sha256::digest(&request.body));
    if service == "s3" {
        assert_eq!(request.header("x-amz-content-sha256"), body);
    }
    let canonical = format!("{}\n{path}\n{}\n{headers}\n{signed}\n{body}", request.method, pairs.join("&"));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(&canonical)));
    let key = scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    assert_eq!(part("Signature"), hex(&hmac(&key, text.as_bytes())), "of {canonical}");
}

fn with_equals(pair: &str) -> String {
    if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") }
}

fn values(request: &Request, name: &str) -> String {
    let values = request.headers.iter().filter(|(other, _)| other == name);
    let values: Vec<_> = values.map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    values.join(",")
}

fn encoded_again(path: &str) -> String {
    path.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => write!(out, "%{byte:02X}").expect("written"),
        }
        out
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 2104, for keys of up to 64 bytes.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ with).collect() };
    let inner = Sha256::digest([pad(0x36), message.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

//! The signature is the one that AWS's own library makes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use proptest::prelude::*;

use super::*;

const HOST: &str = "a1b2c3.execute-api.eu-central-1.amazonaws.com";

/// The `authorization` header as AWS's library makes it.
fn reference(credentials: &Credentials, at: SystemTime, path: &str, body: &[u8]) -> String {
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder().identity(&identity).region("eu-central-1").name("execute-api").time(at);
    let params = params.settings(SigningSettings::default()).build().unwrap().into();
    let url = format!("https://{HOST}{path}");
    let request = SignableRequest::new("POST", &url, [].into_iter(), SignableBody::Bytes(body)).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    instructions.headers().find(|(name, _)| *name == "authorization").map(|(_, value)| value.to_owned()).unwrap()
}

proptest! {
    #[test]
    fn it_is_the_signature_of_the_reference(
        id in "[A-Za-z0-9_=+/-]{1,40}",
        body in "\\PC{0,200}",
        second in 0u64..4_000_000_000,
        token in proptest::option::of("[A-Za-z0-9+/=]{1,300}"),
    ) {
        let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token, None, "test");
        let path = path("/live", &ConnectionId::parse(&id).unwrap());
        let at = UNIX_EPOCH + Duration::from_secs(second);
        let mut signer = Signer::new(credentials.clone(), "eu-central-1".to_owned(), HOST.to_owned());
        for at in [at, at, at + Duration::from_secs(1)] {
            let headers = signer.sign(at, &path, &hex_sha256(body.as_bytes())).unwrap();
            let ours = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
            prop_assert_eq!(ours, Some(reference(&credentials, at, &path, body.as_bytes())));
        }
    }
}

#[test]
fn an_id_is_encoded_in_the_path() {
    assert_eq!(path("/live", &ConnectionId::parse("L0/SM+9=").unwrap()), "/live/@connections/L0%2FSM%2B9%3D");
}

#[test]
fn credentials_that_end_are_not_kept() {
    let until = UNIX_EPOCH + Duration::from_secs(100);
    let signer = Signer::new(Credentials::new("id", "secret", None, Some(until), "test"), String::new(), String::new());
    assert!(signer.lasts_until(until - Duration::from_secs(1)) && !signer.lasts_until(until));
}

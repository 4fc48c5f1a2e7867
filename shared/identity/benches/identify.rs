//! What it costs to know a caller: a token's check beside the bare check of its signature, and an API key's with a warm
//! cache. `cargo bench -p identity`. Measured in CPU time, so that what else runs on the machine counts less.
#![allow(missing_docs, reason = "criterion makes public functions without any")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "nothing runs on it"
)]

#[path = "../tests/sign/mod.rs"]
mod sign;

use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use criterion::{
    Criterion, criterion_group, criterion_main,
    measurement::{Measurement, ValueFormatter, WallTime},
};
use identity::{
    ApiKey, CachedKeys, FetchError, Fetched, JwtRules, KEYS_TTL_MS, KeyFetcher, KeyHash, KeyRecord, KeySets, KeyStore,
    StoreError, identify, verify_jwt,
};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use sign::{Signer, cognito_claims, decode};

const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
const NOW_S: u64 = 1_785_542_399;

/// The CPU time of the thread.
struct CpuTime;

impl CpuTime {
    fn now() -> Duration {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
    }
}

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Self::now()
    }
    fn end(&self, started: Duration) -> Duration {
        Self::now().saturating_sub(started)
    }
    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }
    fn zero(&self) -> Duration {
        Duration::ZERO
    }
    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }
    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// The issuer's documents.
struct Issuer(Value);

impl KeyFetcher for Issuer {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let discovery = url.ends_with("openid-configuration");
        let document =
            if discovery { json!({"issuer": ISSUER, "jwks_uri": format!("{ISSUER}/keys")}) } else { self.0.clone() };
        Ok(Fetched { body: document.to_string().into_bytes(), max_age_s: None })
    }
}

/// A store with one key.
struct OneKey(KeyRecord);

impl KeyStore for OneKey {
    async fn find(&self, _hash: &KeyHash) -> Result<Option<KeyRecord>, StoreError> {
        Ok(Some(self.0.clone()))
    }
    async fn create(&self, _hash: &KeyHash, _record: &KeyRecord) -> Result<(), StoreError> {
        Ok(())
    }
    async fn set_enabled(&self, _hash: &KeyHash, _enabled: bool) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn set_plan(&self, _hash: &KeyHash, _plan_id: &str) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn set_expiry(&self, _hash: &KeyHash, _expires_at_ms: Option<u64>) -> Result<bool, StoreError> {
        Ok(true)
    }
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}

fn tokens(criterion: &mut Criterion<CpuTime>) {
    let signers = [("RS256", Signer::rsa("a")), ("ES256", Signer::p256()), ("EdDSA", Signer::ed())];
    let rules = JwtRules { audience: vec!["1example23456789".to_owned()], ..JwtRules::of_issuer(ISSUER) };
    let scopes = ["carts/write".to_owned()];
    for (algorithm, signer) in signers {
        let token = signer.token(algorithm, &cognito_claims(ISSUER, NOW_S));
        let keys = KeySets::new(Issuer(json!({"keys": [signer.jwk()]})));
        let mut group = criterion.benchmark_group(algorithm);
        let bare = bare_check(&signer.jwk());
        let (message, signed) = token.rsplit_once('.').unwrap();
        let signed = decode(signed);
        group.bench_function("signature alone", |bench| {
            bench.iter(|| bare(black_box(message.as_bytes()), black_box(&signed)));
        });
        group.bench_function("token", |bench| {
            bench
                .iter(|| ready(verify_jwt(black_box(&token), &rules, &scopes, &keys, NOW_S * 1000)).expect("accepted"));
        });
        group.finish();
    }
}

/// A check of a message's signature.
type Check = Box<dyn Fn(&[u8], &[u8])>;

/// ring's check of a signature by this key, and nothing else.
fn bare_check(jwk: &Value) -> Check {
    let bytes = |name: &str| decode(jwk[name].as_str().unwrap());
    let point = |algorithm: &'static dyn VerificationAlgorithm, point: Vec<u8>| -> Check {
        let key = UnparsedPublicKey::new(algorithm, point);
        Box::new(move |message, signed| key.verify(message, signed).expect("genuine"))
    };
    match jwk["kty"].as_str().unwrap() {
        "RSA" => {
            let key = RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") };
            let check = &signature::RSA_PKCS1_2048_8192_SHA256;
            Box::new(move |message, signed| key.verify(check, message, signed).expect("genuine"))
        }
        "EC" => point(&signature::ECDSA_P256_SHA256_FIXED, [vec![4], bytes("x"), bytes("y")].concat()),
        _ => point(&signature::ED25519, bytes("x")),
    }
}

fn api_keys(criterion: &mut Criterion<CpuTime>) {
    let key = ApiKey::from_random([7; 20]);
    let record = KeyRecord {
        key_id: "key-0123456789abcdef".to_owned(),
        tenant: "acme".to_owned(),
        plan_id: "starter".to_owned(),
        enabled: true,
        expires_at_ms: None,
        features: vec!["reports".to_owned()],
    };
    let keys = CachedKeys::new(OneKey(record), KEYS_TTL_MS);
    criterion.bench_function("API key, warm cache", |bench| {
        bench.iter(|| ready(identify(black_box(Some(key.secret())), &keys, NOW_S)).expect("known"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = tokens, api_keys
}
criterion_main!(benches);

//! Nothing leaks: every refusal is driven with marked keys, tokens, claims, contexts, headers, queries and bodies, and nothing
//! that is written to the log, at its most verbose, or sent to the client holds a mark.

mod cases;
mod kinds;

use std::collections::BTreeSet;

use gateway::{Admit, Gateway};
use identity::{ApiKey, KeyHash, KeyRecord, KeySets, KeyStore as _};
use plans::{Admission, Allowance, Verdict};
use router::{Here, Router};
use runtime::event::{HttpEvent, Surroundings};
use serde_json::{Value, json};
use testkit::{DEMO_KEY, MemoryKeys, PublishedKeys, StubBackends, capture, demo_keys, table};

use super::{NOW_MS, sign::Signer};
use cases::{Case, cases};

/// Stands in all that nobody may learn.
const MARK: &str = "s3cr3t";
/// A number that nobody may learn.
const MARKED_NUMBER: u64 = 7_531_902;

const UNKNOWN_KEY: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tun";
const EXPIRED_KEY: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tex";
const DISABLED_KEY: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tdi";
const GOOD_KEY: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tgo";

/// The gateway responses that the steps up to the integration can end in. (Those of AWS's list that are not among them the
/// router never gives: signatures, integration tests and WAF are the managed gateway's.)
const KINDS: [&str; 19] = [
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "a base64 that is none",
    "nothing: it is let in",
];

/// Plans that say the same of every request.
#[derive(Clone, Copy)]
struct Says(Option<plans::Refusal>);

impl Admit for Says {
    async fn admit(&self, _request: &plans::Request<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        if let Some(refusal) = self.0 {
            verdict.admission = Admission::Refused(refusal, Allowance::default());
        }
        verdict
    }

    fn refund(&self, _request: &plans::Request<'_>, _verdict: &mut Verdict) {}
}

/// What the keys' table holds, unless it is away.
async fn keys(case: &Case) -> MemoryKeys {
    if case.store_is_away {
        return MemoryKeys::cut_off();
    }
    let keys = demo_keys();
    let hash = |key: &str| ApiKey::parse(key).unwrap().hash();
    for (hash, enabled, end_ms) in [
        (hash(EXPIRED_KEY), true, Some(NOW_MS)),
        (hash(DISABLED_KEY), false, None),
        (hash(GOOD_KEY), true, None),
        (KeyHash::of_tenant("over"), false, None),
    ] {
        let record = KeyRecord {
            key_id: "key-public".to_owned(),
            tenant: "acme".to_owned(),
            plan_id: "starter".to_owned(),
            enabled,
            expires_at_ms: end_ms,
            features: vec![format!("{MARK}-feature")],
        };
        keys.create(&hash, &record).await.unwrap();
    }
    keys
}

async fn gateway<'c>(case: &'c Case, signer: &Signer) -> Gateway<&'c StubBackends, MemoryKeys, PublishedKeys, Says> {
    let issuers = KeySets::new(PublishedKeys(json!({"keys": [signer.jwk()]})));
    let gateway = Gateway::new(table(&case.definition), &case.backends, keys(case).await);
    gateway.with_issuers(issuers).with_plans(Says(case.plan))
}

/// The router's answer, and all that was logged on the way.
#[tokio::main(flavor = "current_thread")]
async fn answered(case: &Case, signer: &Signer) -> (Value, String) {
    let router = Router::new(gateway(case, signer).await, Here { region: "eu-west-1".to_owned(), ..Here::default() });
    let event: HttpEvent = serde_json::from_value(case.event.clone()).unwrap();
    capture::begin();
    let reply = router.route(event, None).await.unwrap();
    (serde_json::to_value(reply).unwrap(), capture::end())
}

/// The kind of refusal that a case ends in, if it is refused.
#[tokio::main(flavor = "current_thread")]
async fn refused(case: &Case, signer: &Signer) -> Option<&'static str> {
    let event: HttpEvent = serde_json::from_value(case.event.clone()).unwrap();
    let surroundings = Surroundings { region: "eu-west-1".to_owned(), now_ms: NOW_MS, ..Surroundings::default() };
    match event.into_request(&surroundings) {
        Ok((request, _)) => gateway(case, signer).await.answer(request).await.refusal.as_ref().map(kinds::kind),
        Err(_) => Some(kinds::kind(&gateway::Refusal::Body)),
    }
}

/// The texts that must not be found: the marks, whole keys with their hashes, each part of a token.
fn marks(case: &Case) -> Vec<String> {
    let mut marks = vec![MARK.to_owned(), MARKED_NUMBER.to_string(), DEMO_KEY.to_owned()];
    marks.extend([UNKNOWN_KEY, EXPIRED_KEY, DISABLED_KEY, GOOD_KEY].map(|key| {
        let hash = ApiKey::parse(key).unwrap().hash();
        hash.as_str().to_owned()
    }));
    let shown = case.event["headers"]["authorization"].as_str().unwrap_or_default();
    let token = shown.trim_start_matches("Bearer ");
    // Its header says no more than the algorithm.
    marks.extend(token.split('.').skip(1).filter(|part| part.len() > 8).map(str::to_owned));
    marks
}

#[test]
fn no_refusal_tells_the_log_or_the_client_what_it_saw() {
    let signer = Signer::p256();
    let (mut driven, mut refusals) = (BTreeSet::new(), BTreeSet::new());
    for case in cases(&signer) {
        refusals.extend(refused(&case, &signer));
        let (reply, log) = answered(&case, &signer);
        let kind = reply["headers"]["x-kind"].as_str().unwrap_or(case.without_kind);
        assert_eq!(
            (kind, reply["statusCode"].as_u64()),
            (case.kind, Some(case.status)),
            "{}: {reply} {log}",
            case.what
        );
        assert!(log.contains(r#""message":"answered""#) || log.contains("answered"), "{}: {log}", case.what);
        for mark in marks(&case) {
            assert!(!log.contains(&mark), "{}: the log tells {mark}: {log}", case.what);
            let told = case.echoes || !reply.to_string().contains(&mark);
            assert!(told, "{}: the client is told {mark}: {reply}", case.what);
        }
        driven.insert(case.kind);
    }
    assert_eq!(driven, BTreeSet::from(KINDS));
    let all = kinds::ALL.iter().copied().filter(|name| !name.starts_with("never: ")).collect();
    assert_eq!(refusals, all, "every refusal that there is");
}

#[test]
fn the_search_finds_what_is_told() {
    let signer = Signer::p256();
    let echoing = cases(&signer).into_iter().find(|case| case.echoes).unwrap();
    let (reply, _) = answered(&echoing, &signer);
    assert!(reply.to_string().contains(MARK), "{reply}");
    capture::begin();
    tracing::trace!(token = MARK, "at the most verbose level");
    assert!(capture::end().contains(MARK));
}

/// A backend that says so.
fn stub(function: Result<gateway::FunctionAnswer, gateway::CallProblem>) -> StubBackends {
    let mut backends = StubBackends::default();
    backends.function = function;
    backends
}

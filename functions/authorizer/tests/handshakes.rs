//! A WebSocket handshake shows a key, a token, or both, wherever a client can put them; what it shows must be good.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

#[path = "../../../shared/identity/tests/sign/mod.rs"]
mod sign;
mod stage;

use authorizer::Desk;
use identity::{JwtRefusal, KeySets, Refusal};
use serde_json::{Value, json};
use sign::Signer;
use stage::{DEFINITION, ISSUER, NOW_S, PLACES, POOL, Place, SUB, answer, desk, doors, handshake, token};
use testkit::{DEMO_KEY, MemoryKeys, Unreachable, demo_keys};

const HEADER: Place = Place::Header;

/// The context that a handshake is let in with; nothing if it is not.
fn context(event: Value, signer: &Signer) -> Value {
    let answer = serde_json::to_value(answer(event, &desk(DEFINITION, demo_keys(), signer)).expect("an answer"));
    answer.expect("JSON")["context"].clone()
}

fn check(key: Option<&str>, token: Option<&str>, signer: &Signer, is_let_in: bool) {
    let event = handshake(key.map(|key| (HEADER, key)), token.map(|token| (HEADER, token)));
    assert_eq!(context(event, signer).is_object(), is_let_in, "{key:?} {token:?}");
}

#[test]
fn a_key_and_a_token_are_read_wherever_a_client_can_put_them() {
    let signer = Signer::p256();
    let token = token(&signer, POOL, &json!({}));
    for key_place in PLACES {
        for token_place in PLACES {
            let event = handshake(Some((key_place, DEMO_KEY)), Some((token_place, &token)));
            assert_eq!(
                context(event, &signer),
                json!({"kind": "jwt", "tenant": "demo", "keyId": "key-demo", "planId": "starter", "subject": SUB,
                    "scopes": "carts/read carts/write openid", "sub": SUB, "cognito:groups": "[sellers eu-west-1_Google]"}),
                "{key_place:?} {token_place:?}"
            );
        }
    }
}

#[test]
fn a_key_alone_is_enough_where_an_alternative_says_so() {
    let context = context(handshake(Some((HEADER, DEMO_KEY)), None), &Signer::p256());
    assert_eq!(context, json!({"tenant": "demo", "keyId": "key-demo", "planId": "starter"}));
}

#[test]
fn a_token_alone_is_enough_where_its_claims_name_the_tenant() {
    let signer = Signer::p256();
    let changes = json!({"custom:org": "acme", "planId": "gold", "features": "staff", "keyId": "k"});
    let shown = token(&signer, ISSUER, &changes);
    let known = context(handshake(None, Some((HEADER, &shown))), &signer);
    let expected = json!({"kind": "jwt", "tenant": "acme", "subject": SUB, "scopes": "carts/read carts/write openid",
        "sub": SUB, "cognito:groups": "[sellers eu-west-1_Google]"});
    assert_eq!(known, expected, "no claim gives itself a plan");
    check(None, Some(&token(&signer, ISSUER, &json!({}))), &signer, false);
    check(None, Some(&token(&signer, POOL, &json!({"custom:org": "acme"}))), &signer, false);
}

#[test]
fn a_bad_credential_is_not_made_good_by_another() {
    let signer = Signer::p256();
    let good = token(&signer, POOL, &json!({}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    check(Some(DEMO_KEY), Some(&good), &signer, true);
    for bad in [
        String::new(),
        "a.b.c".to_owned(),
        format!("{message}.{other}{}", &signature[1..]),
        token(&Signer::p256(), POOL, &json!({})),
        token(&signer, &format!("{POOL}2"), &json!({})),
        token(&signer, POOL, &json!({"exp": NOW_S - 61})),
        token(&signer, POOL, &json!({"nbf": NOW_S + 61})),
        token(&signer, POOL, &json!({"token_use": "id"})),
        token(&signer, POOL, &json!({"scope": "carts/read"})),
    ] {
        check(Some(DEMO_KEY), Some(&bad), &signer, false);
    }
    for bad in ["", "short", &format!("{DEMO_KEY}2"), "tgnobodynobodynobodynobodynobodyno"] {
        check(Some(bad), Some(&good), &signer, false);
        check(Some(bad), None, &signer, false);
    }
    check(None, Some(&good), &signer, false);
    check(None, None, &signer, false);
}

#[test]
fn a_token_is_not_looked_at_where_none_is_asked_for() {
    let desk = Desk {
        doors: doors("openapi: 3.0.3\npaths: {}\n"),
        keys: demo_keys(),
        issuers: KeySets::new(Unreachable),
        stage_variables: [].into(),
    };
    let with_both = handshake(Some((HEADER, DEMO_KEY)), Some((HEADER, "a.b.c")));
    assert!(answer(with_both, &desk).unwrap().is_authorized());
}

#[test]
fn nobody_is_let_in_while_nobody_can_say() {
    let signer = Signer::p256();
    let shown = token(&signer, POOL, &json!({}));
    let both = || handshake(Some((HEADER, DEMO_KEY)), Some((HEADER, &shown)));
    let away = answer(both(), &desk(DEFINITION, MemoryKeys::cut_off(), &signer));
    assert!(matches!(away, Err(Refusal::Undecided(_))), "{away:?}");
    let silent = answer(both(), &unreached(&signer));
    assert!(matches!(silent, Err(Refusal::Token(JwtRefusal::KeysUnavailable(_)))), "{silent:?}");
    let nowhere = Desk { stage_variables: [].into(), ..desk(DEFINITION, demo_keys(), &signer) };
    let nowhere = answer(both(), &nowhere);
    assert!(matches!(nowhere, Err(Refusal::Authorizer(_))), "{nowhere:?}");
}

/// The desk of issuers that cannot be reached.
fn unreached(signer: &Signer) -> Desk<MemoryKeys, Unreachable> {
    let Desk { doors, keys, stage_variables, .. } = desk(DEFINITION, demo_keys(), signer);
    Desk { doors, keys, stage_variables, issuers: KeySets::new(Unreachable) }
}

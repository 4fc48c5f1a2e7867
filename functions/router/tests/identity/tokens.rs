//! Tokens, verified by the managed gateway or by the router.

use serde_json::{Value, json};

use super::{Api, NOW_S, OTHER, OWN, bearer, body, definition, get, sign::cognito_claims};

const ISSUER: &str = "https://issuer.example";
const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";

fn jwt(operation: &str) -> Api {
    let authorizer = format!("type: jwt, jwtConfiguration: {{issuer: '{ISSUER}', audience: [1example23456789]}}");
    Api::new(definition("", &authorizer, operation))
}

fn pool(operation: &str) -> Api {
    let arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI";
    Api::new(definition("", &format!("type: cognito_user_pools, providerARNs: ['{arn}']"), operation))
}

fn claims(issuer: &str, changes: &Value) -> Value {
    let mut claims = cognito_claims(issuer, NOW_S);
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

const ASKED: &str = "security: [{auth: []}]";
const SUB: &str = "sub=7d8ca528-4931-4254-9273-ea5ee853f271 id= plan= tenant= key=";

#[test]
fn a_token_gets_the_same_verdict_at_each_door() {
    let api = jwt("security: [{auth: [carts/write]}]");
    let good = api.signer.token("ES256", &claims(ISSUER, &json!({})));
    // The managed gateway was asked on the operation's own route, and hands over texts.
    let managed =
        json!({"jwt": {"claims": {"sub": "7d8ca528-4931-4254-9273-ea5ee853f271"}, "scopes": ["carts/write"]}});
    assert_eq!(api.answer(&get(OWN, &json!({}), &managed)), (200, SUB.to_owned()));
    // By any other door the router verifies, whatever another route's authorizer said.
    for (route, said) in
        [(OWN, json!(null)), (OTHER, json!(null)), (OTHER, json!({"jwt": {"claims": {"sub": "other"}}}))]
    {
        assert_eq!(api.answer(&get(route, &bearer(&good), &said)), (200, SUB.to_owned()), "{route} {said}");
    }
    assert_eq!(api.answer(&get(OTHER, &json!({}), &managed)).0, 401);
}

#[test]
fn a_refused_token_becomes_awss_answer_and_tells_nothing() {
    let scoped = "security: [{auth: [carts/write]}]";
    let unauthorized = (401, r#"{"message":"Unauthorized"}"#.to_owned(), "UnauthorizedException".to_owned());
    let denied = "User is not authorized to access this resource";
    for (changes, status, message, kind) in [
        (json!({"exp": NOW_S - 61}), 401, "The incoming token has expired", "UnauthorizedException"),
        (json!({"nbf": NOW_S + 61}), 401, "Unauthorized", "UnauthorizedException"),
        (json!({"client_id": "another"}), 401, "Unauthorized", "UnauthorizedException"),
        (json!({"iss": "https://other.example"}), 401, "Unauthorized", "UnauthorizedException"),
        (json!({"scope": "carts/read"}), 403, denied, "AccessDeniedException"),
    ] {
        let api = jwt(scoped);
        let token = api.signer.token("ES256", &claims(ISSUER, &changes));
        let expected = (status, body(status, message), kind.to_owned());
        assert_eq!(api.answers(&[get(OTHER, &bearer(&token), &json!(null))]), [expected], "{changes}");
    }
    let api = jwt(scoped);
    let token = api.signer.token("ES256", &claims(ISSUER, &json!({})));
    let tampered = token.replacen('.', ".e", 1);
    let events = [json!({}), bearer(""), bearer(&tampered), bearer("a.b.c")];
    let answers = api.answers(&events.map(|headers| get(OTHER, &headers, &json!(null))));
    assert_eq!(answers, vec![unauthorized; 4]);
}

#[test]
fn a_user_pool_gives_id_tokens_access_unless_scopes_are_asked_for() {
    let id = json!({"token_use": "id", "aud": "1example23456789"});
    for (operation, changes, status) in [
        (ASKED, id.clone(), 200),
        (ASKED, json!({}), 401),
        ("security: [{auth: [carts/write]}]", json!({}), 200),
        ("security: [{auth: [carts/write]}]", id, 401),
        ("security: [{auth: [carts/burn]}]", json!({}), 403),
    ] {
        let api = pool(operation);
        let token = api.signer.token("ES256", &claims(POOL, &changes));
        // A pool's token may stand alone or behind Bearer.
        for value in [token.clone(), format!("Bearer {token}")] {
            let event = get(OWN, &json!({"authorization": value}), &json!(null));
            assert_eq!(api.answer(&event).0, status, "{operation} {changes}");
        }
        let elsewhere = POOL.replace("AbCdEfGhI", "Other");
        let token = api.signer.token("ES256", &claims(&elsewhere, &changes));
        assert_eq!(api.answer(&get(OWN, &bearer(&token), &json!(null))).0, 401);
    }
}

#[test]
fn what_the_managed_gateway_said_of_a_pool_does_not_count() {
    let said = json!({"jwt": {"claims": {"sub": "u-1"}}});
    assert_eq!(pool(ASKED).answer(&get(OWN, &json!({}), &said)).0, 401);
}

#[test]
fn a_claim_names_the_tenant_and_what_they_subscribed_to() {
    let operation = |requires: &str| {
        format!("{ASKED}\n      x-tollgate-tenant: custom:tenant\n      x-tollgate-requires: {requires}")
    };
    let acme = json!({"custom:tenant": "acme", "custom:plan": "gold", "reports": true});
    let shown = (200, SUB.replace("tenant=", "tenant=acme"));
    let denied = (403, body(403, "User is not authorized to access this resource"));
    let nobodys = json!({"custom:tenant": ""});
    for (changes, requires, expected) in [
        (&acme, "[]", &shown),
        (&acme, "[reports, custom:plan=gold]", &shown),
        (&acme, "[custom:plan=silver]", &denied),
        (&nobodys, "[]", &denied),
    ] {
        let api = jwt(&operation(requires));
        let token = api.signer.token("ES256", &claims(ISSUER, changes));
        assert_eq!(&api.answer(&get(OWN, &bearer(&token), &json!(null))), expected, "{requires}");
    }
}

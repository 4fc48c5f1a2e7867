//! Who is let in by a handshake, wherever its credentials are, and what they may listen to.

use base64::Engine as _;
use channels::{
    Caps, Connection, ConnectionId, Principal,
    ports::{ConnectionStore as _, Opening},
};
use e2e::{Socket, Stack};
use serde_json::{Value, json};

use super::{fresh, key, now_s, queue, store};
use crate::shoppers::{signed_in, tampered, token};

/// The template's `ConnectionsPerKey`.
const PER_KEY: u32 = 500;

#[test]
fn nobody_is_let_in_without_a_credential() {
    let unknown = "tgnobodynobodynobodynobodynobodyno";
    let disabled = Stack::get().new_key("disabled-socket", false);
    let protocol = format!("tollgate.v1, tollgate.key.{unknown}");
    for (query, headers) in [
        ("", vec![]),
        ("", vec![("x-api-key", unknown)]),
        ("", vec![("x-api-key", disabled.as_str())]),
        ("?x-api-key=short", vec![]),
        ("", vec![("sec-websocket-protocol", protocol.as_str())]),
        ("", vec![("sec-websocket-protocol", "tollgate.v1")]),
    ] {
        let refused = Socket::connect(query, &headers).map(|_| ()).expect_err("refused");
        assert_eq!(refused.status, 403, "{query} {headers:?}: {}", refused.body);
    }
}

#[test]
fn a_credential_is_welcome_wherever_a_client_can_put_it() {
    let key = key("welcome");
    let query = format!("?x-api-key={key}");
    let (both, alone) = (format!("tollgate.key.{key}, tollgate.v1"), format!("tollgate.key.{key}"));
    for (query, headers, protocol) in [
        ("", vec![("X-Api-Key", key.as_str())], None),
        (query.as_str(), vec![], None),
        ("", vec![("sec-websocket-protocol", both.as_str())], Some("tollgate.v1")),
        ("", vec![("sec-websocket-protocol", alone.as_str())], Some(alone.as_str())),
    ] {
        let mut socket = Socket::connect(query, &headers).unwrap_or_else(|refused| panic!("{refused:?}"));
        assert_eq!(socket.protocol.as_deref(), protocol);
        assert_eq!(socket.ask(json!({"action": "ping"}))["ok"], true);
        socket.close();
    }
}

/// The handshake of a browser: a key, and a token of one who has signed in, as subprotocols.
fn browser(key: &str, token: &str) -> Result<Socket, u16> {
    let protocols = format!("tollgate.v1, tollgate.key.{key}, tollgate.token.{token}");
    Socket::connect("", &[("sec-websocket-protocol", &protocols)]).map_err(|refused| refused.status)
}

/// Whose token it is: the claim `sub`.
fn subject(token: &str) -> String {
    let claims = token.split('.').nth(1).expect("claims");
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["sub"].as_str().expect("a subject").to_owned()
}

#[test]
fn a_shopper_hears_of_their_own_orders_and_of_no_others() {
    let (tenant, tokens) = (fresh("shopper"), signed_in("tollgate-shoppers"));
    let (key, access) = (key(&tenant), token(&tokens, "AccessToken"));
    let sub = subject(&access);
    let own = format!("orders/{tenant}/{sub}");
    let mut socket = browser(&key, &access).expect("a connection");
    assert_eq!(socket.protocol.as_deref(), Some("tollgate.v1"));
    socket.subscribe(&own);
    queue(&json!({"channel": own, "data": {"status": "shipped"}}));
    assert_eq!(socket.message()["data"]["status"], "shipped");
    let refused = |socket: &mut Socket, action: &str, channel: &str| {
        let answer = socket.ask(json!({"action": action, "channel": channel, "data": 1}));
        assert_eq!(answer["error"]["code"], "FORBIDDEN", "{action} {channel}: {answer}");
    };
    for (action, channel) in [
        ("subscribe", format!("orders/{tenant}/another")),
        ("subscribe", format!("orders/{tenant}/key-of-{tenant}")),
        ("subscribe", format!("orders/another/{sub}")),
        ("presence", own.clone()),
        ("publish", own.clone()),
    ] {
        refused(&mut socket, action, &channel);
    }
    refused(&mut Socket::with_key(&key), "subscribe", &own);
    let mut staff = Socket::with_key(&Stack::get().new_key_with(&tenant, "staff"));
    staff.subscribe(&own);
    let presence = staff.ask(json!({"action": "presence", "channel": own}));
    let members: Vec<&str> = presence["members"].as_array().expect("members").iter().map(name_of).collect();
    assert!(members.contains(&sub.as_str()), "{presence}");
}

fn name_of(member: &Value) -> &str {
    member["member"].as_str().expect("a name")
}

#[test]
fn a_token_is_welcome_wherever_a_client_can_put_it_and_a_bad_one_nowhere() {
    let key = key("signed-in");
    let (tokens, elsewhere) = (signed_in("tollgate-shoppers"), signed_in("another-pool"));
    let access = token(&tokens, "AccessToken");
    let shaken = |token: &str| {
        let (bearer, query) = (format!("Bearer {token}"), format!("?access_token={token}"));
        let header = Socket::connect("", &[("x-api-key", &key), ("authorization", &bearer)]).map_err(|no| no.status);
        let query = Socket::connect(&query, &[("x-api-key", &key)]).map_err(|no| no.status);
        [header, query, browser(&key, token)]
            .map(|outcome| outcome.map(|mut socket| socket.ask(json!({"action": "ping"}))))
    };
    for answer in shaken(&access) {
        assert_eq!(answer.expect("a connection")["ok"], true);
    }
    for bad in [tampered(&access), token(&tokens, "IdToken"), token(&elsewhere, "AccessToken"), "a.b.c".to_owned()] {
        assert_eq!(shaken(&bad), [Err(403), Err(403), Err(403)], "{bad:.20}");
    }
    let alone = Socket::connect("", &[("authorization", &format!("Bearer {access}"))]).map(|_| ());
    assert_eq!(alone.map_err(|refused| refused.status), Err(403), "the tenant is the key's");
}

#[test]
fn a_key_that_has_its_cap_gets_429_before_the_upgrade() {
    let tenant = fresh("capped");
    let key = key(&tenant);
    fill(&tenant);
    let refused = Socket::connect("", &[("x-api-key", &key)]).map(|_| ()).expect_err("refused");
    assert_eq!(refused.status, 429, "{}", refused.body);
}

/// Opens as many connections as a key may have, without sockets.
#[tokio::main(flavor = "current_thread")]
async fn fill(tenant: &str) {
    let store = store();
    let attributes = [("tenant", tenant.to_owned()), ("keyId", format!("key-of-{tenant}"))];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
    let principal = Principal::from_context(attributes.into()).expect("a principal");
    let caps = Caps { per_tenant: 1_000, per_key: PER_KEY };
    for number in 0..PER_KEY {
        let connection = Connection {
            id: ConnectionId::parse(&format!("fill-{tenant}-{number}")).expect("an id"),
            principal: principal.clone(),
            api_id: String::new(),
            stage: String::new(),
            connected_at_s: now_s(),
            subscriptions: [].into(),
        };
        assert_eq!(store.open(&connection, caps).await, Ok(Opening::Open));
    }
}

//! The authorizer of a definition, with keys, and an issuer whose one key signs the tests' tokens.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use authorizer::{AuthorizerAnswer, Desk, authorize};
use definition::{Doors, compile, show};
use identity::{KeyFetcher, KeyLookup, KeySets, Refusal};
use serde_json::{Value, json};
use testkit::PublishedKeys;

use crate::sign::{Signer, cognito_claims};

pub const NOW_S: u64 = 1_785_542_399;
pub const NOW_MS: u64 = NOW_S * 1000;
pub const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
pub const ISSUER: &str = "https://id.example.com";
pub const SUB: &str = "7d8ca528-4931-4254-9273-ea5ee853f271";

/// A definition whose handshakes show a key, or a key with a shopper's token, or the token of one of the staff.
pub const DEFINITION: &str = "
openapi: 3.0.3
paths: {}
x-tollgate-websocket:
  security: [{key: []}, {key: [], shopper: [carts/write]}, {staff: []}]
  tenant: custom:org
x-tollgate-channels:
  - {channel: 'orders/{tenant}/{sub}', allow: [subscribe], where: {'cognito:groups': ['[]'], planId: [gold]}}
components:
  securitySchemes:
    key: {type: apiKey, name: x-api-key, in: header}
    shopper:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer:
        type: cognito_user_pools
        providerARNs: ['${stageVariables.pool}']
    staff:
      type: oauth2
      x-amazon-apigateway-authorizer:
        type: jwt
        jwtConfiguration: {issuer: 'https://id.example.com', audience: [1example23456789]}
";

/// The doors of a definition.
pub fn doors(source: &str) -> Doors {
    Doors::of(&compile(source).unwrap_or_else(|problems| panic!("{}", show("definition", source, &problems))))
}

/// Its desk, on a stage that names the pool.
pub fn desk<K>(source: &str, keys: K, signer: &Signer) -> Desk<K, PublishedKeys> {
    let pool = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI";
    Desk {
        doors: doors(source),
        keys,
        issuers: KeySets::new(PublishedKeys(json!({"keys": [signer.jwk()]}))),
        stage_variables: [("pool".to_owned(), pool.to_owned())].into(),
    }
}

#[tokio::main(flavor = "current_thread")]
pub async fn answer<K: KeyLookup, F: KeyFetcher>(event: Value, desk: &Desk<K, F>) -> Result<AuthorizerAnswer, Refusal> {
    authorize(serde_json::from_value(event).expect("an authorizer event"), desk, NOW_MS).await
}

/// A shopper's token with these claims beside the usual ones.
pub fn token(signer: &Signer, issuer: &str, changes: &Value) -> String {
    let mut claims = cognito_claims(issuer, NOW_S);
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    signer.token("ES256", &claims)
}

/// Where a client can put a credential.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Header,
    Query,
    Subprotocol,
}

pub const PLACES: [Place; 3] = [Place::Header, Place::Query, Place::Subprotocol];

/// The event of a `$connect` that shows this key and this token, in these places.
pub fn handshake(key: Option<(Place, &str)>, token: Option<(Place, &str)>) -> Value {
    let mut event = json!({
        "type": "REQUEST", "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/live/$connect",
        "headers": {"Host": "h"}, "queryStringParameters": {},
        "requestContext": {"requestId": "r-1", "connectionId": "c-1", "routeKey": "$connect", "stage": "live"},
    });
    let mut offers = vec!["tollgate.v1".to_owned()];
    let bearer = token.map(|(_, token)| format!("Bearer {token}")).unwrap_or_default();
    for (shown, names, of_header) in [
        (key, ["X-Api-Key", "x-api-key", "tollgate.key."], key.map(|(_, key)| key)),
        (token, ["Authorization", "access_token", "tollgate.token."], Some(bearer.as_str())),
    ] {
        match shown {
            Some((Place::Header, _)) => event["headers"][names[0]] = json!(of_header),
            Some((Place::Query, text)) => event["queryStringParameters"][names[1]] = json!(text),
            Some((Place::Subprotocol, text)) => offers.push(format!("{}{text}", names[2])),
            None => {}
        }
    }
    event["headers"]["Sec-WebSocket-Protocol"] = json!(offers.join(", "));
    event
}

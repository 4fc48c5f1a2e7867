//! People who have signed in with the user pool, seen from outside: the router verifies what the pool issued.

use aws::NetworkBackends;
use e2e::{Call, Stack};
use gateway::{Backends as _, Headers, ServiceCall};
use serde_json::{Value, json};

/// One action of the user pools.
async fn cognito(action: &str, input: &Value) -> Value {
    let region = &Stack::get().region;
    let headers = [
        ("content-type", "application/x-amz-json-1.1".to_owned()),
        ("x-amz-target", format!("AWSCognitoIdentityProviderService.{action}")),
    ];
    let call = ServiceCall {
        service: "cognito-idp".to_owned(),
        region: region.clone(),
        host: format!("cognito-idp.{region}.amazonaws.com"),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Headers(headers.map(|(name, value)| (name.to_owned(), value)).into()),
        body: input.to_string().into(),
        credentials: None,
        timeout_ms: 20_000,
    };
    let answer = NetworkBackends::new(&Stack::get().connection()).call(call).await.expect("an answer");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200, "{action}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{action}: {text}"))
}

/// Someone who has signed in, and what the pool gave them: `AccessToken`, `IdToken`.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn signed_in(pool_of: &str) -> Value {
    let pools = cognito("ListUserPools", &json!({"MaxResults": 60})).await;
    let pool = pools["UserPools"].as_array().expect("pools").iter().find(|pool| pool["Name"] == pool_of);
    let pool = match pool {
        Some(pool) => pool["Id"].clone(),
        None => cognito("CreateUserPool", &json!({"PoolName": pool_of})).await["UserPool"]["Id"].clone(),
    };
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let client = json!({"UserPoolId": pool, "ClientName": "story", "ExplicitAuthFlows": flows});
    let client = cognito("CreateUserPoolClient", &client).await["UserPoolClient"]["ClientId"].clone();
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    let (name, password) = (format!("ann-{:x}", u64::from_be_bytes(random)), "Shopping-4-Fun!");
    let user = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
    cognito("AdminCreateUser", &user).await;
    let words = json!({"UserPoolId": pool, "Username": name, "Password": password, "Permanent": true});
    cognito("AdminSetUserPassword", &words).await;
    let given = json!({"USERNAME": name, "PASSWORD": password});
    let asked = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": given});
    let mut tokens = cognito("InitiateAuth", &asked).await["AuthenticationResult"].clone();
    tokens["name"] = json!(name);
    tokens
}

/// What who shows this token is told about themselves.
fn me(token: &str) -> (u16, Value) {
    let answer = Stack::get().call(Call::new("GET", "/me").header("authorization", &format!("Bearer {token}")));
    (answer.status, answer.json())
}

/// One of the tokens that the pool gave.
pub(crate) fn token(tokens: &Value, kind: &str) -> String {
    tokens[kind].as_str().expect("a token").to_owned()
}

/// The token with a bit of its signature changed.
pub(crate) fn tampered(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').expect("a signature");
    let other = if signature.starts_with('A') { "B" } else { "A" };
    format!("{message}.{other}{}", &signature[1..])
}

#[test]
fn the_pools_access_token_lets_its_bearer_in_and_no_other_token_does() {
    let tokens = signed_in("tollgate-shoppers");
    let access = token(&tokens, "AccessToken");
    let (status, said) = me(&access);
    assert_eq!((status, &said["name"]), (200, &tokens["name"]), "{said}");
    // By a door that the managed gateway reads as another route, the verdict is the same.
    let by_another = Call::new("GET", "/me/").header("authorization", &access);
    assert_eq!(Stack::get().call(by_another).status, 200);

    let unauthorized = (401, json!({"message": "Unauthorized"}));
    assert_eq!(me(&token(&tokens, "IdToken")), unauthorized);
    assert_eq!(me(&tampered(&access)), unauthorized);
    assert_eq!(me(""), unauthorized);
    let elsewhere = token(&signed_in("another-pool"), "AccessToken");
    assert_eq!(me(&elsewhere), unauthorized);
}

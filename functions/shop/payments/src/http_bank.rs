//! The bank over HTTP.
//!
//! | request | answer |
//! |---|---|
//! | `POST /authorizations` `{"reference", "card", "amount"}` | 201 `{"reference", "status"}`; 409, what there is under the reference |
//! | `GET /authorizations/{reference}` | 200 the same, 404 |
//! | `POST /authorizations/{reference}/capture` | 200 the same, `captured`, also on a repeat |
//! | `POST /authorizations/{reference}/refund` | 200 the same, `refunded`, also on a repeat |
//!
//! `status` is `authorized`, `captured`, `refunded` or `declined`, the last with a `reason`.

use aws::NetworkBackends;
use gateway::{Backends as _, Headers, HttpAnswer, HttpCall, Tls};
use serde::Deserialize;
use serde_json::json;

use crate::{
    bank::{Bank, BankError, Standing},
    money::Money,
};

/// A bank at a URL.
pub struct HttpBank {
    backends: NetworkBackends,
    url: String,
    timeout_ms: u32,
}

#[derive(Deserialize)]
struct Told {
    status: String,
    #[serde(default)]
    reason: String,
}

impl HttpBank {
    /// The bank at `url`, which has no slash at its end; each call may take `timeout_ms`.
    pub fn new(backends: NetworkBackends, url: String, timeout_ms: u32) -> Self {
        HttpBank { backends, url, timeout_ms }
    }

    async fn send(&self, method: &str, path: &str, body: String) -> Result<HttpAnswer, BankError> {
        let headers = Headers(vec![("content-type".to_owned(), "application/json".to_owned())]);
        let url = format!("{}{path}", self.url);
        let (method, timeout_ms) = (method.to_owned(), self.timeout_ms);
        let call = HttpCall { method, url, headers, body: body.into(), tls: Tls::default(), timeout_ms };
        self.backends.send(call).await.map_err(|problem| BankError(problem.to_string()))
    }
}

impl Bank for HttpBank {
    async fn find(&self, reference: &str) -> Result<Option<Standing>, BankError> {
        let answer = self.send("GET", &format!("/authorizations/{reference}"), String::new()).await?;
        if answer.status == 404 { Ok(None) } else { standing(&answer, &[200]).map(Some) }
    }

    async fn authorize(&self, reference: &str, card: &str, amount: &Money) -> Result<Standing, BankError> {
        let body = json!({"reference": reference, "card": card, "amount": amount}).to_string();
        standing(&self.send("POST", "/authorizations", body).await?, &[201, 409])
    }

    async fn capture(&self, reference: &str) -> Result<Standing, BankError> {
        let path = format!("/authorizations/{reference}/capture");
        standing(&self.send("POST", &path, String::new()).await?, &[200])
    }

    async fn refund(&self, reference: &str) -> Result<Standing, BankError> {
        let path = format!("/authorizations/{reference}/refund");
        standing(&self.send("POST", &path, String::new()).await?, &[200])
    }
}

/// What an answer with one of these statuses says.
fn standing(answer: &HttpAnswer, expected: &[u16]) -> Result<Standing, BankError> {
    let status = answer.status;
    if !expected.contains(&status) {
        return Err(BankError(format!("it answers {status}")));
    }
    let told: Told = serde_json::from_slice(&answer.body)
        .map_err(|error| BankError(format!("it answers {status} and what it says is not understood: {error}")))?;
    match told.status.as_str() {
        "authorized" => Ok(Standing::Authorized),
        "captured" => Ok(Standing::Captured),
        "refunded" => Ok(Standing::Refunded),
        "declined" => Ok(Standing::Declined(told.reason.chars().take(200).collect())),
        other => Err(BankError(format!("it says {other:?}"))),
    }
}

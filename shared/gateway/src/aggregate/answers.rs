//! What parts gave, as templates see it and as it is joined.

use std::{cell::OnceCell, rc::Rc};

use bytes::Bytes;
use definition::AggregatePart;
use mapping::Body;
use serde_json::{Map, Value, json};

use crate::{GatewayResponse, Headers, Refusal};

/// The answers that a part or the response reads, by the names of their parts.
pub(crate) type Answers<'a> = Vec<(&'a str, Rc<Answer>)>;

/// What a part gave, or why it gave nothing.
pub(crate) struct Answer {
    status: u16,
    headers: Headers,
    body: Option<Body>,
    failure: Option<Failure>,
    value: OnceCell<Value>,
}

/// Why a part failed.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// What the client is told.
    status: u16,
    message: String,
    /// What the whole is refused with, if it must have the part.
    pub(super) refusal: Refusal,
}

impl Failure {
    /// The gateway response that `refusal` has by default.
    pub(super) fn refused(refusal: Refusal) -> Self {
        let default = refusal.default_response();
        Failure { status: default.status, message: default.message, refusal }
    }

    /// A status that the part counts as a failure.
    pub(super) fn status(part: &str, status: u16) -> Self {
        let refusal = Refusal::Part { part: part.to_owned(), status };
        Failure { status, message: format!("The integration answered with status {status}"), refusal }
    }

    /// That `before`, which the part waits for, failed so: 424 is HTTP's word for it. (RFC 4918, section 11.4.)
    pub(super) fn dependency(before: &str, failure: &Failure) -> Self {
        Failure { status: 424, message: format!("Not called: {before} failed"), refusal: failure.refusal.clone() }
    }
}

impl Answer {
    pub(super) fn new(response: GatewayResponse) -> Self {
        let body = (!response.body.is_empty()).then(|| Body::new(String::from_utf8_lossy(&response.body).into_owned()));
        Answer { status: response.status, headers: response.headers, body, failure: None, value: OnceCell::new() }
    }

    pub(super) fn failed(failure: Failure) -> Self {
        let (status, headers) = (failure.status, Headers::default());
        Answer { status, headers, body: None, failure: Some(failure), value: OnceCell::new() }
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// `{"status": 200, "headers": {"etag": …}, "body": …}`, made when it is first asked for.
    fn value(&self) -> &Value {
        self.value.get_or_init(|| {
            let mut headers = Map::new();
            for (name, value) in self.headers.iter() {
                headers.insert(name.to_ascii_lowercase(), Value::from(value));
            }
            let body = self.body.as_ref().map(Body::text);
            let body = body.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)));
            let message = self.failure.as_ref().map(|failure| failure.message.as_str());
            json!({ "status": self.status, "headers": headers, "body": body, "message": message })
        })
    }

    /// Appends the body: JSON as it is, whatever its content type, any other text as a string, none as null.
    fn write(&self, out: &mut String) {
        match &self.body {
            None => out.push_str("null"),
            Some(body) if body.json().is_ok() => out.push_str(body.text().trim()),
            Some(body) => json::write_string(body.text(), out),
        }
    }
}

/// `$context.aggregate`.
pub(crate) fn context(answers: &Answers<'_>) -> Value {
    answers.iter().map(|(name, answer)| ((*name).to_owned(), answer.value().clone())).collect()
}

/// The answers as one JSON object, by the names of their parts; what failed is null, with an entry under `errors`.
pub(super) struct Joined {
    pub(super) body: String,
}

impl Joined {
    pub(super) fn of(parts: &[AggregatePart], answers: Vec<Rc<Answer>>) -> Self {
        let (mut body, mut errors) = (String::from("{"), Map::new());
        for (part, answer) in parts.iter().zip(&answers) {
            body.push_str(if body.len() > 1 { "," } else { "" });
            json::write_string(&part.name, &mut body);
            body.push(':');
            answer.write(&mut body);
            if let Some(Failure { status, message, .. }) = answer.failure() {
                errors.insert(part.name.clone(), json!({ "status": status, "message": message }));
            }
        }
        if !errors.is_empty() {
            body.push_str(r#","errors":"#);
            body.push_str(&Value::Object(errors).to_string());
        }
        body.push('}');
        Joined { body }
    }

    pub(super) fn into_response(self) -> GatewayResponse {
        let mut headers = Headers::default();
        headers.add("content-type", "application/json");
        GatewayResponse { status: 200, headers, body: Bytes::from(self.body) }
    }
}

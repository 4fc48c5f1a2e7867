//! What takes events: how a batch is sent to it, and what its answer says of each.

use gateway::{Backends, CallProblem, Headers, HttpAnswer, HttpCall, ServiceCall, Tls};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{TOKEN, event::Event};

/// As much of a receiver's words as is shown.
const MAX_WORDS: usize = 200;

/// Who takes events.
pub(super) struct Receiver {
    kind: Kind,
    url: String,
    token: Option<String>,
}

enum Kind {
    /// (OpenMeter API, `ingestEvents`.)
    OpenMeter,
    /// (Stripe API, `POST /v1/billing/meter_events`.)
    Stripe,
    /// (AWS Marketplace Metering API reference, `BatchMeterUsage`.)
    Marketplace { product: String, region: String },
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was taken, now or before.
    Taken,
    /// It is not to be sent again as it is.
    Refused(String),
    /// It may be taken another time.
    Later(String),
}

/// What an answer says of the events of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Of each, in order.
    Each(Vec<Fate>),
    /// Of all together: one or more of them are the reason.
    AsOne(String),
    /// Nothing can be sent at all, and no event is the reason.
    Nothing(String),
}

impl Receiver {
    /// OpenMeter, or what takes batches of CloudEvents as it does.
    pub(super) fn open_meter(to: &str, token: Option<String>) -> Result<Self, String> {
        Ok(Receiver { kind: Kind::OpenMeter, url: url(to)?, token: sendable(token)? })
    }

    /// Stripe, which asks for a secret.
    pub(super) fn stripe(to: &str, token: Option<String>) -> Result<Self, String> {
        let token = sendable(token)?.ok_or_else(|| format!("Stripe asks for a secret key: put it into {TOKEN}"))?;
        Ok(Receiver { kind: Kind::Stripe, url: url(to)?, token: Some(token) })
    }

    /// AWS Marketplace, in the region and by the credentials of the environment.
    pub(super) fn marketplace(to: &str, product: String, region: String) -> Result<Self, String> {
        if to != "aws" {
            return Err("AWS Marketplace is where AWS says: write --send-to aws".to_owned());
        }
        Ok(Receiver { kind: Kind::Marketplace { product, region }, url: String::new(), token: None })
    }

    /// How many events it takes at once.
    pub(super) fn batch(&self) -> usize {
        match self.kind {
            Kind::OpenMeter => 100,
            Kind::Stripe => 1,
            Kind::Marketplace { .. } => 25,
        }
    }

    /// Sends a batch, once.
    pub(super) async fn send(
        &self,
        backends: &impl Backends,
        events: &[Event],
        timeout_ms: u32,
    ) -> Result<HttpAnswer, CallProblem> {
        match &self.kind {
            Kind::OpenMeter => {
                let body = Value::Array(events.iter().map(|event| event.body.clone()).collect()).to_string();
                backends.send(self.post("application/cloudevents-batch+json", None, body, timeout_ms)).await
            }
            Kind::Stripe => {
                let body = events.first().map(form).unwrap_or_default();
                let id = events.first().map(|event| event.id.clone());
                backends.send(self.post("application/x-www-form-urlencoded", id, body, timeout_ms)).await
            }
            Kind::Marketplace { product, region } => {
                let records: Vec<&Value> = events.iter().map(|event| &event.body).collect();
                let body = json!({"ProductCode": product, "UsageRecords": records}).to_string();
                backends.call(batch_meter_usage(region, body, timeout_ms)).await
            }
        }
    }

    fn post(&self, content_type: &str, idempotency_key: Option<String>, body: String, timeout_ms: u32) -> HttpCall {
        let mut headers = Headers(vec![("content-type".to_owned(), content_type.to_owned())]);
        if let Some(key) = idempotency_key {
            headers.add("idempotency-key", key);
        }
        if let Some(token) = &self.token {
            headers.add("authorization", format!("Bearer {token}"));
        }
        let (method, url) = ("POST".to_owned(), self.url.clone());
        HttpCall { method, url, headers, body: body.into(), tls: Tls::default(), timeout_ms }
    }

    /// What an answer says of the events that were sent.
    pub(super) fn read(&self, events: &[Event], answer: &HttpAnswer) -> Verdict {
        let why = format!("{}: {}", answer.status, self.words(answer));
        let every = |fate: Fate| Verdict::Each(vec![fate; events.len()]);
        match (&self.kind, answer.status) {
            (Kind::Marketplace { .. }, 200) => Verdict::Each(metered(events, &answer.body)),
            (_, 200..=299) => every(Fate::Taken),
            (_, 408 | 409 | 429 | 500..=599) => every(Fate::Later(why)),
            (Kind::Marketplace { .. }, _) if is_throttled(&answer.body) => every(Fate::Later(why)),
            (Kind::Stripe, 400) if is_duplicate(&answer.body) => every(Fate::Taken),
            (_, 400 | 413 | 422) => Verdict::AsOne(why),
            _ => Verdict::Nothing(why),
        }
    }

    /// The receiver's own words, without what would steer a terminal, and without the secret if it says it.
    fn words(&self, answer: &HttpAnswer) -> String {
        let text = String::from_utf8_lossy(&answer.body);
        let text = self.token.as_ref().map_or_else(|| text.to_string(), |token| text.replace(token.as_str(), "…"));
        text.chars().filter(|letter| !letter.is_control()).take(MAX_WORDS).collect()
    }
}

/// A URL that a secret may be sent to: HTTPS, or this machine.
fn url(to: &str) -> Result<String, String> {
    let own = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    let is_own =
        own.iter().any(|own| to.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
    let is_https = to.strip_prefix("https://").is_some_and(|rest| !rest.is_empty());
    if is_https || is_own {
        Ok(to.to_owned())
    } else {
        Err(format!("{to:?} is no https URL: write --send-to https://…"))
    }
}

/// A secret that can stand in a header.
fn sendable(token: Option<String>) -> Result<Option<String>, String> {
    match token {
        Some(token) if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(format!("{TOKEN} holds what cannot stand in a header: spaces, a line's end or letters beyond ASCII"))
        }
        token => Ok(token),
    }
}

/// Stripe takes forms.
fn form(event: &Event) -> String {
    let fields = [
        ("event_name", "/event_name"),
        ("identifier", "/identifier"),
        ("timestamp", "/timestamp"),
        ("payload[stripe_customer_id]", "/payload/stripe_customer_id"),
        ("payload[value]", "/payload/value"),
    ];
    let field = |(name, pointer): (&str, &str)| {
        let value = event.text(pointer);
        format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC))
    };
    fields.map(field).join("&")
}

/// Whether Stripe says that it has an event of this identifier. (Stripe API v2, `v2/billing/meter_events`: errors. Of v1 the
/// code is not documented; there the `Idempotency-Key` makes a repeat the first answer again.)
fn is_duplicate(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body.pointer("/error/code").and_then(Value::as_str) == Some("duplicate_meter_event")
}

fn batch_meter_usage(region: &str, body: String, timeout_ms: u32) -> ServiceCall {
    let headers =
        [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSMPMeteringService.BatchMeterUsage")];
    ServiceCall {
        service: "metering.marketplace".to_owned(),
        region: region.to_owned(),
        host: format!("metering.marketplace.{region}.amazonaws.com"),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Headers(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
        body: body.into(),
        credentials: None,
        timeout_ms,
    }
}

fn is_throttled(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = body.get("__type").and_then(Value::as_str).unwrap_or_default();
    code.ends_with("ThrottlingException") || code.ends_with("InternalServiceErrorException")
}

/// What `BatchMeterUsage` says of each record; one that it says nothing of was not processed.
fn metered(events: &[Event], body: &[u8]) -> Vec<Fate> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let results = answer.get("Results").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_of = |event: &Event, result: &Value| {
        let record = Event { id: String::new(), body: result.get("UsageRecord").cloned().unwrap_or_default() };
        ["/CustomerAWSAccountId", "/Dimension"].iter().all(|pointer| record.text(pointer) == event.text(pointer))
            // It may come back as a fraction: 1.7E9.
            && record.body.pointer("/Timestamp").and_then(Value::as_f64) == event.body.pointer("/Timestamp").and_then(Value::as_f64)
    };
    let fate = |event: &Event| {
        let result = results.iter().find(|result| is_of(event, result));
        match result.and_then(|result| result.get("Status")?.as_str()) {
            Some("Success") => Fate::Taken,
            Some(status) => Fate::Refused(status.to_owned()),
            None => Fate::Later("it was not processed".to_owned()),
        }
    };
    events.iter().map(fate).collect()
}

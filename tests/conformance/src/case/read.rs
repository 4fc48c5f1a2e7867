//! From a file's text to a case.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{Case, Exchange, ExchangeCase, TemplateCase};
use crate::{Failure, definition_keys, expectation::quoted};

/// Reads the case in `text`, which its file calls `name`.
///
/// # Errors
/// When it is not a case as the format has it.
pub(crate) fn read(name: &str, text: &str) -> Result<Case, Failure> {
    let bad = |error: serde_json::Error| Failure::cannot("file", error);
    serde_json::from_str::<Once>(text).map_err(bad)?;
    if serde_json::from_str::<Kind>(text).map_err(bad)?.template.is_some() {
        let case = serde_json::from_str::<TemplateCase>(text).map_err(bad)?;
        check_about(name, &case.name, &case.source)?;
        check_template(&case).map_err(|problem| Failure::cannot("file", problem))?;
        return Ok(Case::Template(case));
    }
    let case = serde_json::from_str::<ExchangeCase>(text).map_err(bad)?;
    check_about(name, &case.name, &case.source)?;
    definition_keys::check(case.definition.get())?;
    if case.exchanges.is_empty() {
        return Err(Failure::cannot("file", "exchanges is empty"));
    }
    for (number, exchange) in (1..).zip(&case.exchanges) {
        check_exchange(exchange)
            .map_err(|problem| Failure::cannot("file", problem).at(format_args!("exchange {number}")))?;
    }
    Ok(Case::Exchanges(case))
}

fn check_about(name: &str, own: &str, source: &str) -> Result<(), Failure> {
    if own != name {
        return Err(Failure::differs("name", quoted(name.as_bytes()), quoted(own.as_bytes())));
    }
    if source.trim().is_empty() {
        return Err(Failure::cannot("file", "source is empty"));
    }
    Ok(())
}

fn check_template(case: &TemplateCase) -> Result<(), &'static str> {
    match (&case.expect, &case.expect_error) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        _ => Err("a template has expect or expectError"),
    }
}

fn check_exchange(exchange: &Exchange) -> Result<(), String> {
    let request = &exchange.request;
    if !request.path.starts_with('/') || request.path.contains('?') {
        return Err("request.path starts with / and has no query".to_owned());
    }
    if request.method.is_empty() || !request.method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(format!("request.method {:?} is not a method", request.method));
    }
    if request.body.is_some() && request.body_base64.is_some() {
        return Err("a request has body or bodyBase64".to_owned());
    }
    match (&exchange.backend, &exchange.expect_backend) {
        (None, Some(None)) | (Some(_), None) => Ok(()),
        (None, None) => Err("backend is null, but expectBackend is absent".to_owned()),
        (None, Some(Some(_))) => Err("backend is null, but expectBackend is not".to_owned()),
        (Some(_), Some(None)) => Err("expectBackend is null, but backend is not".to_owned()),
        (Some(answer), Some(Some(expected))) => expected.check_keys(answer),
    }
}

/// Which kind of case it is.
#[derive(Deserialize)]
struct Kind {
    template: Option<IgnoredAny>,
}

/// Any JSON whose objects have each key once: of a key that stands twice, one value would go unread.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Once)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_str<E>(self, _: &str) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        while items.next_element::<Once>()?.is_some() {}
        Ok(Once)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Once, A::Error> {
        let mut keys = std::collections::BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if keys.contains(&key) {
                return Err(A::Error::custom(format!("key {key:?} twice in one object")));
            }
            entries.next_value::<Once>()?;
            keys.insert(key);
        }
        Ok(Once)
    }
}

//! URLs of backends: holes filled so that no value can leave its place.

use std::collections::BTreeMap;

use definition::{Text, Unresolved};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a path may not hold as it is (RFC 3986): all but unreserved characters, sub-delimiters, `:`, `@` and, for greedy
/// parameters, `/`. No other parameter can hold a slash: [`RequestPath`](crate::RequestPath) refuses it.
pub(crate) const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What a value in a query may not hold as it is: all but unreserved characters.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a client's query may hold and no URL may. The rest goes on as it came.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// `text` with its holes filled, its path parameters encoded for the place that they stand in.
///
/// # Errors
/// The first hole without a value.
pub(crate) fn fill(
    text: &Text,
    stage_variables: &BTreeMap<String, String>,
    parameters: &BTreeMap<String, String>,
) -> Result<String, Unresolved> {
    let first_in_query = text.parts_before('?');
    let mut place = 0;
    text.fill(stage_variables, |name| {
        let in_query = first_in_query.is_some_and(|first| place >= first);
        place += 1;
        let value = parameters.get(name)?;
        Some(utf8_percent_encode(value, if in_query { VALUE } else { PATH }).to_string())
    })
}

/// A query of names and values, encoded.
pub(crate) fn query(pairs: &[(String, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, VALUE).to_string();
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A client's query as it goes on.
pub(crate) fn passed_on(query: &str) -> String {
    utf8_percent_encode(query, NOT_IN_QUERY).to_string()
}

/// Adds `query` to `url`, which may have one already.
pub(crate) fn add_query(url: &mut String, query: &str) {
    if !query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(query);
    }
}

/// `url` with another path: what stands between its host and its query.
pub(crate) fn with_path(url: &str, path: &str) -> String {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let (base, rest) =
        url.split_at(url.get(start..).and_then(|rest| rest.find(['/', '?'])).map_or(url.len(), |at| start + at));
    let query = rest.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{base}{slash}{}{query}", utf8_percent_encode(path, PATH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_replaced_and_nothing_else() {
        for (url, path, expected) in [
            ("https://a.example/x?y=1", "/b c", "https://a.example/b%20c?y=1"),
            ("https://a.example", "b", "https://a.example/b"),
            ("http://a.example?q", "/", "http://a.example/?q"),
        ] {
            assert_eq!(with_path(url, path), expected, "{url}");
        }
    }

    #[test]
    fn a_value_stays_in_its_place() {
        let text = Text::parse("https://a.example/{x}?v={x}", true).unwrap();
        let parameters = BTreeMap::from([("x".to_owned(), "a/b?c&d#e".to_owned())]);
        let filled = fill(&text, &BTreeMap::new(), &parameters).unwrap();
        assert_eq!(filled, "https://a.example/a/b%3Fc&d%23e?v=a%2Fb%3Fc%26d%23e");
        assert_eq!(query(&[("a b".to_owned(), "1&2".to_owned())]), "a%20b=1%262");
    }
}

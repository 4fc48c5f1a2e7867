//! Patterns of channels' names, such as `orders/{tenant}/*`.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Channel, Principal, channel::is_of_segment};

/// What is wrong with a pattern, and what to write instead.
type Problem = (String, &'static str);

/// A pattern over a channel's segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// This text.
    Literal(String),
    /// `{name}`: the principal's attribute of that name, whole.
    Attribute(String),
    /// `*`: any one segment.
    Any,
    /// `**` at the end: one or more segments.
    Rest,
}

impl Pattern {
    /// A pattern from text, or what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let segments = text.split('/').map(Segment::parse).collect::<Result<Vec<_>, _>>()?;
        let rest = segments.iter().position(|segment| *segment == Segment::Rest);
        if rest.is_some_and(|at| at + 1 < segments.len()) {
            return Err(("** stands before the end".to_owned(), "write * for one segment"));
        }
        Ok(Pattern(segments))
    }

    /// Whether `channel` fits for `principal`. An attribute that the principal lacks fits nothing.
    pub(crate) fn fits(&self, channel: &Channel, principal: &Principal) -> bool {
        self.matches(channel, |name, segment| principal.attribute(name) == Some(segment))
    }

    /// Whether `channel` fits for anybody.
    pub(crate) fn fits_somebody(&self, channel: &Channel) -> bool {
        self.matches(channel, |_, _| true)
    }

    /// The attributes that it names.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Attribute(name) => Some(name.as_str()),
            Segment::Literal(_) | Segment::Any | Segment::Rest => None,
        })
    }

    fn matches(&self, channel: &Channel, is_attribute: impl Fn(&str, &str) -> bool) -> bool {
        let mut segments = channel.segments();
        for wanted in &self.0 {
            let Some(segment) = segments.next() else { return false };
            let fits = match wanted {
                Segment::Literal(text) => text == segment,
                Segment::Attribute(name) => is_attribute(name, segment),
                Segment::Any => true,
                Segment::Rest => return true,
            };
            if !fits {
                return false;
            }
        }
        segments.next().is_none()
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, Problem> {
        let attribute = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        match (text, attribute) {
            ("*", _) => Ok(Segment::Any),
            ("**", _) => Ok(Segment::Rest),
            (_, Some(name)) if !name.is_empty() && name.bytes().all(is_of_segment) => {
                Ok(Segment::Attribute(name.to_owned()))
            }
            (text, None) if !text.is_empty() && text.bytes().all(is_of_segment) => {
                Ok(Segment::Literal(text.to_owned()))
            }
            _ => {
                let remedy = "write text of A-Za-z0-9-_.:~@+, {attribute}, * or, at the end, **";
                Err((format!("{text:?} is no segment"), remedy))
            }
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Literal(text) => f.write_str(text),
            Segment::Attribute(name) => write!(f, "{{{name}}}"),
            Segment::Any => f.write_str("*"),
            Segment::Rest => f.write_str("**"),
        }
    }
}

impl Serialize for Pattern {
    /// As the text that it was.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let segments: Vec<String> = self.0.iter().map(Segment::to_string).collect();
        serializer.serialize_str(&segments.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, channel: &str, expected: bool) {
        let principal = [("tenant", "acme"), ("keyId", "k1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let principal = Principal::from_context(principal.into()).unwrap();
        let fits = Pattern::parse(pattern).unwrap().fits(&Channel::parse(channel).unwrap(), &principal);
        assert_eq!(fits, expected, "{pattern} {channel}");
    }

    #[test]
    fn a_pattern_fits_segment_by_segment() {
        check("news", "news", true);
        check("news", "news/1", false);
        check("orders/{tenant}/*", "orders/acme/42", true);
        check("orders/{tenant}/*", "orders/other/42", false);
        check("orders/{tenant}/*", "orders/acme", false);
        check("orders/{tenant}/*", "orders/acme/42/items", false);
        check("orders/{tenant}/**", "orders/acme/42/items", true);
        check("orders/{tenant}/**", "orders/acme", false);
        check("{subject}/*", "k1/1", false);
        check("**", "anything/at/all", true);
    }

    #[test]
    fn a_pattern_that_cannot_fit_is_refused() {
        for bad in ["", "a//b", "a/**/b", "{}", "{te nant}", "a*", "ä", "{tenant"] {
            assert!(Pattern::parse(bad).is_err_and(|(_, remedy)| remedy.contains("write")), "{bad}");
        }
    }
}

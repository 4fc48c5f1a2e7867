//! The `If-Match` header: a change only of the version that the client has seen (RFC 9110, sections 8.8.3 and 13.1.1).

use crate::body::{Fault, fault};

/// What a client asks of a cart's version before it is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Any version will do: no header, or `*`.
    Any,
    /// One of these entity tags, as they stand between their quotes. Weak ones are left out: they never match.
    OneOf(Vec<String>),
}

impl Precondition {
    /// What an `If-Match` header's `value` asks.
    ///
    /// # Errors
    /// When it is neither `*` nor a list of entity tags.
    pub fn parse(value: &str) -> Result<Self, Fault> {
        if value.trim() == "*" {
            return Ok(Precondition::Any);
        }
        let wrong = || {
            fault(
                "If-Match",
                "If-Match is not an entity tag: send the ETag of the cart, such as \"3\", quotes included",
            )
        };
        let mut tags = Vec::new();
        let mut rest = value.trim();
        loop {
            let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
            let (tag, after) = quoted.strip_prefix('"').and_then(|open| open.split_once('"')).ok_or_else(wrong)?;
            tags.extend((!weak).then(|| tag.to_owned()));
            match after.trim_start().strip_prefix(',') {
                Some(next) => rest = next.trim_start(),
                None if after.trim().is_empty() => return Ok(Precondition::OneOf(tags)),
                None => return Err(wrong()),
            }
        }
    }

    /// Whether a cart of this version may be changed.
    pub fn admits(&self, version: u64) -> bool {
        match self {
            Precondition::Any => true,
            Precondition::OneOf(tags) => tags.iter().any(|tag| *tag == version.to_string()),
        }
    }
}

/// The entity tag of a version, quotes included.
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, admits_3: Option<bool>) {
        assert_eq!(Precondition::parse(value).ok().map(|asked| asked.admits(3)), admits_3, "{value}");
    }

    #[test]
    fn a_version_is_changed_only_if_its_tag_is_named() {
        check("*", Some(true));
        check(&etag(3), Some(true));
        check("\"2\" ,\"3\"", Some(true));
        check("\"2\"", Some(false));
        check("\"03\"", Some(false));
        check("\"a, b\"", Some(false));
        check("W/\"3\"", Some(false));
        check("W/\"2\", \"3\"", Some(true));
    }

    #[test]
    fn what_is_not_an_entity_tag_is_refused() {
        for value in ["", "3", "\"3", "\"3\" \"4\"", "\"3\",", ",", "w/\"3\"", "\"3\";q=1"] {
            check(value, None);
        }
    }
}

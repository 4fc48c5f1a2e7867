//! Messages in API Gateway's words.
//!
//! They are those of the Java library json-schema-validator, in which API Gateway's users recognise theirs: `object has
//! missing required properties (["name"])`.

use std::{borrow::Cow, collections::HashSet};

use json::{Node, write_string};

use crate::{Violation, schema::Types};

/// How much of a value is repeated, in characters. API Gateway repeats all of it, and what it tells of a long one is not
/// known.
const MAX_REPEATED: usize = 1000;

/// What `$context.error.validationErrorString` says: the messages in brackets, each once.
///
/// `[object has missing required properties (["email","name"])]`. Of a body that is no JSON see [`UNREADABLE`].
///
/// Known from what users of API Gateway report are the words of `required`, `type`, `enum`, `oneOf`, `minimum` and
/// `maximum`; those of other keywords are the library's. Not known is the order of several messages: reports
/// have them in what looks like the order of a hash table, here they are in the order in which the library finds them. The
/// reports also have a warning for each format that is not supported, `format attribute "double" not supported`, among
/// the messages; it says nothing of the body and is left out.
pub fn validation_error_string(violations: &[Violation]) -> String {
    let mut seen = HashSet::new();
    let messages = violations.iter().map(|violation| violation.message.as_str());
    let messages: Vec<&str> = messages.filter(|message| seen.insert(*message)).collect();
    format!("[{}]", messages.join(", "))
}

/// What `$context.error.validationErrorString` says of a body that is no JSON, an empty one included.
pub const UNREADABLE: &str = "[Unknown error parsing request body]";

/// `["a","b"]`.
pub(crate) fn list<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    let mut text = String::from("[");
    for name in names {
        if text.len() > 1 {
            text.push(',');
        }
        write_string(name, &mut text);
    }
    text.push(']');
    text
}

/// `names` in order.
pub(crate) fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

pub(crate) fn wrong_type(found: &str, allowed: Types) -> String {
    let allowed = list(allowed.names());
    format!("instance type ({found}) does not match any allowed primitive type (allowed: {allowed})")
}

/// A value as JSON, shortened if it is long.
pub(crate) fn json(value: Node<'_>) -> String {
    let mut text = String::new();
    value.write(&mut text);
    shortened(&text).into_owned()
}

/// `text`, or its beginning if it is long.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_REPEATED) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

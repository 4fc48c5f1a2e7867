//! Texts with wildcards and policy variables.
//! (IAM user guide, `reference_policies_variables`, `reference_policies_elements_condition_operators`.)

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::PolicyRequest;

/// A text to match others with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Piece {
    Text(String),
    /// `*`: any characters, or none.
    Many,
    /// `?`: any one character.
    One,
    /// `${key}`, `${key, 'default'}`.
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// What a pattern's text may hold besides itself.
#[derive(Clone, Copy)]
pub(crate) struct Syntax {
    /// `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
    /// `${…}` is a variable: in policies of version 2012-10-17.
    pub(crate) variables: bool,
}

/// A piece whose variable was looked up.
enum Unit<'a> {
    Text(Cow<'a, str>),
    Many,
    One,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Self, String> {
        let mut pattern = Pattern(Vec::new());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let after = rest.strip_prefix(first).unwrap_or_default();
            match first {
                '$' if syntax.variables && after.starts_with('{') => {
                    let inner = after.strip_prefix('{').unwrap_or_default();
                    let (name, after) = inner.split_once('}').ok_or("the variable has no closing }")?;
                    pattern.push_variable(name)?;
                    rest = after;
                    continue;
                }
                '*' if syntax.wildcards => pattern.0.push(Piece::Many),
                '?' if syntax.wildcards => pattern.0.push(Piece::One),
                other => pattern.push_text(other.encode_utf8(&mut [0; 4])),
            }
            rest = after;
        }
        Ok(pattern)
    }

    /// The pattern that matches everything.
    pub(crate) fn everything() -> Self {
        Pattern(vec![Piece::Many])
    }

    /// Whether it matches the whole of `text`. A variable that the request has no value for is like no text.
    pub(crate) fn matches(&self, text: &str, request: &PolicyRequest<'_>) -> bool {
        self.units(request).is_some_and(|units| matches(&units, text))
    }

    /// The same, ignoring case.
    pub(crate) fn matches_ignoring_case(&self, text: &str, request: &PolicyRequest<'_>) -> bool {
        let units = self.units(request).map(|units| units.into_iter().map(lower).collect::<Vec<_>>());
        units.is_some_and(|units| matches(&units, &text.to_lowercase()))
    }

    /// The condition keys that its variables name.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key.as_str()),
            Piece::Text(_) | Piece::Many | Piece::One => None,
        })
    }

    fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }

    fn push_variable(&mut self, name: &str) -> Result<(), String> {
        if matches!(name, "*" | "?" | "$") {
            self.push_text(name);
            return Ok(());
        }
        let (key, default) = match name.split_once(',') {
            None => (name.trim(), None),
            Some((key, default)) => {
                let quoted = default.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
                (key.trim(), Some(quoted.ok_or("the variable's default is not in single quotes")?.to_owned()))
            }
        };
        if key.is_empty() {
            return Err("the variable names no condition key".to_owned());
        }
        self.0.push(Piece::Variable { key: key.to_ascii_lowercase(), default });
        Ok(())
    }

    fn units<'a>(&'a self, request: &'a PolicyRequest<'_>) -> Option<Vec<Unit<'a>>> {
        let units = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => Some(Unit::Text(Cow::Borrowed(text))),
            Piece::Many => Some(Unit::Many),
            Piece::One => Some(Unit::One),
            Piece::Variable { key, default } => {
                request.value(key).or(default.as_deref().map(Cow::Borrowed)).map(Unit::Text)
            }
        });
        units.collect()
    }
}

fn lower(unit: Unit<'_>) -> Unit<'_> {
    match unit {
        Unit::Text(text) => Unit::Text(Cow::Owned(text.to_lowercase())),
        other => other,
    }
}

/// Tries the shortest text for each `*` first and returns to the last one only: earlier ones never need another try. So
/// it takes at most the pattern's length times the text's, and no stack.
fn matches(pattern: &[Unit<'_>], text: &str) -> bool {
    let (mut units, mut rest) = (pattern, text);
    let mut last_star: Option<(&[Unit<'_>], &str)> = None;
    loop {
        let step = match units.split_first() {
            None if rest.is_empty() => return true,
            None => None,
            Some((Unit::Many, [])) => return true,
            Some((Unit::Many, after)) => {
                last_star = Some((after, rest));
                Some((after, rest))
            }
            Some((Unit::One, after)) => without_first(rest).map(|rest| (after, rest)),
            Some((Unit::Text(text), after)) => rest.strip_prefix(text.as_ref()).map(|rest| (after, rest)),
        };
        let next = step.or_else(|| last_star.and_then(|(after, from)| Some((after, without_first(from)?))));
        if step.is_none() {
            last_star = next;
        }
        let Some((next_units, next_rest)) = next else { return false };
        (units, rest) = (next_units, next_rest);
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}

//! `java.lang.String`. Places are counted in UTF-16 units, as Java does.

use crate::{
    java,
    regex::Regex,
    render::{Rendered, Renderer},
    value::{Text, Value},
};

impl<'a> Renderer<'a> {
    pub(super) fn string_method(
        &mut self,
        text: &Text<'a>,
        name: &str,
        arguments: &[Value<'a>],
    ) -> Rendered<Value<'a>> {
        match arguments {
            [] => self.string_by_itself(text, name),
            [Value::Null, ..] | [_, Value::Null] if name != "valueOf" && name != "format" => Ok(Value::Null),
            [first] => match self.string_with_place(text, name, first)? {
                Some(value) => Ok(value),
                None => self.string_with_text(text, name, first),
            },
            [first, second] => self.string_with_two(text, name, first, second, arguments),
            _ => self.string_with_many(name, arguments),
        }
    }

    fn string_by_itself(&mut self, text: &Text<'a>, name: &str) -> Rendered<Value<'a>> {
        Ok(match name {
            "length" => Value::count(java::length(text)),
            "isEmpty" => Value::Bool(text.is_empty()),
            "isBlank" => Value::Bool(text.trim().is_empty()),
            "trim" => return self.part(text, java::trim(text)),
            "strip" => return self.part(text, text.trim()),
            "stripLeading" => return self.part(text, text.trim_start()),
            "stripTrailing" => return self.part(text, text.trim_end()),
            "toLowerCase" => return self.made_text(text.to_lowercase()),
            "toUpperCase" => return self.made_text(text.to_uppercase()),
            "intern" | "toString" => Value::Text(text.clone()),
            "toCharArray" => {
                self.spend(text.len())?;
                let letters: Vec<_> = text.chars().map(|letter| Value::text(letter.to_string())).collect();
                self.heap.list(letters, false)
            }
            "getBytes" | "bytes" => {
                self.spend(text.len())?;
                let bytes: Vec<_> = text.bytes().map(|byte| Value::Integer(i64::from(byte.cast_signed()))).collect();
                self.heap.list(bytes, false)
            }
            _ => Value::Null,
        })
    }

    /// A part of a text, without a copy where the text is the body's or the template's.
    fn part(&mut self, whole: &Text<'a>, part: &str) -> Rendered<Value<'a>> {
        match whole {
            whole if whole.len() == part.len() => Ok(Value::Text(whole.clone())),
            Text::Borrowed(whole) => {
                let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
                Ok(Value::text(whole.get(start..start + part.len()).unwrap_or_default()))
            }
            Text::Shared(_) => self.made_text(part.to_owned()),
        }
    }

    /// Methods that take a place in the text, or a count.
    fn string_with_place(&mut self, text: &Text<'a>, name: &str, at: &Value<'a>) -> Rendered<Option<Value<'a>>> {
        let Some(at) = at.as_integer() else {
            return Ok(None);
        };
        match name {
            "charAt" => self.substring(text, at, at.saturating_add(1)).map(Some),
            "substring" => {
                let end = i64::try_from(java::length(text)).unwrap_or(i64::MAX);
                self.substring(text, at, end).map(Some)
            }
            "codePointAt" => {
                let character = self.substring(text, at, at.saturating_add(1))?;
                let text = self.text_of(&character)?;
                Ok(text.chars().next().map(|character| Value::Integer(i64::from(u32::from(character)))))
            }
            "repeat" => {
                let count = usize::try_from(at).unwrap_or(0);
                if text.len().saturating_mul(count) > crate::MAX_OUTPUT_BYTES {
                    return Err(self.limit("the text is longer than 10 MB"));
                }
                self.made_text(text.repeat(count)).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn substring(&mut self, text: &Text<'a>, from: i64, to: i64) -> Rendered<Value<'a>> {
        if let (Text::Borrowed(whole), true, Ok(from), Ok(to)) =
            (text, text.is_ascii(), usize::try_from(from), usize::try_from(to))
            && let Some(part) = whole.get(from..to)
        {
            return Ok(Value::text(part));
        }
        match java::substring(text, from, to) {
            Some(part) => self.made_text(part),
            None => {
                let length = java::length(text);
                Err(self.failed(format!("from {from} to {to} is not within a text of length {length}")))
            }
        }
    }

    fn string_with_text(&mut self, text: &Text<'a>, name: &str, other: &Value<'a>) -> Rendered<Value<'a>> {
        if name == "join" {
            return self.joined(text, std::slice::from_ref(other));
        }
        let other = self.text_of(other)?;
        self.spend((text.len() + other.len()) / 64)?;
        Ok(match name {
            "contains" => Value::Bool(text.contains(&*other)),
            "startsWith" => Value::Bool(text.starts_with(&*other)),
            "endsWith" => Value::Bool(text.ends_with(&*other)),
            "equalsIgnoreCase" => Value::Bool(text.to_lowercase() == other.to_lowercase()),
            "contentEquals" => Value::Bool(*text == other),
            "concat" => return self.made_text(format!("{}{}", &**text, &*other)),
            "indexOf" => place(text, text.find(&*other)),
            "lastIndexOf" => place(text, text.rfind(&*other)),
            "compareTo" => compared(text, &other),
            "compareToIgnoreCase" => compared(&text.to_lowercase(), &other.to_lowercase()),
            "matches" => {
                let regex = self.regex(&other)?;
                self.matched_whole(&regex, text)?
            }
            "split" => return self.split(text, &other, 0),
            "valueOf" | "copyValueOf" => Value::Text(other),
            "format" => return self.format(&other, &[]),
            _ => Value::Null,
        })
    }

    fn string_with_two(
        &mut self,
        text: &Text<'a>,
        name: &str,
        first: &Value<'a>,
        second: &Value<'a>,
        all: &[Value<'a>],
    ) -> Rendered<Value<'a>> {
        match (name, first.as_integer(), second.as_integer()) {
            ("substring" | "subSequence", Some(from), Some(to)) => return self.substring(text, from, to),
            ("join" | "format", _, _) => return self.string_with_many(name, all),
            _ => {}
        }
        let one = self.text_of(first)?;
        self.spend((text.len() + one.len()) / 64)?;
        match (name, second.as_integer()) {
            ("split", Some(limit)) => self.split(text, &one, limit),
            ("indexOf", Some(from)) => {
                let from = java::byte_of(text, from);
                let found = text.get(from..).and_then(|rest| rest.find(&*one)).map(|at| at + from);
                Ok(place(text, found))
            }
            ("lastIndexOf", Some(_)) if one.is_empty() => Ok(place(text, text.rfind(""))),
            ("lastIndexOf", Some(from)) => {
                let end = java::byte_of(text, from).saturating_add(one.len()).min(text.len());
                let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
                Ok(place(text, text.get(..end).and_then(|start| start.rfind(&*one))))
            }
            ("startsWith", Some(from)) => {
                let rest = text.get(java::byte_of(text, from)..).unwrap_or_default();
                Ok(Value::Bool(rest.starts_with(&*one)))
            }
            _ => {
                let two = self.text_of(second)?;
                self.replaced(text, name, &one, &two)
            }
        }
    }

    fn replaced(&mut self, text: &Text<'a>, name: &str, one: &Text<'a>, two: &Text<'a>) -> Rendered<Value<'a>> {
        let grows = two.len() > one.len() && name == "replace";
        if grows && text.len() + text.matches(&**one).count().saturating_mul(two.len()) > crate::MAX_OUTPUT_BYTES * 2 {
            return Err(self.limit("the text is longer than 10 MB"));
        }
        match name {
            "replace" if !text.contains(&**one) => Ok(Value::Text(text.clone())),
            "replace" => self.made_text(text.replace(&**one, two)),
            "replaceAll" | "replaceFirst" => {
                let regex = self.regex(one)?;
                let limit = if name == "replaceAll" { usize::MAX } else { 1 };
                let replaced = regex.replace(text, two, limit);
                let matches = replaced.as_ref().map_or(0, |(_, matches)| *matches);
                self.spend(regex.steps(matches, text.len()))?;
                match replaced.map(|(replaced, _)| replaced) {
                    Ok(Some(replaced)) => self.made_text(replaced),
                    Ok(None) => Ok(Value::Text(text.clone())),
                    Err(error) => Err(self.regex_problem(error)),
                }
            }
            _ => Ok(Value::Null),
        }
    }

    fn string_with_many(&mut self, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        let Some((first, rest)) = arguments.split_first() else {
            return Ok(Value::Null);
        };
        let first = self.text_of(first)?;
        match name {
            "join" => self.joined(&first, rest),
            "format" => self.format(&first, rest),
            _ => Ok(Value::Null),
        }
    }

    /// `String.join`: the items of a list, or the values themselves.
    fn joined(&mut self, separator: &Text<'a>, values: &[Value<'a>]) -> Rendered<Value<'a>> {
        let items = match values {
            [list] => self.heap.items(list).unwrap_or_else(|| values.to_vec()),
            values => values.to_vec(),
        };
        let mut out = String::new();
        for (at, item) in items.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { separator });
            out.push_str(&self.text_of(item)?);
            if out.len() > crate::MAX_OUTPUT_BYTES {
                return Err(self.limit("the text is longer than 10 MB"));
            }
        }
        self.made_text(out)
    }

    fn matched_whole(&mut self, regex: &Regex, text: &str) -> Rendered<Value<'a>> {
        self.spend(regex.steps(1, text.len()))?;
        regex.matches_whole(text).map(Value::Bool).map_err(|error| self.regex_problem(error))
    }
}

/// A place in a text, in UTF-16 units; -1 if there is none.
fn place<'a>(text: &str, byte: Option<usize>) -> Value<'a> {
    byte.map_or(Value::Integer(-1), |byte| Value::count(java::unit_of(text, byte)))
}

/// `compareTo`: how the first differing units differ, else the lengths.
fn compared<'a>(left: &str, right: &str) -> Value<'a> {
    let differing = left.encode_utf16().zip(right.encode_utf16()).find(|(left, right)| left != right);
    Value::Integer(match differing {
        Some((left, right)) => i64::from(left) - i64::from(right),
        None => i64::try_from(java::length(left)).unwrap_or(0) - i64::try_from(java::length(right)).unwrap_or(0),
    })
}

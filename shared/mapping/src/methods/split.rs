//! `String.split`, and where regular expressions come from.

use crate::{
    RenderProblem,
    regex::{COMPILING_STEPS, Problem, Regex},
    render::{Rendered, Renderer},
    value::{Text, Value},
};

impl<'a> Renderer<'a> {
    /// `split(pattern, limit)`: without a limit the empty texts at the end are left out; an empty match at the beginning
    /// gives no empty text before it.
    pub(super) fn split(&mut self, text: &Text<'a>, pattern: &Text<'a>, limit: i64) -> Rendered<Value<'a>> {
        let regex = self.regex(pattern)?;
        let most = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let found = regex.find_all(text, most.saturating_sub(1).min(text.len() + 1));
        let found = found.map_err(|error| self.regex_problem(error))?;
        self.spend(regex.steps(found.len(), text.len()))?;
        let mut parts: Vec<Value<'a>> = Vec::new();
        let mut from = 0;
        for (start, end) in found {
            if end > 0 && (start, end) != (text.len(), text.len()) {
                parts.push(slice(text, from, start));
                from = end;
            }
        }
        parts.push(slice(text, from, text.len()));
        let is_empty = |part: &Value<'_>| matches!(part, Value::Text(text) if text.is_empty());
        while limit == 0 && parts.len() > 1 && parts.last().is_some_and(is_empty) {
            parts.pop();
        }
        if limit == 0 && parts.len() == 1 && from > 0 && parts.first().is_some_and(is_empty) {
            parts.pop();
        }
        self.heap.charge(text.len());
        Ok(self.heap.list(parts, false))
    }

    /// A regular expression, compiled once a template.
    pub(super) fn regex(&mut self, pattern: &str) -> Rendered<Regex> {
        let (regex, compiled) = self.patterns.find(pattern).map_err(|error| self.regex_problem(error))?;
        self.spend(if compiled { COMPILING_STEPS } else { 0 })?;
        Ok(regex)
    }

    pub(super) fn regex_problem(&self, problem: Problem) -> RenderProblem {
        match problem {
            Problem::Pattern(message) => self.failed(message),
            Problem::TooMuchWork => self.limit("a regular expression takes too much work"),
            Problem::TooLong => self.limit("the text is longer than 10 MB"),
        }
    }
}

fn slice<'a>(text: &Text<'a>, from: usize, to: usize) -> Value<'a> {
    match text {
        Text::Borrowed(text) => Value::text(text.get(from..to).unwrap_or_default()),
        Text::Shared(text) => Value::text(text.get(from..to).unwrap_or_default().to_owned()),
    }
}

//! Where a definition names what a service's action is about: `TableName` in a template, in a query, in a URI.

use super::pattern::Pattern;
use crate::{Destination, Mapped, Service, ServiceAction, ServiceRequest, Text};

/// How many values a field may have in one operation, over all branches of its templates: with an index for each table these
/// are a few hundred statements.
const MAX_VALUES: usize = 20;

/// The fields of a call, as far as the definition knows them.
pub(super) enum Fields<'a> {
    /// An action with parameters of its own.
    Action(&'a ServiceAction),
    /// A request that a mapping makes.
    Mapped {
        /// The mapping.
        mapped: &'a Mapped,
        /// Values that the URI adds.
        added: Vec<(&'a str, Pattern)>,
    },
}

impl<'a> Fields<'a> {
    pub(super) fn of_action(action: &'a ServiceAction) -> Self {
        Fields::Action(action)
    }

    pub(super) fn of_mapped(mapped: &'a Mapped, service: &'a Service) -> Self {
        let parameters = match &service.request {
            ServiceRequest::Action { parameters, .. } => parameters.as_slice(),
            ServiceRequest::Path(_) => &[],
        };
        let none = Fields::Mapped { mapped, added: Vec::new() };
        let added = parameters.iter().map(|(name, value)| (name.as_str(), none.filled(value))).collect();
        Fields::Mapped { mapped, added }
    }

    /// All values that the definition gives to the field `name`; none where it is silent.
    pub(super) fn get(&self, name: &str) -> Vec<Pattern> {
        match self {
            Fields::Action(action) => action.parameters.get(name).map(Pattern::of_action).into_iter().collect(),
            Fields::Mapped { mapped, added } => {
                let added = added.iter().filter(|(other, _)| *other == name).map(|(_, value)| value.clone());
                let query = self.mapped_to(|to| matches!(to, Destination::Query(other) if other == name));
                let templates = mapped.request.templates.iter().flat_map(|(_, text)| in_template(text, name));
                bounded(added.chain(query).chain(templates))
            }
        }
    }

    /// The value of a header that the mapping sets.
    pub(super) fn header(&self, name: &str) -> Option<Pattern> {
        self.mapped_to(|to| matches!(to, Destination::Header(other) if other.eq_ignore_ascii_case(name))).next()
    }

    /// Whether nothing but the client's own request says what is asked.
    pub(super) fn are_the_clients(&self) -> bool {
        matches!(self, Fields::Mapped { mapped, .. } if mapped.request.templates.is_empty())
    }

    /// A part of the URI with what is known of its path parameters.
    pub(super) fn filled(&self, text: &Text) -> Pattern {
        Pattern::of_text(text, &|hole| {
            self.mapped_to(|to| matches!(to, Destination::Path(other) if other == hole))
                .next()
                .unwrap_or_else(Pattern::any)
        })
    }

    fn mapped_to<'s>(&'s self, fits: impl Fn(&Destination) -> bool + 's) -> impl Iterator<Item = Pattern> + 's {
        let parameters = match self {
            Fields::Action(_) => &[],
            Fields::Mapped { mapped, .. } => mapped.request.parameters.as_slice(),
        };
        parameters.iter().filter(move |mapping| fits(&mapping.to)).map(|mapping| Pattern::of_source(&mapping.from))
    }
}

/// Each value once. Whoever names more than a policy can tell apart names any.
fn bounded(values: impl Iterator<Item = Pattern>) -> Vec<Pattern> {
    let mut found: Vec<Pattern> = Vec::new();
    for value in values {
        if found.contains(&value) {
            continue;
        }
        if found.len() == MAX_VALUES {
            return vec![Pattern::any()];
        }
        found.push(value);
    }
    found
}

/// The values of `name` in a template that makes JSON (`"name": "value"`) or a query (`name=value`).
fn in_template(template: &str, name: &str) -> Vec<Pattern> {
    let mut values = Vec::new();
    for (at, _) in template.match_indices(name) {
        let before = template.get(..at).unwrap_or_default().chars().next_back();
        let after = template.get(at + name.len()..).unwrap_or_default();
        if let (Some('"'), Some(rest)) = (before, after.strip_prefix('"')) {
            let Some(value) = rest.trim_start().strip_prefix(':') else { continue };
            values.push(value.trim_start().strip_prefix('"').map_or_else(Pattern::any, |value| value_of(value, "\"")));
        } else if let Some(value) = after.strip_prefix('=')
            && before.is_none_or(|before| "?&\"'".contains(before) || before.is_whitespace())
        {
            values.push(value_of(value, "&\"' \t\r\n"));
        }
    }
    values
}

/// A template's text up to one of `ends`. What it computes, other than a stage variable, is not known.
fn value_of(text: &str, ends: &str) -> Pattern {
    let mut value = Pattern::default();
    let mut rest = text;
    while let Some(next) = rest.chars().next().filter(|next| !ends.contains(*next)) {
        if next == '$' {
            let Some((name, after)) = stage_variable(rest) else { return value.then(Pattern::any()) };
            value = value.then(Pattern::variable(name));
            rest = after;
            continue;
        }
        let (plain, after) = rest.split_at(rest.find(|c| c == '$' || ends.contains(c)).unwrap_or(rest.len()));
        let decoded = percent_encoding::percent_decode_str(plain).decode_utf8_lossy();
        if !decoded.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/".contains(c)) {
            return value.then(Pattern::any());
        }
        value = value.then(Pattern::text(&decoded));
        rest = after;
    }
    value
}

/// The stage variable that a template's reference is, whether it is made safe for a query or not, and what comes after it.
fn stage_variable(reference: &str) -> Option<(&str, &str)> {
    if let Some(inner) = reference.strip_prefix("$util.urlEncode(") {
        let (name, after) = stage_variable(inner)?;
        return Some((name, after.strip_prefix(')')?));
    }
    let inner = reference.strip_prefix("$")?;
    let inner = inner.strip_prefix('!').unwrap_or(inner);
    let (inner, braced) = inner.strip_prefix('{').map_or((inner, false), |inner| (inner, true));
    let name = inner.strip_prefix("stageVariables.")?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    let (name, after) = name.split_at(end);
    let after = if braced { after.strip_prefix('}')? } else { after };
    let goes_on = after.starts_with(['.', '[', '-']) && !braced;
    (!name.is_empty() && !goes_on).then_some((name, after))
}

/// The stage variables that a template refers to by their names.
pub(crate) fn variables_of(template: &str) -> impl Iterator<Item = &str> {
    template.match_indices('$').filter_map(|(at, _)| {
        let reference = template.get(at + 1..)?.trim_start_matches(['!', '{']);
        let named = reference.strip_prefix("stageVariables")?;
        let named = ["['", "[\"", ".get('", ".get(\"", "."].into_iter().find_map(|open| named.strip_prefix(open))?;
        let end = named.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(named.len());
        let (name, after) = named.split_at(end);
        // `.get($name)` and `.size()` name none.
        (!name.is_empty() && !after.starts_with('(')).then_some(name)
    })
}

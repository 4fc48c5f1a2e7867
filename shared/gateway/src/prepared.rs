//! An operation and what is compiled of it: each template and pattern when it is first used, and once.

use std::sync::OnceLock;

use definition::{Integration, IntegrationResponse, MAX_PATTERN_BYTES, Mapped, Operation};
use fancy_regex::{Regex, RegexBuilder};
use mapping::Template;

use crate::Refusal;

/// Steps that a pattern may go back while it is matched: one that needs more is hostile to its own gateway.
const MAX_BACKTRACKS: usize = 100_000;

type Slot<T> = OnceLock<Result<T, String>>;

/// An operation, decoded, with room for what is compiled of it.
pub(crate) struct Prepared {
    pub(crate) operation: Operation,
    request_templates: Vec<Slot<Template>>,
    responses: Vec<Response>,
}

#[derive(Default)]
struct Response {
    pattern: Slot<Regex>,
    templates: Vec<Slot<Template>>,
}

impl Prepared {
    pub(crate) fn new(operation: Operation) -> Self {
        let mut prepared = Prepared { operation, request_templates: Vec::new(), responses: Vec::new() };
        if let Integration::Mapped(mapped) = &prepared.operation.integration {
            prepared.request_templates = slots(mapped.request.templates.len());
            let response = |response: &IntegrationResponse| Response {
                templates: slots(response.templates.len()),
                ..Response::default()
            };
            prepared.responses = mapped.responses.iter().map(response).collect();
        }
        prepared
    }

    fn mapped(&self) -> Option<&Mapped> {
        if let Integration::Mapped(mapped) = &self.operation.integration { Some(mapped) } else { None }
    }

    /// The request template at `index`.
    ///
    /// # Errors
    /// 500 where it is no template, which `tollgate build` does not let through.
    pub(crate) fn request_template(&self, index: usize) -> Result<&Template, Refusal> {
        let source = self.mapped().and_then(|mapped| mapped.request.templates.get(index));
        template(self.request_templates.get(index), source)
    }

    /// The template at `index` of the integration response at `response`.
    ///
    /// # Errors
    /// 500 where it is no template, which `tollgate build` does not let through.
    pub(crate) fn response_template(&self, response: usize, index: usize) -> Result<&Template, Refusal> {
        let source = self.mapped().and_then(|mapped| mapped.responses.get(response)?.templates.get(index));
        template(self.responses.get(response).and_then(|response| response.templates.get(index)), source)
    }

    /// Whether the pattern of the integration response at `response` matches the whole of `text`.
    pub(crate) fn is_for(&self, response: usize, text: &str) -> bool {
        let slot = self.responses.get(response).map(|response| &response.pattern);
        let source = self.mapped().and_then(|mapped| mapped.responses.get(response)?.pattern.as_deref());
        let Some((slot, source)) = slot.zip(source) else { return false };
        let pattern = slot.get_or_init(|| pattern(source).map_err(|error| error.to_string()));
        pattern.as_ref().is_ok_and(|pattern| pattern.is_match(text).unwrap_or(false))
    }
}

/// `source`, to match a text as a whole, as Java's `matches` does.
fn pattern(source: &str) -> Result<Regex, Box<fancy_regex::Error>> {
    RegexBuilder::new(&format!("^(?:{source})$"))
        .backtrack_limit(MAX_BACKTRACKS)
        .delegate_size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(Box::new)
}

fn slots<T>(count: usize) -> Vec<Slot<T>> {
    (0..count).map(|_| OnceLock::new()).collect()
}

fn template<'s>(slot: Option<&'s Slot<Template>>, source: Option<&(String, String)>) -> Result<&'s Template, Refusal> {
    let missing = || Refusal::Configuration("the template is not there".to_owned());
    let (slot, (media_type, source)) = slot.zip(source).ok_or_else(missing)?;
    let compiled = slot.get_or_init(|| Template::parse(source).map_err(|error| error.to_string()));
    compiled.as_ref().map_err(|error| Refusal::Configuration(format!("the template for {media_type}: {error}")))
}

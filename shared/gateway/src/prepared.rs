//! An operation and what is compiled of it: each template and pattern when it is first used, and once.

use std::sync::OnceLock;

use definition::{Integration, IntegrationResponse, Limits, Mapped, Operation, RequestMapping, Target, Validation};
use mapping::{SelectionPattern, Template};

use crate::Refusal;

type Slot<T> = OnceLock<Result<T, String>>;

/// An operation, decoded, with room for what is compiled of it.
pub(crate) struct Prepared {
    pub(crate) operation: Operation,
    request_templates: Vec<Slot<Template>>,
    responses: Vec<Response>,
    /// The parts of an aggregate, each as an operation of its own, of the same path and method.
    pub(crate) parts: Vec<Prepared>,
    /// An aggregate's response, as that of a mock.
    pub(crate) join: Option<Box<Prepared>>,
}

#[derive(Default)]
struct Response {
    pattern: Slot<SelectionPattern>,
    templates: Vec<Slot<Template>>,
}

impl Prepared {
    pub(crate) fn new(operation: Operation) -> Self {
        let mut prepared =
            Prepared { operation, request_templates: Vec::new(), responses: Vec::new(), parts: Vec::new(), join: None };
        if let Integration::Aggregate(aggregate) = &prepared.operation.integration {
            let Operation { path, method, admits, .. } = &prepared.operation;
            let own = |integration| {
                let validation = Validation::default();
                let (path, method, limits) = (path.clone(), method.clone(), Limits::default());
                Prepared::new(Operation { path, method, admits: admits.clone(), limits, validation, integration })
            };
            prepared.parts = aggregate.parts.iter().map(|part| own(part.integration.clone())).collect();
            prepared.join = aggregate.response.as_ref().map(|join| Box::new(own(as_mock(&join.response))));
        }
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
        let pattern = slot.get_or_init(|| SelectionPattern::parse(source));
        pattern.as_ref().is_ok_and(|pattern| pattern.matches(text))
    }
}

/// An integration of no backend whose answer always becomes `response`.
fn as_mock(response: &IntegrationResponse) -> Integration {
    let (target, request) = (Target::Mock, RequestMapping::default());
    Integration::Mapped(Mapped { target, request, responses: vec![response.clone()], timeout_ms: 0 })
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

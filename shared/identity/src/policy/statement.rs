//! One statement of a policy.

use serde::{Deserialize, Serialize};

use super::{PolicyRequest, caller::Caller, condition::Condition, pattern::Pattern, resource::ResourcePattern};

/// A statement: what it does to the requests that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Statement {
    /// What it does.
    pub(crate) effect: Effect,
    /// Whose calls it speaks of; in a caller's policy nobody is named, and it speaks of that caller's.
    pub(crate) callers: Option<Selection<Caller>>,
    /// Which actions, in lower case.
    pub(crate) actions: Selection<Pattern>,
    /// Which methods.
    pub(crate) resources: Selection<ResourcePattern>,
    /// What must hold besides: all of them.
    pub(crate) conditions: Vec<Condition>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// Some of all there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Selection<T> {
    /// These: `Action`.
    These(Vec<T>),
    /// All but these: `NotAction`.
    AllBut(Vec<T>),
}

impl<T> Selection<T> {
    fn has(&self, is: impl Fn(&T) -> bool) -> bool {
        match self {
            Selection::These(these) => these.iter().any(is),
            Selection::AllBut(these) => !these.iter().any(is),
        }
    }

    /// What it names.
    pub(crate) fn named(&self) -> &[T] {
        match self {
            Selection::These(these) | Selection::AllBut(these) => these,
        }
    }
}

impl Statement {
    /// Whether it speaks of the request.
    pub(crate) fn speaks_of(&self, request: &PolicyRequest<'_>) -> bool {
        self.callers.as_ref().is_none_or(|callers| callers.has(|caller| caller.matches(request.principal)))
            && self.actions.has(|action| action.matches_ignoring_case(request.action, request))
            && self.resources.has(|resource| resource.matches(request))
            && self.conditions.iter().all(|condition| condition.holds(request))
    }

    /// The condition keys that it asks for.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let in_resources = self.resources.named().iter().flat_map(ResourcePattern::keys);
        self.conditions.iter().flat_map(Condition::keys).chain(in_resources)
    }
}

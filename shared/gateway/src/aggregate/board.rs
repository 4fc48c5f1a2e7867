//! Where each part of an aggregate stands.

use std::rc::Rc;

use definition::AggregatePart;

use super::{
    PartFailure,
    answers::{Answer, Answers, Failure},
    too_large,
};
use crate::{GatewayResponse, MAX_PAYLOAD_BYTES, Refusal};

enum State {
    Waiting,
    Running,
    Settled(Rc<Answer>),
}

/// The parts of one request's aggregate.
pub(super) struct Board<'a> {
    parts: &'a [AggregatePart],
    states: Vec<State>,
    /// Of all bodies so far.
    bytes: usize,
}

impl<'a> Board<'a> {
    pub(super) fn new(parts: &'a [AggregatePart]) -> Self {
        Board { parts, states: parts.iter().map(|_| State::Waiting).collect(), bytes: 0 }
    }

    /// The next part for which all that it waits for is settled; from now on it runs.
    pub(super) fn next(&mut self) -> Option<(usize, &'a AggregatePart)> {
        let is_ready = |(place, part): &(usize, &AggregatePart)| {
            matches!(self.states.get(*place), Some(State::Waiting))
                && part.after.iter().all(|before| self.answer(*before).is_some())
        };
        let (place, part) = self.parts.iter().enumerate().find(is_ready)?;
        *self.states.get_mut(place)? = State::Running;
        Some((place, part))
    }

    fn answer(&self, place: usize) -> Option<&Rc<Answer>> {
        match self.states.get(place)? {
            State::Settled(answer) => Some(answer),
            State::Waiting | State::Running => None,
        }
    }

    /// The answers of the parts in `places`, as far as there are.
    pub(super) fn answers(&self, places: &[usize]) -> Answers<'a> {
        let named = |place: &usize| Some((self.parts.get(*place)?.name.as_str(), self.answer(*place)?.clone()));
        places.iter().filter_map(named).collect()
    }

    /// The failure of a part that `part` waits for, as a failure of its own.
    pub(super) fn failed_before(&self, part: &AggregatePart) -> Option<Failure> {
        let answers = self.answers(&part.after);
        answers.iter().find_map(|(name, answer)| Some(Failure::dependency(name, answer.failure()?)))
    }

    /// Notes what the part in `place` gave.
    ///
    /// # Errors
    /// When the part is required and failed, or all bodies so far are together larger than the answer may be.
    pub(super) fn settle(
        &mut self,
        place: usize,
        outcome: Result<GatewayResponse, Refusal>,
        failures: &mut Vec<PartFailure>,
    ) -> Result<(), Refusal> {
        let Some(part) = self.parts.get(place) else { return Ok(()) };
        let failure = match outcome {
            Ok(response) if response.status < part.fails_from => {
                self.bytes = self.bytes.saturating_add(response.body.len());
                self.set(place, Answer::new(response));
                return if self.bytes > MAX_PAYLOAD_BYTES { Err(too_large()) } else { Ok(()) };
            }
            Ok(response) => Failure::status(&part.name, response.status),
            Err(refusal) => Failure::refused(refusal),
        };
        failures.push(PartFailure { part: part.name.clone(), called: None, refusal: failure.refusal.clone() });
        self.fail(place, failure)
    }

    /// Notes that the part in `place` failed.
    ///
    /// # Errors
    /// When it is required.
    pub(super) fn fail(&mut self, place: usize, failure: Failure) -> Result<(), Refusal> {
        if self.parts.get(place).is_some_and(|part| part.required) {
            return Err(failure.refusal);
        }
        self.set(place, Answer::failed(failure));
        Ok(())
    }

    fn set(&mut self, place: usize, answer: Answer) {
        if let Some(state) = self.states.get_mut(place) {
            *state = State::Settled(Rc::new(answer));
        }
    }

    /// What all parts gave.
    ///
    /// # Errors
    /// When parts wait for each other in a circle, which `tollgate check` does not let through.
    pub(super) fn settled(&self) -> Result<Vec<Rc<Answer>>, Refusal> {
        let all: Option<Vec<_>> = (0..self.parts.len()).map(|place| self.answer(place).cloned()).collect();
        all.ok_or_else(|| Refusal::Configuration("the parts of the aggregate wait for each other".to_owned()))
    }
}

//! What a definition says of a value: text, stage variables, and gaps that only a request fills.

use std::collections::BTreeSet;

use super::{Resource, names};
use crate::{ActionValue, Part, Piece, Source, Text};

/// A value in its pieces. An empty one says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Bit>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Bit {
    Text(String),
    /// A stage variable.
    Variable(String),
    /// A pseudo parameter of CloudFormation's, `AWS::Region`.
    Pseudo(&'static str),
    /// What only a request says.
    Any,
}

impl Pattern {
    /// What only a request says.
    pub(super) fn any() -> Self {
        Pattern(vec![Bit::Any])
    }

    pub(super) fn text(text: &str) -> Self {
        Pattern(if text.is_empty() { Vec::new() } else { vec![Bit::Text(text.to_owned())] })
    }

    pub(super) fn variable(name: &str) -> Self {
        Pattern(vec![Bit::Variable(name.to_owned())])
    }

    /// A URI's part, whose path parameters are what `parameter` says.
    pub(super) fn of_text(text: &Text, parameter: &dyn Fn(&str) -> Pattern) -> Self {
        let parts = text.0.iter().map(|part| match part {
            Part::Literal(text) => Pattern::text(text),
            Part::StageVariable(name) => Pattern::variable(name),
            Part::PathParameter(name) => parameter(name),
        });
        parts.fold(Pattern::default(), Pattern::then)
    }

    /// A mapped value.
    pub(super) fn of_source(source: &Source) -> Self {
        match source {
            Source::Static(text) => Pattern::text(text),
            Source::StageVariable(name) => Pattern::variable(name),
            _ => Pattern::any(),
        }
    }

    /// A parameter of an action.
    pub(super) fn of_action(value: &ActionValue) -> Self {
        let ActionValue::Text { pieces, .. } = value else { return Pattern::any() };
        let pieces = pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => Pattern::text(text),
            Piece::Value(source) => Pattern::of_source(source),
            Piece::RequestPath => Pattern::any(),
        });
        pieces.fold(Pattern::default(), Pattern::then)
    }

    /// `arn:{partition}:{service}:{region}:{account}:{rest}` in this account; without a region, in the stack's.
    pub(super) fn here(service: &str, region: &Pattern, rest: &str) -> Self {
        let region = if region.0.is_empty() { Pattern(vec![Bit::Pseudo("AWS::Region")]) } else { region.clone() };
        let account = Pattern(vec![Bit::Pseudo("AWS::AccountId")]);
        let arn = Pattern::in_partition(service).then(region).then(Pattern::text(":"));
        arn.then(account).then(Pattern::text(&format!(":{rest}")))
    }

    /// `arn:{partition}:{service}:`.
    pub(super) fn in_partition(service: &str) -> Self {
        let partition = Pattern(vec![Bit::Text("arn:".to_owned()), Bit::Pseudo("AWS::Partition")]);
        partition.then(Pattern::text(&format!(":{service}:")))
    }

    /// This one with `next` behind it.
    pub(super) fn then(mut self, next: Pattern) -> Self {
        for bit in next.0 {
            match (self.0.last_mut(), bit) {
                (Some(Bit::Text(last)), Bit::Text(more)) => last.push_str(&more),
                (Some(Bit::Any), Bit::Any) => {}
                (_, bit) => self.0.push(bit),
            }
        }
        self
    }

    /// The pieces between `mark`s.
    pub(super) fn split(&self, mark: char) -> Vec<Pattern> {
        let mut parts = vec![Pattern::default()];
        for bit in &self.0 {
            let Bit::Text(text) = bit else {
                push(&mut parts, Pattern(vec![bit.clone()]));
                continue;
            };
            for (at, piece) in text.split(mark).enumerate() {
                if at > 0 {
                    parts.push(Pattern::default());
                }
                push(&mut parts, Pattern::text(piece));
            }
        }
        parts
    }

    /// The text, if it is nothing else.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Bit::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The stage variable, if it is nothing else.
    pub(super) fn as_variable(&self) -> Option<&str> {
        if let [Bit::Variable(name)] = self.0.as_slice() { Some(name) } else { None }
    }

    pub(super) fn is_arn(&self) -> bool {
        matches!(self.0.first(), Some(Bit::Text(text)) if text.starts_with("arn:"))
    }

    pub(super) fn starts_with_variable(&self) -> bool {
        matches!(self.0.first(), Some(Bit::Variable(_)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|bit| if let Bit::Variable(name) = bit { Some(name.as_str()) } else { None })
    }

    /// The resource whose ARN it is.
    pub(super) fn resource(&self) -> Resource {
        let variables: BTreeSet<String> = self.variables().map(str::to_owned).collect();
        let is_open = self.0.contains(&Bit::Any);
        let yaml = match self.0.as_slice() {
            [Bit::Any] | [] => names::quoted("*"),
            // `sam validate --lint` refuses a `!Sub` that has nothing to fill in.
            bits if bits.iter().all(|bit| matches!(bit, Bit::Text(_) | Bit::Any)) => {
                names::quoted(&self.substituted().replace("${!", "${"))
            }
            _ => format!("!Sub {}", names::quoted(&self.substituted())),
        };
        Resource { yaml, variables, is_open: is_open || self.0.is_empty() }
    }

    /// The text for `!Sub`.
    pub(super) fn substituted(&self) -> String {
        let bits = self.0.iter().map(|bit| match bit {
            Bit::Text(text) => text.replace("${", "${!"),
            Bit::Variable(name) => format!("${{{}}}", names::parameter(name)),
            Bit::Pseudo(name) => format!("${{{name}}}"),
            Bit::Any => "*".to_owned(),
        });
        bits.collect()
    }
}

fn push(parts: &mut [Pattern], piece: Pattern) {
    if let Some(last) = parts.last_mut() {
        *last = std::mem::take(last).then(piece);
    }
}

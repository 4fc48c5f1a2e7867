//! Schemas that ask themselves about one and the same value: whether it is valid would never be decided.

use crate::schema::{Dependency, Schema, SchemaId};

/// A schema on a circle, if there is one.
pub(super) fn find(schemas: &[Schema]) -> Option<SchemaId> {
    let mut states = vec![State::New; schemas.len()];
    for start in 0..schemas.len() {
        let mut way = vec![(start, asked(schemas, start))];
        if !enter(&mut states, start) {
            continue;
        }
        while let Some((at, rest)) = way.last_mut() {
            match rest.pop() {
                Some(next) => match states.get(next) {
                    Some(State::Open) => return Some(SchemaId(u32::try_from(next).unwrap_or_default())),
                    Some(State::New) => {
                        enter(&mut states, next);
                        way.push((next, asked(schemas, next)));
                    }
                    _ => {}
                },
                None => {
                    if let Some(state) = states.get_mut(*at) {
                        *state = State::Done;
                    }
                    way.pop();
                }
            }
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// On the way that is being followed.
    Open,
    Done,
}

/// Opens a new schema.
fn enter(states: &mut [State], at: usize) -> bool {
    match states.get_mut(at) {
        Some(state @ State::New) => {
            *state = State::Open;
            true
        }
        _ => false,
    }
}

/// The schemas that the one at `at` asks about the value it is asked about itself.
fn asked(schemas: &[Schema], at: usize) -> Vec<usize> {
    let Some(schema) = schemas.get(at) else { return Vec::new() };
    let dependencies = schema.object.iter().flat_map(|rules| &rules.dependencies);
    let dependencies = dependencies.filter_map(|(_, dependency)| match dependency {
        Dependency::Schema(id) => Some(id),
        Dependency::Properties(_) => None,
    });
    let single = schema.refers_to.iter().chain(&schema.not);
    let lists = schema.all_of.iter().chain(&schema.any_of).chain(&schema.one_of);
    single.chain(lists).chain(dependencies).map(|id| id.0 as usize).collect()
}

/// Makes each reference one to where it leads at last, so that following it takes one step. There is no circle.
pub(super) fn shorten_references(schemas: &mut [Schema]) {
    for start in 0..schemas.len() {
        let mut way = Vec::new();
        let mut last = SchemaId(u32::try_from(start).unwrap_or_default());
        while let Some(next) = schemas.get(last.0 as usize).and_then(|schema| schema.refers_to) {
            way.push(last);
            last = next;
        }
        for id in way {
            if let Some(schema) = schemas.get_mut(id.0 as usize) {
                schema.refers_to = Some(last);
            }
        }
    }
}

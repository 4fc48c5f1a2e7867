//! HTTP APIs' parameter mapping as the template has it.

use std::fmt::Write as _;

use super::names::quoted;
use crate::{Change, ChangeOperation, ChangeTarget, Changes, Part, Text};

/// No principal is known to a native route: nothing a client says of itself under these names goes on.
pub(super) const OWN_HEADERS: [&str; 3] = ["x-tollgate-tenant", "x-tollgate-key-id", "x-tollgate-plan-id"];

/// Writes `changes` after the removal of the headers `removed`.
pub(super) fn write(template: &mut String, changes: &Changes, removed: &[&str]) {
    if !removed.is_empty() || !changes.request.is_empty() {
        template.push_str("      RequestParameters:\n");
    }
    for name in removed {
        let _ = writeln!(template, "        \"remove:header.{name}\": \"''\"");
    }
    for change in &changes.request {
        let (key, value) = (quoted(&change.key()), quoted(change.written_or_nothing()));
        let _ = writeln!(template, "        {key}: {value}");
    }
    if !changes.responses.is_empty() {
        template.push_str("      ResponseParameters:\n");
    }
    for (status, changes) in &changes.responses {
        let _ = writeln!(template, "        \"{status}\":\n          ResponseParameters:");
        for change in changes {
            let (key, value) = (quoted(&change.key()), quoted(change.written_or_nothing()));
            let _ = writeln!(template, "            - {{ Destination: {key}, Source: {value} }}");
        }
    }
}

/// The path of a URL as a change of the request's: `https://host/a/{id}` is `/a/${request.path.id}`.
pub(super) fn to_path_of(url: &Text) -> Change {
    let mut written = String::new();
    for part in &url.0 {
        let _ = match part {
            Part::Literal(text) => write!(written, "{text}"),
            Part::StageVariable(name) => write!(written, "${{stageVariables.{name}}}"),
            Part::PathParameter(name) => write!(written, "${{request.path.{name}}}"),
        };
    }
    let after_scheme = written.split_once("://").map_or(written.as_str(), |(_, rest)| rest);
    let path = after_scheme.split_once('/').map(|(_, path)| path.split('?').next().unwrap_or_default());
    let written = format!("/{}", path.unwrap_or_default());
    Change { target: ChangeTarget::Path, operation: ChangeOperation::Overwrite, written, value: Vec::new() }
}

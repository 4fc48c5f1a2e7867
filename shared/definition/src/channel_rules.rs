//! `x-tollgate-channels`: who may do what on which WebSocket channel. `docs/websocket.md` says what it means,
//! `docs/schemas/x-tollgate-channels.json` how it is written.

use channels::{RuleProblem, Rules};

use crate::{Api, document::Node, reader::Reader};

const EXTENSION: &str = "x-tollgate-channels";

/// Reads what stands at the top of the document; without it nobody may do anything.
pub(crate) fn read(reader: &mut Reader, root: &Node) -> Rules {
    let Some(node) = root.get(EXTENSION) else { return Rules::default() };
    if reader.is_unresolved(node) {
        return Rules::default();
    }
    Rules::parse(&node.json()).unwrap_or_else(|problems| {
        for RuleProblem { pointer, message, remedy } in problems {
            reader.problem(node.at_pointer(&pointer).place, message, remedy);
        }
        Rules::default()
    })
}

/// The rules as the functions of channels read them: `channels.json` beside their `bootstrap`.
///
/// # Errors
/// When they cannot be written down, which no API that [`compile`](crate::compile) gives can cause.
pub fn channel_rules(api: &Api) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(&api.channels)? + "\n")
}

#[cfg(test)]
mod tests;

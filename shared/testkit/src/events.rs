//! The events of `events/`.

use std::{fs, path::Path};

use serde_json::Value;

/// One file of `events/`.
pub struct Event {
    /// The file's name without `.json`.
    pub name: String,
    /// What is in it.
    pub payload: Value,
}

/// All events of one function, by name.
///
/// # Panics
/// When the folder or a file in it cannot be read, or holds no JSON.
pub fn events(function: &str) -> Vec<Event> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(function);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut events: Vec<Event> = entries
        .map(|entry| {
            let path = entry.unwrap_or_else(|error| panic!("{error}")).path();
            let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let payload = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Event { name, payload }
        })
        .collect();
    events.sort_by(|a, b| a.name.cmp(&b.name));
    events
}

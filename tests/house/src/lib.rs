//! Reads the repository's own files.

use std::{fs, path::PathBuf};

/// The top of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The text of a file, by its path from the top.
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The folders of the crates in `folder`, by their paths from the top.
pub fn crates(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let inner = names.map(|name| format!("{folder}/{name}")).filter(|path| root().join(path).is_dir());
    let found =
        inner.flat_map(|path| if root().join(&path).join("Cargo.toml").is_file() { vec![path] } else { crates(&path) });
    found.collect()
}

/// The dependencies of a crate, without those for its tests.
pub fn dependencies(manifest: &str) -> Vec<String> {
    let text = text(manifest);
    let section = text.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The names that the template sets in the environment of the function built from `binary`.
pub fn environment(template: &str, binary: &str) -> Vec<String> {
    let after = template.split(&format!("CodeUri: ../target/lambda/{binary}/")).nth(1).expect("the function");
    let after = after.split("\n        Variables:\n").nth(1).expect("its variables");
    let lines = after.lines().take_while(|line| line.starts_with("          "));
    let names = lines.map(str::trim).filter(|line| !line.starts_with('#')).filter_map(|line| line.split(':').next());
    names.map(str::to_owned).collect()
}

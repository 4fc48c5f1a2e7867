//! Where the loop begins: documents, events and tables of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{random::Random, targets::seal};

/// An input and what it is called.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Its file, or what it was made from.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The top of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What no fixture may be: without it the loop would begin from nothing and say that all is well.
const LEAST_DOCUMENTS: usize = 40;

/// The definitions: those of `shared/definition/tests/shapes`, and the shop's.
///
/// # Panics
/// When there are fewer than the repository has.
pub fn documents() -> Vec<Seed> {
    let root = root();
    let mut seeds = files(&root.join("shared/definition/tests/shapes"));
    seeds.retain(|seed| !seed.name.ends_with(".md") && !seed.name.ends_with(".gitattributes"));
    seeds.extend(file(&root.join("infra/api.yaml")));
    assert!(seeds.len() >= LEAST_DOCUMENTS, "{} documents: where are the others?", seeds.len());
    seeds
}

/// The definitions whose changes are worth the time: reading the other takes a thousand times as long as any of them.
pub fn quick_documents() -> Vec<Seed> {
    documents().into_iter().filter(|seed| !seed.name.ends_with("alias-bomb.yaml")).collect()
}

/// The tables of those documents that compile, and one that names no operation.
pub fn tables() -> Vec<Seed> {
    let compiled = documents().into_iter().filter_map(|Seed { name, bytes }| {
        let api = definition::compile(std::str::from_utf8(&bytes).ok()?).ok()?;
        Some(Seed { name, bytes: definition::encode(&api).ok()? })
    });
    let mut seeds: Vec<Seed> = compiled.collect();
    // Almost every change breaks the checksum; without it, contents reach what is behind the checksum.
    let contents: Vec<Seed> = seeds
        .iter()
        .filter_map(|Seed { name, bytes }| {
            Some(Seed { name: format!("{name}, contents"), bytes: seal::open(bytes)?.to_vec() })
        })
        .collect();
    seeds.extend(contents);
    assert!(!seeds.is_empty(), "no document compiles");
    seeds
}

/// The events of `events/`, and what a backend gave back behind some of them.
///
/// # Panics
/// When there are none.
pub fn events() -> Vec<Seed> {
    let mut seeds = files(&root().join("events"));
    assert!(!seeds.is_empty(), "no events");
    let answers: [&[u8]; 5] = [
        br#"{"statusCode": 201, "headers": {"a": "b"}, "multiValueHeaders": {"Set-Cookie": ["c=1", "d=2"]}, "body": "done"}"#,
        br#"{"statusCode": 200, "cookies": ["c=1"], "isBase64Encoded": true, "body": "AAEC/w=="}"#,
        b"!timeout",
        b"!failed {\"errorMessage\": \"out of luck\", \"errorType\": \"Error\"}",
        b"503\ncontent-type: text/plain\nset-cookie: a=b\n\n\xff\xfe",
    ];
    let with_answers: Vec<Seed> = seeds
        .iter()
        .zip(answers.iter().cycle())
        .map(|(seed, answer)| Seed { name: format!("{}, answered", seed.name), bytes: [&seed.bytes, *answer].join(&0) })
        .collect();
    seeds.extend(with_answers);
    seeds
}

/// Models, each with a body behind a NUL.
pub fn models() -> Vec<Seed> {
    let pairs: [(&str, &str); 8] = [
        (
            r#"{"type":"object","required":["sku"],"properties":{"sku":{"type":"string","minLength":1},
            "quantity":{"type":"integer","minimum":1,"maximum":99}},"additionalProperties":false}"#,
            r#"{"sku":"A-1","quantity":2}"#,
        ),
        (r##"{"items":{"$ref":"#/definitions/a"},"definitions":{"a":{"enum":["a",1]}}}"##, r#"["a",1.0]"#),
        (r##"{"properties":{"a":{"$ref":"#"}},"required":["b"]}"##, r#"{"a":{"b":1},"b":[]}"#),
        (r#"{"oneOf":[{"multipleOf":0.5},{"not":{"type":"number"}}]}"#, "1.5"),
        (
            r#"{"patternProperties":{"^x-":{"maxLength":3}},"dependencies":{"x-a":["x-b"]}}"#,
            r#"{"x-a":"\u00e9","x-b":null}"#,
        ),
        (r#"{"pattern":"^(?!.*b)[^a-c\\d]+$","format":"email"}"#, r#""d@e""#),
        (
            r#"{"uniqueItems":true,"items":[{"type":"null"}],"additionalItems":{"minProperties":1}}"#,
            r#"[null,{"a":1,"a":2}]"#,
        ),
        (
            r##"{"anyOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}]}"##,
            r#"{"a":{"a":{"a":{}}}}"#,
        ),
    ];
    let seed = |(model, body): (&str, &str)| Seed { name: model.to_owned(), bytes: [model, body].join("\0").into() };
    pairs.into_iter().map(seed).collect()
}

/// The mapping templates of the repository.
///
/// # Panics
/// When there are none.
pub fn templates() -> Vec<Seed> {
    let mut seeds = files(&root().join("shared/mapping/benches"));
    seeds.retain(|seed| seed.name.ends_with(".vtl"));
    assert!(!seeds.is_empty(), "no templates");
    seeds
}

/// Bytes for a generator: any will do.
pub fn noise() -> Vec<Seed> {
    let mut random = Random::new(1);
    let seeds = (0..256).map(|number: usize| Seed {
        name: format!("noise {number}"),
        bytes: (0..number * 4).map(|_| random.byte()).collect(),
    });
    seeds.collect()
}

/// Every file in `folder` and below it, in the order of their names.
fn files(folder: &Path) -> Vec<Seed> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().flat_map(|path| if path.is_dir() { files(path) } else { file(path).into_iter().collect() }).collect()
}

fn file(path: &Path) -> Option<Seed> {
    let shown = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    Some(Seed { name: shown, bytes: fs::read(path).ok()? })
}

//! Every document of the repository, and those that are too large for it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use std::{fs, path::Path, process::Command};

use definition::{Document, compile};
use fuzz::{
    corpus,
    generate::{Mood, definition},
    hostile,
    targets::{document, seal, table},
};

#[test]
fn every_document_compiles_or_is_refused_with_reasons() {
    for seed in corpus::documents() {
        eprintln!("{}", seed.name);
        document(&seed.bytes);
    }
}

/// In processes of their own: what needs too much memory would end this one.
#[test]
fn documents_that_are_large_or_repeat_themselves_take_no_more_than_they_should() {
    for (name, text) in hostile::documents() {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&file, text).unwrap();
        let replay = ["document", "--replay", "--memory", "1024", "--patience", "300"];
        let output = Command::new(env!("CARGO_BIN_EXE_fuzz")).args(replay).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {}", said.chars().take(1_000).collect::<String>());
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn the_limit_is_six_megabytes_to_the_byte() {
    let find = |wanted: &str| hostile::documents().into_iter().find(|(name, _)| *name == wanted).unwrap().1;
    assert!(Document::parse(&find("as-large-as-may-be")).is_ok());
    assert!(Document::parse(&find("one-byte-too-many")).is_err());
}

#[test]
fn the_plainest_fixture_compiles() {
    let seeds = corpus::documents();
    let minimal = seeds.iter().find(|seed| seed.name.ends_with("minimal-proxy.yaml")).unwrap();
    let compiled = compile(std::str::from_utf8(&minimal.bytes).unwrap());
    assert!(compiled.is_ok(), "{compiled:?}");
}

#[test]
fn a_table_is_its_seal_and_its_contents() {
    for seed in corpus::tables().into_iter().filter(|seed| !seed.name.ends_with(", contents")) {
        assert_eq!(seal::seal(seal::open(&seed.bytes).unwrap()), seed.bytes, "{}", seed.name);
        table(&seed.bytes);
    }
}

/// A generator whose documents are all refused would test nothing behind the reader.
#[test]
fn most_of_what_is_meant_to_compile_does() {
    let generated = corpus::noise().into_iter().map(|seed| definition(&seed.bytes));
    let tame: Vec<_> = generated.filter(|generated| generated.mood == Mood::Tame).collect();
    let refused: Vec<_> = tame.iter().filter_map(|generated| compile(&generated.source).err()).collect();
    assert!(
        tame.len() > 80 && refused.len() * 10 < tame.len(),
        "{} of {}: {:?}",
        refused.len(),
        tame.len(),
        refused.first()
    );
}

//! Plausible definitions from any bytes: each byte decides something, and when there are none left, the least is taken.
//!
//! So a change of one byte changes one decision, and cutting bytes off makes a smaller document.

mod canary;
mod choices;
mod document;
mod integration;
mod security;
mod spoil;
mod tree;
mod vendor;
mod yaml;

pub use canary::Canary;
pub use choices::Choices;
pub use tree::Tree;

/// How much of what is generated is wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Nothing: only what Tollgate compiles.
    Tame,
    /// Nothing, and everything that AWS has.
    Rich,
    /// Misspelt names, wrong types, values that are missing or there twice.
    Spoilt,
}

/// A definition in the two languages, and in the one that `choices` prefer.
pub struct Generated {
    /// Its mood.
    pub mood: Mood,
    /// What is to be read.
    pub source: String,
    /// The same content in the other language, where both can say it: no key is there twice.
    pub twin: Option<String>,
    /// The same with something in it that must not be passed over, unless it is spoilt anyway.
    pub with_canary: Option<(Canary, String)>,
}

/// The definition that `bytes` decide on.
pub fn definition(bytes: &[u8]) -> Generated {
    let mut choices = Choices::new(bytes);
    let mood = match choices.below(4) {
        0 | 1 => Mood::Tame,
        2 => Mood::Rich,
        _ => Mood::Spoilt,
    };
    let prefers_json = choices.chance(1, 3);
    let mut tree = document::document(&mut choices, mood);
    if mood == Mood::Spoilt {
        spoil::spoil(&mut choices, &mut tree);
    }
    let json = tree.json(&mut choices);
    let yaml = yaml::write(&tree, &mut choices);
    let (source, twin) = if prefers_json { (json, yaml) } else { (yaml, json) };
    let orderly = tree.is_in_both_languages();
    let twin = orderly.then_some(twin);
    let canary = if orderly && mood != Mood::Spoilt { canary::plant(&mut choices, &mut tree) } else { None };
    let with_canary = canary.map(|canary| (canary, tree.json(&mut choices)));
    Generated { mood, source, twin, with_canary }
}

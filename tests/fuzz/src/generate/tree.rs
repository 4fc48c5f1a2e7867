//! A value before it is written as JSON or YAML.

use std::{collections::BTreeSet, fmt::Write as _};

use super::Choices;

/// A value. The keys of a map keep their order, and may be there twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// A number, `true`, `false` or `null`.
    Plain(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// A map.
    Map(Vec<(String, Tree)>),
}

/// A text.
pub(super) fn text(text: impl Into<String>) -> Tree {
    Tree::Text(text.into())
}

/// A number or a boolean.
pub(super) fn plain(value: impl ToString) -> Tree {
    Tree::Plain(value.to_string())
}

/// A map.
pub(super) fn map<const N: usize>(entries: [(&str, Tree); N]) -> Tree {
    Tree::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A list of texts.
pub(super) fn texts<const N: usize>(all: [&str; N]) -> Tree {
    Tree::List(all.into_iter().map(text).collect())
}

impl Tree {
    /// Adds an entry to a map.
    pub(super) fn put(&mut self, key: &str, value: Tree) {
        if let Tree::Map(entries) = self {
            entries.push((key.to_owned(), value));
        }
    }

    /// Whether YAML and JSON can both say it: no map has a key twice, and no key is too long to stand before its colon in one
    /// line. (YAML 1.2.2, 7.4, "Flow Mappings": 1024 characters.)
    pub fn is_in_both_languages(&self) -> bool {
        match self {
            Tree::Plain(_) | Tree::Text(_) => true,
            Tree::List(items) => items.iter().all(Tree::is_in_both_languages),
            Tree::Map(entries) => {
                let mut keys = BTreeSet::new();
                entries.iter().all(|(key, value)| key.len() < 1000 && keys.insert(key) && value.is_in_both_languages())
            }
        }
    }

    /// As JSON: in one line or in many, in the manner of this writer or that.
    pub fn json(&self, choices: &mut Choices<'_>) -> String {
        let style = Style { lines: choices.chance(2, 3), escapes: choices.chance(1, 4) };
        let mut out = String::new();
        style.write(self, 0, &mut out);
        out
    }
}

#[derive(Clone, Copy)]
struct Style {
    lines: bool,
    escapes: bool,
}

impl Style {
    fn write(self, tree: &Tree, depth: usize, out: &mut String) {
        match tree {
            Tree::Plain(value) => out.push_str(value),
            Tree::Text(text) => self.text(text, out),
            Tree::List(items) => self.many('[', ']', items.iter().map(|item| (None, item)), depth, out),
            Tree::Map(entries) => {
                self.many('{', '}', entries.iter().map(|(key, value)| (Some(key), value)), depth, out);
            }
        }
    }

    fn many<'t>(
        self,
        open: char,
        close: char,
        entries: impl Iterator<Item = (Option<&'t String>, &'t Tree)>,
        depth: usize,
        out: &mut String,
    ) {
        out.push(open);
        let mut first = true;
        for (key, value) in entries {
            out.push_str(if first { "" } else { "," });
            first = false;
            self.line(depth + 1, out);
            if let Some(key) = key {
                self.text(key, out);
                out.push_str(if self.lines { " : " } else { ":" });
            }
            self.write(value, depth + 1, out);
        }
        if !first {
            self.line(depth, out);
        }
        out.push(close);
    }

    fn line(self, depth: usize, out: &mut String) {
        if self.lines {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn text(self, text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            match letter {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '/' if self.escapes => out.push_str("\\/"),
                _ if letter.is_control() || (self.escapes && !letter.is_ascii()) => {
                    let mut units = [0; 2];
                    for unit in letter.encode_utf16(&mut units) {
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
                _ => out.push(letter),
            }
        }
        out.push('"');
    }
}

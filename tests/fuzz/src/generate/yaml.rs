//! A tree as YAML, in the many ways in which people write it.

use std::fmt::Write as _;

use super::{Choices, Tree};

/// Writes it.
pub(super) fn write(tree: &Tree, choices: &mut Choices<'_>) -> String {
    let mut writer = Writer { choices, out: String::new() };
    match tree {
        Tree::Map(entries) if !entries.is_empty() => writer.block_map(entries, 0),
        Tree::List(items) if !items.is_empty() => writer.block_list(items, 0),
        other => writer.flow(other),
    }
    writer.out.push('\n');
    writer.out
}

struct Writer<'c, 'b> {
    choices: &'c mut Choices<'b>,
    out: String,
}

impl Writer<'_, '_> {
    fn block_map(&mut self, entries: &[(String, Tree)], depth: usize) {
        for (key, value) in entries {
            self.start_line(depth);
            self.scalar(key, false);
            self.out.push(':');
            self.below(value, depth);
        }
    }

    fn block_list(&mut self, items: &[Tree], depth: usize) {
        for item in items {
            self.start_line(depth);
            self.out.push('-');
            self.below(item, depth);
        }
    }

    /// What stands behind a key or a dash.
    fn below(&mut self, value: &Tree, depth: usize) {
        match value {
            Tree::Map(entries) if !entries.is_empty() && !self.choices.chance(1, 6) => {
                self.block_map(entries, depth + 1)
            }
            Tree::List(items) if !items.is_empty() && !self.choices.chance(1, 3) => self.block_list(items, depth + 1),
            Tree::Text(text) if text.len() > 20 && literal(text) && self.choices.chance(1, 3) => {
                self.out.push_str(" |-");
                for line in text.split('\n') {
                    self.start_line(depth + 1);
                    self.out.push_str(line);
                }
            }
            other => {
                self.out.push(' ');
                self.flow(other);
                if self.choices.chance(1, 40) {
                    self.out.push_str("  # a comment");
                }
            }
        }
    }

    fn flow(&mut self, tree: &Tree) {
        match tree {
            Tree::Plain(value) => self.out.push_str(value),
            Tree::Text(text) => self.scalar(text, true),
            Tree::List(items) => {
                self.out.push('[');
                for (place, item) in items.iter().enumerate() {
                    self.out.push_str(if place == 0 { "" } else { ", " });
                    self.flow(item);
                }
                self.out.push(']');
            }
            Tree::Map(entries) => {
                self.out.push('{');
                for (place, (key, value)) in entries.iter().enumerate() {
                    self.out.push_str(if place == 0 { " " } else { ", " });
                    self.scalar(key, true);
                    self.out.push_str(": ");
                    self.flow(value);
                }
                self.out.push_str(" }");
            }
        }
    }

    /// A key or text: without quotes where it may be, else in one kind of quotes or the other.
    fn scalar(&mut self, text: &str, flow: bool) {
        let style = self.choices.below(4);
        if style < 2 && bare(text, flow) {
            self.out.push_str(text);
        } else if style == 2 && text.chars().all(|letter| !letter.is_control() && !separates_lines(letter)) {
            let _ = write!(self.out, "'{}'", text.replace('\'', "''"));
        } else {
            self.quoted(text);
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for letter in text.chars() {
            match letter {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                _ if letter.is_control() || separates_lines(letter) => {
                    let _ = write!(self.out, "\\U{:08x}", u32::from(letter));
                }
                _ => self.out.push(letter),
            }
        }
        self.out.push('"');
    }

    fn start_line(&mut self, depth: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n("  ", depth));
    }
}

/// Whether `text` means itself without quotes.
fn bare(text: &str, flow: bool) -> bool {
    let ordinary =
        |letter: char| letter.is_ascii_alphanumeric() || "/_-.+".contains(letter) || (!flow && "{}$".contains(letter));
    let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/');
    let word = ["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str());
    begins && !word && text.chars().all(ordinary)
}

/// Whether `text` may stand below `|-`: no line of it begins with a space or is empty, and it ends with its last letter.
fn literal(text: &str) -> bool {
    let plain = |line: &str| !line.is_empty() && !line.starts_with([' ', '\t', '#']) && !line.ends_with(' ');
    text.split('\n').all(plain)
        && text.chars().all(|letter| letter == '\n' || !(letter.is_control() || separates_lines(letter)))
}

fn separates_lines(letter: char) -> bool {
    ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'].contains(&letter)
}

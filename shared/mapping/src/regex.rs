//! Java's regular expressions, on `fancy-regex`, which has lookaround and back references and a bound on backtracking.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use fancy_regex::RegexBuilder;

use crate::MAX_OUTPUT_BYTES;

/// How often matching may go back in one search: a tenth of a millisecond.
const BACKTRACK_LIMIT: usize = 10_000;

/// How many steps one search counts for, if it may go back: so a rendering's searches go back a hundred million times at
/// most, about a second.
const BACKTRACKING_STEPS: usize = 1_000;

/// How many steps of a rendering the compilation of an expression counts for: some tenths of a millisecond.
pub(crate) const COMPILING_STEPS: usize = 5_000;

/// How many searches with an expression that may go back one method may make.
const MAX_BACKTRACKING_SEARCHES: usize = 5_000;

/// What only backtracking can match: lookaround, atomic groups, possessive quantifiers, back references, conditions.
const BACKTRACKING: [&str; 13] =
    ["(?=", "(?!", "(?<=", "(?<!", "(?>", "(?(", "++", "*+", "?+", "}+", "\\k", "\\G", "\\K"];

/// The largest compiled expression, in bytes.
const SIZE_LIMIT: usize = 1024 * 1024;

/// The longest expression: longer ones cost more to compile than templates are worth.
const MAX_PATTERN_BYTES: usize = 4 * 1024;

/// How many compiled expressions a template keeps. Patterns are mostly constants; those that are not must not fill the
/// memory.
const KEPT: usize = 32;

/// What can be wrong with a regular expression.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    Pattern(String),
    TooMuchWork,
    TooLong,
}

/// The expressions that a template's renderings have compiled.
#[derive(Default)]
pub(crate) struct Patterns(Mutex<HashMap<String, Regex>>);

impl Patterns {
    /// The expression of a pattern, and whether it had to be compiled.
    pub(crate) fn find(&self, pattern: &str) -> Result<(Regex, bool), Problem> {
        if let Some(literal) = literal(pattern) {
            return Ok((Regex::Literal(literal), false));
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
        if let Some(regex) = known {
            return Ok((regex, false));
        }
        let regex = compile(pattern)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.insert(pattern.to_owned(), regex.clone());
        }
        Ok((regex, true))
    }
}

/// A compiled expression.
#[derive(Clone)]
pub(crate) enum Regex {
    /// A text that stands for itself.
    Literal(String),
    Compiled(Arc<Compiled>),
}

/// An expression that is more than a text.
pub(crate) struct Compiled {
    regex: fancy_regex::Regex,
    /// The same for a whole text.
    whole: OnceLock<Option<fancy_regex::Regex>>,
    /// Whether it may go back.
    backtracks: bool,
}

impl Regex {
    /// Where it matches, from the left, so often at most.
    pub(crate) fn find_all(&self, text: &str, most: usize) -> Result<Vec<(usize, usize)>, Problem> {
        match self {
            Regex::Literal(literal) => {
                Ok(text.match_indices(literal.as_str()).take(most).map(|(at, part)| (at, at + part.len())).collect())
            }
            Regex::Compiled(compiled) => {
                let mut all = Vec::new();
                for found in compiled.regex.find_iter(text).take(most) {
                    let found = found.map_err(too_much)?;
                    all.push((found.start(), found.end()));
                    compiled.bounded(all.len())?;
                }
                Ok(all)
            }
        }
    }

    /// How many steps of a rendering it counts for that this was searched for `searches` times in a text of this length.
    pub(crate) fn steps(&self, searches: usize, length: usize) -> usize {
        let each = matches!(self, Regex::Compiled(compiled) if compiled.backtracks);
        length / 32 + (searches + 1) * if each { BACKTRACKING_STEPS } else { 1 }
    }

    /// Whether it matches the whole text.
    pub(crate) fn matches_whole(&self, text: &str) -> Result<bool, Problem> {
        match self {
            Regex::Literal(literal) => Ok(literal == text),
            Regex::Compiled(compiled) => {
                let whole = || built(&format!("\\A(?:{})\\z", compiled.regex.as_str())).ok();
                match compiled.whole.get_or_init(whole) {
                    Some(whole) => whole.is_match(text).map_err(too_much),
                    None => Err(Problem::Pattern("the regular expression is too large".to_owned())),
                }
            }
        }
    }

    /// Replaces the first `most` matches, and says how many there were; no text if nothing matches. In the replacement `$1` and `${name}` are groups, and a
    /// backslash makes the character behind it text, as in Java.
    pub(crate) fn replace(
        &self,
        text: &str,
        replacement: &str,
        most: usize,
    ) -> Result<(Option<String>, usize), Problem> {
        let plain = !replacement.contains(['$', '\\']);
        let mut out = String::new();
        let mut from = 0;
        let mut count = 0;
        let mut add = |start: usize, end: usize, groups: &dyn Fn(Group<'_>) -> Option<String>| {
            count += 1;
            out.push_str(text.get(from..start).unwrap_or_default());
            from = end;
            if plain {
                out.push_str(replacement);
            } else {
                expand(replacement, groups, &mut out)?;
            }
            if out.len() > MAX_OUTPUT_BYTES { Err(Problem::TooLong) } else { Ok(()) }
        };
        match self {
            Regex::Literal(literal) => {
                for (at, part) in text.match_indices(literal.as_str()).take(most) {
                    add(at, at + part.len(), &|group| matches!(group, Group::Number(0)).then(|| part.to_owned()))?;
                }
            }
            Regex::Compiled(compiled) => {
                for (at, captures) in compiled.regex.captures_iter(text).take(most).enumerate() {
                    let captures = captures.map_err(too_much)?;
                    compiled.bounded(at)?;
                    let Some(whole) = captures.get(0) else { continue };
                    let groups = |group: Group<'_>| match group {
                        Group::Number(number) if number >= captures.len() => None,
                        Group::Number(number) => Some(captures.get(number)),
                        Group::Name(name) => Some(captures.name(name)),
                    };
                    let text_of = |group: Group<'_>| {
                        groups(group).map(|found| found.map(|found| found.as_str().to_owned()).unwrap_or_default())
                    };
                    add(whole.start(), whole.end(), &text_of)?;
                }
            }
        }
        out.push_str(text.get(from..).unwrap_or_default());
        Ok(((count > 0).then_some(out), count))
    }
}

/// What a replacement names.
#[derive(Clone, Copy)]
enum Group<'r> {
    Number(usize),
    Name(&'r str),
}

fn too_much(_: fancy_regex::Error) -> Problem {
    Problem::TooMuchWork
}

fn compile(pattern: &str) -> Result<Regex, Problem> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(Problem::Pattern("a regular expression is longer than 4 KB".to_owned()));
    }
    match built(&translated(pattern)) {
        Ok(regex) => {
            let back_reference = pattern.as_bytes().windows(2).any(|pair| matches!(pair, [b'\\', b'1'..=b'9']));
            let backtracks = back_reference || BACKTRACKING.iter().any(|sign| pattern.contains(sign));
            Ok(Regex::Compiled(Arc::new(Compiled { regex, whole: OnceLock::new(), backtracks })))
        }
        Err(error) => Err(Problem::Pattern(format!("the regular expression cannot be read: {error}"))),
    }
}

fn built(pattern: &str) -> Result<fancy_regex::Regex, fancy_regex::Error> {
    RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .delegate_dfa_size_limit(SIZE_LIMIT)
        .build()
}

impl Compiled {
    /// Whether so many searches are too many.
    fn bounded(&self, searches: usize) -> Result<(), Problem> {
        if self.backtracks && searches > MAX_BACKTRACKING_SEARCHES { Err(Problem::TooMuchWork) } else { Ok(()) }
    }
}

/// The text that a pattern stands for, if it has nothing in it but characters and escaped signs.
fn literal(pattern: &str) -> Option<String> {
    if pattern.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push(characters.next().filter(|escaped| escaped.is_ascii_punctuation())?),
            '.' | '[' | ']' | '{' | '}' | '(' | ')' | '*' | '+' | '?' | '^' | '$' | '|' => return None,
            character => out.push(character),
        }
    }
    Some(out)
}

/// A Java pattern in the words of `fancy-regex`: `\d`, `\s` and `\w` are ASCII, `\Q…\E` is text, POSIX classes.
pub(crate) fn translated(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains('\\') {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let letter = behind.chars().next();
        let in_class = open_class(&out);
        rest = behind.get(letter.map_or(0, char::len_utf8)..).unwrap_or_default();
        match letter {
            Some('Q') => {
                let (text, behind) = rest.split_once("\\E").unwrap_or((rest, ""));
                for character in text.chars() {
                    if character.is_ascii_punctuation() {
                        out.push('\\');
                    }
                    out.push(character);
                }
                rest = behind;
            }
            Some(letter @ ('d' | 'w' | 's' | 'h' | 'D' | 'W' | 'S')) => out.push_str(class(letter, in_class)),
            Some(letter @ ('p' | 'P')) => rest = posix(letter, rest, &mut out),
            Some(letter) => out.extend(['\\', letter]),
            None => out.push('\\'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether a character class is open at the end.
fn open_class(pattern: &str) -> bool {
    let mut depth = 0_usize;
    let mut escaped = false;
    for byte in pattern.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth > 0
}

fn class(letter: char, in_class: bool) -> &'static str {
    match (letter, in_class) {
        ('d', false) => "[0-9]",
        ('d', true) => "0-9",
        ('w', false) => "[a-zA-Z0-9_]",
        ('w', true) => "a-zA-Z0-9_",
        ('s', false) => "[ \\t\\n\\x0B\\f\\r]",
        ('s', true) => " \\t\\n\\x0B\\f\\r",
        ('h', false) => "[ \\t]",
        ('h', true) => " \\t",
        ('D', _) => "[^0-9]",
        ('W', _) => "[^a-zA-Z0-9_]",
        _ => "[^ \\t\\n\\x0B\\f\\r]",
    }
}

/// `\p{Alpha}` and its like; other classes have the same names. Gives what is behind it.
fn posix<'p>(letter: char, rest: &'p str, out: &mut String) -> &'p str {
    let inner = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let Some((name, behind)) = inner else {
        out.extend(['\\', letter]);
        return rest;
    };
    let range = match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => "\\x00-\\x7F",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => "!-/:-@\\[-`{-~",
        "Graph" => "!-~",
        "Print" => " -~",
        "Blank" => " \\t",
        "Cntrl" => "\\x00-\\x1F\\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => " \\t\\n\\x0B\\f\\r",
        name => {
            let name = name.strip_prefix("Is").unwrap_or(name);
            out.extend(['\\', letter, '{']);
            out.push_str(name);
            out.push('}');
            return behind;
        }
    };
    out.push_str(if letter == 'P' { "[^" } else { "[" });
    out.push_str(range);
    out.push(']');
    behind
}

/// Appends a replacement with its groups.
fn expand(replacement: &str, groups: &dyn Fn(Group<'_>) -> Option<String>, out: &mut String) -> Result<(), Problem> {
    let missing = || Problem::Pattern("the replacement names a group that the pattern does not have".to_owned());
    let mut rest = replacement;
    while let Some(at) = rest.find(['$', '\\']) {
        out.push_str(rest.get(..at).unwrap_or_default());
        let behind = rest.get(at + 1..).unwrap_or_default();
        if rest.as_bytes().get(at) == Some(&b'\\') {
            let escaped = behind.chars().next().ok_or_else(missing)?;
            out.push(escaped);
            rest = behind.get(escaped.len_utf8()..).unwrap_or_default();
        } else if let Some((name, behind)) = behind.strip_prefix('{').and_then(|behind| behind.split_once('}')) {
            out.push_str(&groups(Group::Name(name)).ok_or_else(missing)?);
            rest = behind;
        } else {
            let (text, digits) = numbered(behind, groups).ok_or_else(missing)?;
            out.push_str(&text);
            rest = behind.get(digits..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    Ok(())
}

/// The group of as many digits as name one, and how many those are.
fn numbered(text: &str, groups: &dyn Fn(Group<'_>) -> Option<String>) -> Option<(String, usize)> {
    let digits = text.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let group = |digits: usize| Some((groups(Group::Number(text.get(..digits)?.parse().ok()?))?, digits));
    (1..=digits).rev().find_map(group)
}

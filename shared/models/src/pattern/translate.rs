//! From ECMA 262's syntax to that of the engine. What the two write alike and mean differently is written out.

use super::class;

/// The characters of `\s`. (ECMA 262, sections 7.2 and 7.3.)
pub(super) const SPACE: &str =
    r"\t\n\x{0B}\x{0C}\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
/// The characters of `\w`.
pub(super) const WORD: &str = "A-Za-z0-9_";
/// The characters of `\d`.
pub(super) const DIGIT: &str = "0-9";

const EDGE: &str = "(?:(?<![A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<=[A-Za-z0-9_])(?![A-Za-z0-9_]))";
const NO_EDGE: &str = "(?:(?<![A-Za-z0-9_])(?![A-Za-z0-9_])|(?<=[A-Za-z0-9_])(?=[A-Za-z0-9_]))";

/// Translates a pattern.
pub(super) fn translate(characters: &[char]) -> Result<String, String> {
    let groups = groups(characters);
    let mut reader = Reader { characters, at: 0, out: String::with_capacity(characters.len() * 2) };
    while let Some(character) = reader.next() {
        reader.term(character, groups)?;
    }
    Ok(reader.out)
}

/// What is left of a pattern, and what it has become so far.
pub(super) struct Reader<'p> {
    characters: &'p [char],
    at: usize,
    pub(super) out: String,
}

/// What an escape stands for.
pub(super) enum Escape {
    /// A character, or half a surrogate pair, which no text has, by its code.
    One(u32),
    /// A set of characters, or all others.
    Set { characters: &'static str, negated: bool },
}

impl Reader<'_> {
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// To before the character that has just been read.
    pub(super) fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn rest(&self) -> &[char] {
        self.characters.get(self.at..).unwrap_or_default()
    }

    fn term(&mut self, character: char, groups: usize) -> Result<(), String> {
        match character {
            '\\' => return self.escaped(groups),
            '[' => return class::translate(self),
            '(' => return self.group(),
            '*' | '+' | '?' => return self.quantifier(character.to_string()),
            '{' => match self.repetition() {
                Some(repetition) => return self.quantifier(repetition),
                None => self.out.push_str("\\{"),
            },
            '.' => self.out.push_str("[^\\n\\r\\x{2028}\\x{2029}]"),
            '^' => self.out.push_str("\\A"),
            '$' => self.out.push_str("\\z"),
            ')' | '|' => self.out.push(character),
            other => literal(other, &mut self.out),
        }
        Ok(())
    }

    /// The quantifier with the `?` that makes it reluctant. Two in a row are an error in ECMA 262, elsewhere they are not.
    fn quantifier(&mut self, quantifier: String) -> Result<(), String> {
        self.out.push_str(&quantifier);
        if self.peek() == Some('?') {
            self.at += 1;
            self.out.push('?');
        }
        let another = match self.peek() {
            Some('*' | '+' | '?') => true,
            Some('{') => repetition(self.rest()).is_some(),
            _ => false,
        };
        if another { Err("there is nothing to repeat before a second quantifier".to_owned()) } else { Ok(()) }
    }

    /// The repetition whose brace has been read; a brace of another kind is a character.
    fn repetition(&mut self) -> Option<String> {
        let length = repetition(self.characters.get(self.at.checked_sub(1)?..)?)?;
        let text: String = self.rest().iter().take(length - 1).collect();
        self.at += length - 1;
        Some(format!("{{{text}"))
    }

    fn group(&mut self) -> Result<(), String> {
        let kinds = ["?:", "?=", "?!", "?<=", "?<!", "?<"];
        let kind = kinds.into_iter().find(|kind| kind.chars().eq(self.rest().iter().take(kind.len()).copied()));
        let kind = match (kind, self.peek()) {
            (Some(kind), _) => kind,
            (None, Some('?')) => return Err("there is no such group in ECMA 262".to_owned()),
            (None, _) => "",
        };
        self.at += kind.len();
        self.out.push('(');
        self.out.push_str(kind);
        if kind == "?<" { self.name() } else { Ok(()) }
    }

    /// The name of a group, and its bracket.
    fn name(&mut self) -> Result<(), String> {
        while let Some(character) = self.next() {
            self.out.push(character);
            match character {
                '>' => return Ok(()),
                'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => {}
                _ => break,
            }
        }
        Err("the name of a group has letters, digits and _".to_owned())
    }

    fn escaped(&mut self, groups: usize) -> Result<(), String> {
        match self.peek() {
            Some('b') => self.replace(EDGE),
            Some('B') => self.replace(NO_EDGE),
            Some('1'..='9') => return self.backreference(groups),
            Some('k') if self.rest().get(1) == Some(&'<') => {
                self.at += 2;
                self.out.push_str("\\k<");
                return self.name();
            }
            _ => match self.escape()? {
                Escape::One(code) => match char::from_u32(code) {
                    Some(character) => literal(character, &mut self.out),
                    None => self.out.push_str("(?!)"),
                },
                Escape::Set { characters, negated } => {
                    self.out.push_str(if negated { "[^" } else { "[" });
                    self.out.push_str(characters);
                    self.out.push(']');
                }
            },
        }
        Ok(())
    }

    fn replace(&mut self, with: &str) {
        self.at += 1;
        self.out.push_str(with);
    }

    fn backreference(&mut self, groups: usize) -> Result<(), String> {
        let digits: String = self.rest().iter().take_while(|c| c.is_ascii_digit()).collect();
        if digits.parse::<usize>().map_or(true, |number| number > groups) {
            return Err(format!("there is no group {digits} to refer to"));
        }
        self.at += digits.len();
        self.out.push_str(&format!("(?:\\{digits})"));
        Ok(())
    }

    /// The escape whose backslash has been read.
    pub(super) fn escape(&mut self) -> Result<Escape, String> {
        let Some(character) = self.next() else { return Err("it ends with a backslash".to_owned()) };
        let set = |characters, negated| Ok(Escape::Set { characters, negated });
        let one = match character {
            'd' => return set(DIGIT, false),
            'D' => return set(DIGIT, true),
            'w' => return set(WORD, false),
            'W' => return set(WORD, true),
            's' => return set(SPACE, false),
            'S' => return set(SPACE, true),
            'p' | 'P' if self.peek() == Some('{') => {
                return Err("classes of Unicode properties are not supported: write out the characters".to_owned());
            }
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '0' => '\0',
            'c' => return self.control(),
            'x' => return self.hexadecimal(2, character),
            'u' => return self.unicode(),
            other => other,
        };
        Ok(Escape::One(one.into()))
    }

    fn control(&mut self) -> Result<Escape, String> {
        match self.next().filter(char::is_ascii_alphabetic) {
            Some(letter) => Ok(Escape::One(u32::from(letter) & 0x1F)),
            None => Err("a letter follows \\c".to_owned()),
        }
    }

    /// A character by so many digits; without them the letter is itself.
    fn hexadecimal(&mut self, digits: usize, letter: char) -> Result<Escape, String> {
        Ok(Escape::One(match hexadecimal(self.rest(), digits) {
            Some(code) => {
                self.at += digits;
                code
            }
            None => letter.into(),
        }))
    }

    /// `\uXXXX`, or two of them that are one character, or `\u{X}`.
    fn unicode(&mut self) -> Result<Escape, String> {
        if self.peek() == Some('{') {
            let length = self.rest().iter().skip(1).take_while(|c| c.is_ascii_hexdigit()).count();
            let code = hexadecimal(self.rest().get(1..).unwrap_or_default(), length);
            if let Some(code) = code.filter(|_| (1..=6).contains(&length))
                && self.rest().get(length + 1) == Some(&'}')
            {
                self.at += length + 2;
                return Ok(Escape::One(code));
            }
        }
        let low = match self.rest() {
            [_, _, _, _, '\\', 'u', rest @ ..] => hexadecimal(rest, 4),
            _ => None,
        };
        match (hexadecimal(self.rest(), 4), low) {
            (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                self.at += 10;
                Ok(Escape::One(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)))
            }
            _ => self.hexadecimal(4, 'u'),
        }
    }
}

fn hexadecimal(text: &[char], digits: usize) -> Option<u32> {
    text.get(..digits)?.iter().try_fold(0u32, |sum, digit| Some(sum.checked_mul(16)? + digit.to_digit(16)?))
}

/// The length of the repetition, `{2}`, `{2,}` or `{2,3}`, that `text` begins with.
fn repetition(text: &[char]) -> Option<usize> {
    let digits = |from: usize| text.iter().skip(from).take_while(|c| c.is_ascii_digit()).count();
    let least = digits(1);
    let mut at = 1 + least;
    if text.get(at) == Some(&',') {
        at += 1 + digits(at + 1);
    }
    (least > 0 && text.get(at) == Some(&'}')).then_some(at + 1)
}

/// How many groups capture.
fn groups(characters: &[char]) -> usize {
    let (mut count, mut in_class, mut at) = (0, false, 0);
    while let Some(character) = characters.get(at) {
        match character {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest = characters.get(at + 1..).unwrap_or_default();
                let named = matches!(rest, ['?', '<', third, ..] if !['=', '!'].contains(third));
                count += usize::from(named || rest.first() != Some(&'?'));
            }
            _ => {}
        }
        at += 1;
    }
    count
}

/// Appends a character that stands for itself.
fn literal(character: char, out: &mut String) {
    match character {
        // Elsewhere an escape may mean more than its character, as `\<` does.
        c if "\\.+*?()|[]{}^$".contains(c) => out.extend(['\\', c]),
        c if c.is_control() => out.push_str(&code(c)),
        c => out.push(c),
    }
}

/// A character by its code.
pub(super) fn code(character: char) -> String {
    format!("\\x{{{:X}}}", u32::from(character))
}

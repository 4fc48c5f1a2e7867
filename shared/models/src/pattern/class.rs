//! Classes of characters, `[…]`. Brackets and signs that combine sets elsewhere are characters in ECMA 262.

use super::translate::{Escape, Reader, code};

const UNENDED: &str = "a [ has no ]";

/// The class whose bracket has been read.
pub(super) fn translate(reader: &mut Reader<'_>) -> Result<(), String> {
    let negated = reader.peek() == Some('^');
    if negated {
        reader.next();
    }
    let mut set = String::new();
    loop {
        match reader.next().ok_or(UNENDED)? {
            ']' => break,
            first => item(reader, first, &mut set)?,
        }
    }
    reader.out.push_str(&match (set.is_empty(), negated) {
        (true, false) => "(?!)".to_owned(),
        (true, true) => "[\\x{0}-\\x{10FFFF}]".to_owned(),
        (false, false) => format!("[{set}]"),
        (false, true) => format!("[^{set}]"),
    });
    Ok(())
}

/// One character, a range or a set.
fn item(reader: &mut Reader<'_>, first: char, set: &mut String) -> Result<(), String> {
    let from = match member(reader, first)? {
        Member::Set(text) => {
            set.push_str(&text);
            return Ok(());
        }
        Member::One(from) => from,
    };
    if reader.peek() != Some('-') {
        set.extend(from.scalar().map(code));
        return Ok(());
    }
    reader.next();
    match reader.next().ok_or(UNENDED)? {
        // At the end it is a character.
        ']' => {
            set.extend(from.scalar().map(code));
            set.push_str(&code('-'));
            reader.back();
            Ok(())
        }
        last => match member(reader, last)? {
            Member::One(to) => range(from, to, set),
            Member::Set(text) => {
                set.extend(from.scalar().map(code));
                set.push_str(&code('-'));
                set.push_str(&text);
                Ok(())
            }
        },
    }
}

/// What stands at one place of a class.
enum Member {
    One(Unit),
    Set(String),
}

/// A character or half a surrogate pair, by its code.
#[derive(Clone, Copy)]
struct Unit(u32);

impl Unit {
    fn scalar(self) -> Option<char> {
        char::from_u32(self.0)
    }
}

fn member(reader: &mut Reader<'_>, character: char) -> Result<Member, String> {
    if character != '\\' {
        return Ok(Member::One(Unit(character.into())));
    }
    if reader.peek() == Some('b') {
        reader.next();
        return Ok(Member::One(Unit(8)));
    }
    Ok(match reader.escape()? {
        Escape::One(unit) => Member::One(Unit(unit)),
        Escape::Set { characters, negated: false } => Member::Set(characters.to_owned()),
        Escape::Set { characters, negated: true } => Member::Set(format!("[^{characters}]")),
    })
}

/// A range without the halves of surrogate pairs, which no text has.
fn range(Unit(from): Unit, Unit(to): Unit, set: &mut String) -> Result<(), String> {
    if from > to {
        return Err("a range of characters ends before it begins".to_owned());
    }
    let from = if (0xD800..0xE000).contains(&from) { 0xE000 } else { from };
    let to = if (0xD800..0xE000).contains(&to) { 0xD7FF } else { to };
    if let (Some(from), Some(to)) = (char::from_u32(from), char::from_u32(to))
        && from <= to
    {
        set.push_str(&format!("{}-{}", code(from), code(to)));
    }
    Ok(())
}

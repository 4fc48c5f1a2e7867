//! Operands: references, numbers, texts, lists, maps, ranges.

use super::{
    Expression, Statement,
    parser::{Parsed, Parser},
};

const EXPECTED: &str =
    "a value is expected here: a reference, a number, a text in quotes, [a, list], {\"a\": \"map\"}, true or false";

impl Parser<'_, '_> {
    /// One operand.
    pub(super) fn operand(&mut self) -> Parsed<Expression> {
        self.cursor.skip_space();
        match self.cursor.peek() {
            Some(b'$') => self.expected_reference(EXPECTED).map(Expression::Reference),
            Some(quote @ (b'"' | b'\'')) => self.text(quote),
            Some(b'(') => {
                self.cursor.advance(1);
                let inner = self.expression()?;
                self.closed(")")?;
                Ok(inner)
            }
            Some(b'[') => {
                self.cursor.advance(1);
                self.list_or_range()
            }
            Some(b'{') => {
                self.cursor.advance(1);
                self.map()
            }
            Some(b'-' | b'.' | b'0'..=b'9') => self.number(),
            _ => match self.cursor.name(false) {
                Some("true") => Ok(Expression::True),
                Some("false") => Ok(Expression::False),
                _ => Err(self.error(EXPECTED)),
            },
        }
    }

    fn closed(&mut self, end: &str) -> Parsed<()> {
        self.cursor.skip_space();
        if self.cursor.eat(end) { Ok(()) } else { Err(self.error(format!("a {end} is expected here"))) }
    }

    fn list_or_range(&mut self) -> Parsed<Expression> {
        self.cursor.skip_space();
        if self.cursor.eat("]") {
            return Ok(Expression::List(Vec::new()));
        }
        let first = self.expression()?;
        self.cursor.skip_space();
        if self.cursor.eat("..") {
            let last = self.expression()?;
            self.closed("]")?;
            return Ok(Expression::Range(Box::new((first, last))));
        }
        let mut items = vec![first];
        if self.cursor.eat(",") {
            items.append(&mut self.list("]", "a list's items")?);
        } else {
            self.closed("]")?;
        }
        Ok(Expression::List(items))
    }

    fn map(&mut self) -> Parsed<Expression> {
        let mut entries = Vec::new();
        self.cursor.skip_space();
        if self.cursor.eat("}") {
            return Ok(Expression::Map(entries));
        }
        loop {
            let key = self.expression()?;
            self.closed(":")?;
            entries.push((key, self.expression()?));
            self.cursor.skip_space();
            if self.cursor.eat("}") {
                return Ok(Expression::Map(entries));
            }
            self.closed(",")?;
        }
    }

    /// `12`, `-1`, `1.5`, `.5`, `1e3`. Two dots behind an integer are a range's.
    fn number(&mut self) -> Parsed<Expression> {
        let start = self.cursor.offset();
        self.cursor.eat("-");
        self.cursor.take_while(|byte| byte.is_ascii_digit());
        let mut whole = true;
        if self.cursor.peek() == Some(b'.') && self.cursor.peek_at(1) != Some(b'.') {
            whole = false;
            self.cursor.advance(1);
            self.cursor.take_while(|byte| byte.is_ascii_digit());
        }
        let signed = usize::from(matches!(self.cursor.peek_at(1), Some(b'+' | b'-')));
        let exponent = matches!(self.cursor.peek(), Some(b'e' | b'E'))
            && self.cursor.peek_at(1 + signed).is_some_and(|byte| byte.is_ascii_digit());
        if exponent {
            whole = false;
            self.cursor.advance(1 + signed);
            self.cursor.take_while(|byte| byte.is_ascii_digit());
        }
        let text = self.cursor.since(start);
        let parsed = if whole { text.parse().ok().map(Expression::Integer) } else { None };
        match parsed.or_else(|| text.parse().ok().map(Expression::Double)) {
            Some(number) => Ok(number),
            None => Err(self.error_at(start, EXPECTED)),
        }
    }

    /// A text in quotes. A doubled quote in it is one; in double quotes `\"` does not end it, and stays as it is; `\u0041`
    /// is a character in double quotes. All other backslashes stay: VTL knows no `\n`.
    fn text(&mut self, quote: u8) -> Parsed<Expression> {
        let start = self.cursor.offset();
        let Some(length) = text_length(self.cursor.rest().as_bytes(), quote) else {
            return Err(self.error("this text has no end: write the quote again behind it"));
        };
        let inner = self.cursor.rest().get(1..length - 1).unwrap_or_default();
        let place = self.cursor.place_of(start);
        self.cursor.advance(length);
        if quote == b'\'' {
            return Ok(Expression::Text(inner.replace("''", "'").into()));
        }
        let plain = unescaped(inner).replace("\"\"", "\"");
        if !plain.contains(['$', '#']) {
            return Ok(Expression::Text(plain.into()));
        }
        self.enter()?;
        let origin = crate::problem::Place { column: place.column + 1, ..place };
        let mut block = Parser::new(&plain, origin, self.symbols, self.depth).whole()?;
        self.depth -= 1;
        Ok(match block.as_mut_slice() {
            [] => Expression::Text("".into()),
            [Statement::Text(text)] => Expression::Text(std::mem::take(text).into()),
            _ => Expression::Interpolated(block),
        })
    }
}

/// How long the text is that begins with this quote, its quotes included. As in Velocity's grammar the longest text wins:
/// an escaped quote ends the text only if no other quote follows.
fn text_length(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut end = None;
    let mut at = 1;
    while let Some(found) = bytes.get(at..)?.iter().position(|byte| *byte == quote) {
        let here = at + found;
        if bytes.get(here + 1) == Some(&quote) && here > 0 && (here + 1 < bytes.len()) && doubled(bytes, here, quote) {
            at = here + 2;
            continue;
        }
        end = Some(here + 1);
        let escaped = quote == b'"' && here > 1 && bytes.get(here - 1) == Some(&b'\\');
        if !escaped {
            break;
        }
        at = here + 1;
    }
    end
}

/// Whether the two quotes here are one quote of the text: another quote must follow that ends it.
fn doubled(bytes: &[u8], here: usize, quote: u8) -> bool {
    bytes.get(here + 2..).is_some_and(|behind| behind.contains(&quote))
}

/// Characters by their number: `\u00e9`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pieces = text.split("\\u");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                out.push(character);
                out.push_str(piece.get(4..).unwrap_or_default());
            }
            None => {
                out.push_str("\\u");
                out.push_str(piece);
            }
        }
    }
    out
}

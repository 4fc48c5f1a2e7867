//! `String.format`: `%s %d %f %x %X %o %e %c %b %n %%`, with flags, width and precision.

use crate::{
    MAX_OUTPUT_BYTES, java,
    render::{Rendered, Renderer},
    value::{Text, Value},
};

/// One conversion: `%-08.2f`.
#[derive(Default)]
struct Conversion {
    left: bool,
    zeros: bool,
    plus: bool,
    grouped: bool,
    index: Option<usize>,
    width: usize,
    precision: Option<usize>,
    letter: char,
}

/// The widest field and the most digits: wider ones are of no use in a payload.
const MAX_WIDTH: usize = 1_000;

impl<'a> Renderer<'a> {
    pub(super) fn format(&mut self, pattern: &Text<'a>, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        let mut out = String::new();
        let mut rest = &**pattern;
        let mut next = 0;
        while let Some((before, behind)) = rest.split_once('%') {
            out.push_str(before);
            let Some((conversion, behind)) = parse(behind) else {
                return Err(self.failed("String.format: a % is not followed by a conversion, as in %s or %5.2f"));
            };
            rest = behind;
            let at = conversion.index.unwrap_or(next);
            match conversion.letter {
                'n' => out.push('\n'),
                '%' => out.push('%'),
                _ => {
                    next = if conversion.index.is_none() { next + 1 } else { next };
                    let Some(value) = arguments.get(at) else {
                        return Err(self.failed("String.format: there are fewer values than conversions"));
                    };
                    out.push_str(&self.converted(&conversion, value)?);
                }
            }
            if out.len() > MAX_OUTPUT_BYTES {
                return Err(self.limit("the text is longer than 10 MB"));
            }
        }
        out.push_str(rest);
        self.made_text(out)
    }

    fn converted(&mut self, conversion: &Conversion, value: &Value<'a>) -> Rendered<String> {
        let text = match (conversion.letter, value) {
            ('d', Value::Integer(value)) => integer(conversion, *value),
            ('x', Value::Integer(value)) => format!("{value:x}"),
            ('X', Value::Integer(value)) => format!("{value:X}"),
            ('o', Value::Integer(value)) => format!("{value:o}"),
            ('f', Value::Double(value)) => decimal(conversion, *value),
            ('e', Value::Double(value)) => format!("{value:.*e}", conversion.precision.unwrap_or(6)),
            ('b' | 'B', value) => value.is_true().to_string(),
            ('s' | 'S' | 'c', value) => {
                let text = if value.is_null() { "null".into() } else { self.text_of(value)? };
                let cut: String = text.chars().take(conversion.precision.unwrap_or(usize::MAX)).collect();
                if conversion.letter == 'S' { cut.to_uppercase() } else { cut }
            }
            (letter, _) => return Err(self.failed(format!("String.format: %{letter} does not take this value"))),
        };
        Ok(padded(conversion, text))
    }
}

fn parse(text: &str) -> Option<(Conversion, &str)> {
    let mut conversion = Conversion::default();
    let mut rest = text;
    let (digits, behind) = number(rest);
    if let Some(behind) = behind.strip_prefix('$') {
        conversion.index = digits.checked_sub(1);
        rest = behind;
    }
    while let Some(flag) = rest.chars().next().filter(|flag| "-0+, #(".contains(*flag)) {
        match flag {
            '-' => conversion.left = true,
            '0' => conversion.zeros = true,
            '+' => conversion.plus = true,
            ',' => conversion.grouped = true,
            _ => {}
        }
        rest = rest.get(1..)?;
    }
    (conversion.width, rest) = number(rest);
    if let Some(behind) = rest.strip_prefix('.') {
        let (precision, behind) = number(behind);
        conversion.precision = Some(precision);
        rest = behind;
    }
    conversion.letter = rest.chars().next()?;
    let known = "sSdfxXoecbBn%".contains(conversion.letter);
    (known && conversion.width <= MAX_WIDTH && conversion.precision.is_none_or(|precision| precision <= MAX_WIDTH))
        .then(|| (conversion, rest.get(1..).unwrap_or_default()))
}

/// The number at the beginning, and what is behind it.
fn number(text: &str) -> (usize, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (digits.parse().unwrap_or(if digits.is_empty() { 0 } else { usize::MAX }), rest)
}

fn integer(conversion: &Conversion, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    signed(conversion, value < 0, &if conversion.grouped { grouped(&digits) } else { digits })
}

fn decimal(conversion: &Conversion, value: f64) -> String {
    if !value.is_finite() {
        return java::double(value);
    }
    let digits = format!("{:.*}", conversion.precision.unwrap_or(6), value.abs());
    let shown = match digits.split_once('.') {
        Some((whole, fraction)) if conversion.grouped => format!("{}.{fraction}", grouped(whole)),
        _ => digits,
    };
    signed(conversion, value < 0.0, &shown)
}

fn signed(conversion: &Conversion, negative: bool, digits: &str) -> String {
    let sign = match (negative, conversion.plus) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    };
    let zeros = conversion.width.saturating_sub(digits.len() + sign.len());
    format!("{sign}{}{digits}", "0".repeat(if conversion.zeros { zeros } else { 0 }))
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn padded(conversion: &Conversion, text: String) -> String {
    let blanks = " ".repeat(conversion.width.saturating_sub(text.chars().count()));
    if conversion.left { text + &blanks } else { blanks + &text }
}

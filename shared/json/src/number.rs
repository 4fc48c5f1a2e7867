//! Numbers, kept as they were written.

use crate::error::Failure;

/// A number as it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'d> {
    pub(crate) text: &'d str,
    pub(crate) integer: bool,
}

impl<'d> Number<'d> {
    /// As it was written: `1.0` stays `1.0`.
    pub fn text(self) -> &'d str {
        self.text
    }

    /// Whether it is written without fraction and exponent.
    pub fn is_integer(self) -> bool {
        self.integer
    }

    /// Its value, if it is written as an integer and an `i64` holds it.
    pub fn as_i64(self) -> Option<i64> {
        if self.integer { self.text.parse().ok() } else { None }
    }

    /// The nearest `f64`; none if it is beyond the largest.
    pub fn as_f64(self) -> Option<f64> {
        self.text.parse().ok().filter(|value: &f64| value.is_finite())
    }
}

/// Where the number that begins at `at` ends, and whether it has neither fraction nor exponent.
pub(crate) fn scan(bytes: &[u8], at: usize) -> Result<(usize, bool), Failure> {
    let mut at = if bytes.get(at) == Some(&b'-') { at + 1 } else { at };
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { digits(bytes, at)? };
    let mut integer = true;
    if bytes.get(at) == Some(&b'.') {
        (at, integer) = (digits(bytes, at + 1)?, false);
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        (at, integer) = (digits(bytes, at + 1 + usize::from(sign))?, false);
    }
    Ok((at, integer))
}

/// Behind the digits at `at`, of which there is one at least.
fn digits(bytes: &[u8], at: usize) -> Result<usize, Failure> {
    let count = bytes.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 { Err(Failure { at, message: "a digit is expected here" }) } else { Ok(at + count) }
}

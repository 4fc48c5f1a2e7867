//! For whom an order is.

use std::fmt;

/// The longest customer: an e-mail address has at most 254 characters.
const MAX_CUSTOMER_BYTES: usize = 254;

/// A customer as the tenant calls them: 1 to 254 of `A-Z a-z 0-9 . _ @ + -`, which can stand in a path and in a channel's
/// name. The tenant vouches for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer(String);

impl Customer {
    /// The customer that `text` names.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
        let fits = (1..=MAX_CUSTOMER_BYTES).contains(&text.len()) && text.bytes().all(letters);
        (fits && text != "." && text != "..").then(|| Customer(text.to_owned()))
    }
}

impl fmt::Display for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_can_stand_in_a_path() {
        for text in ["ann", "ann+shop@example.com", "8c5e-77_1.B", &"x".repeat(254)] {
            assert_eq!(Customer::parse(text).unwrap().to_string(), text);
        }
        for text in ["", ".", "..", "a b", "a/b", "a#b", "ä", &"x".repeat(255)] {
            assert_eq!(Customer::parse(text), None, "{text:?}");
        }
    }
}

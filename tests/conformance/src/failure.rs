//! Why a case failed, on one line.

use std::fmt::{self, Display};

/// How many characters are shown of a value.
const SHOWN: usize = 200;

/// The first thing that differed, or why a case could not be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    said: String,
    /// What the gateway's own log would say of the request.
    why: Option<String>,
}

impl Failure {
    /// `what` is not as expected.
    pub(crate) fn differs(what: &str, expected: impl Display, got: impl Display) -> Self {
        Failure { said: format!("{what}: expected {}, got {}", cut(&expected), cut(&got)), why: None }
    }

    /// The case cannot be run, because of `what`.
    pub(crate) fn cannot(what: &str, because: impl Display) -> Self {
        Failure { said: format!("{what}: {}", cut(&because)), why: None }
    }

    /// The same, said of a place in the case.
    pub(crate) fn at(self, place: impl Display) -> Self {
        Failure { said: format!("{place}: {}", self.said), why: self.why }
    }

    /// The same, of a request of which the gateway's own log would say `why`.
    pub(crate) fn because(self, why: Option<String>) -> Self {
        Failure { why, ..self }
    }

    /// The same, with what the gateway's own log would say behind it.
    pub(crate) fn with_why(self) -> Self {
        match &self.why {
            Some(why) => Failure { said: format!("{} ({why})", self.said), why: None },
            None => self,
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

/// The start of a value, on one line.
fn cut(value: &impl Display) -> String {
    value.to_string().replace('\r', "\\r").replace('\n', "\\n").chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_values_are_cut_at_200_characters() {
        let failure = Failure::differs("body", "ä".repeat(201), "y".repeat(200) + "z");
        assert_eq!(failure.to_string(), format!("body: expected {}, got {}", "ä".repeat(200), "y".repeat(200)));
    }

    #[test]
    fn a_failure_is_one_line() {
        let failure = Failure::cannot("definition", "a\nb\r\nc").at("exchange 1");
        assert_eq!(failure.to_string(), "exchange 1: definition: a\\nb\\r\\nc");
    }
}

//! Reads a process's settings and reports every problem at once.
//!
//! A setting that is absent may have a default; one that is malformed never does. What varies, the environment, comes in
//! as a function, so a test gives a map and the process gives [`runtime::env`](../runtime/fn.env.html).
//!
//! ```
//! let mut settings = settings::Settings::new(|name| (name == "CARTS_TABLE").then(|| "carts".to_owned()));
//! let table = settings.text("CARTS_TABLE");
//! let days: u32 = settings.number_or("CART_TTL_DAYS", 30);
//! assert_eq!(settings.finish((table, days)).unwrap(), ("carts".to_owned(), 30));
//! ```

use std::{collections::BTreeMap, fmt, str::FromStr};

/// Gives the value of a name.
type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Where settings come from, and what was wrong with them so far.
pub struct Settings<'a> {
    lookup: Box<Lookup<'a>>,
    asked: Vec<&'static str>,
    problems: Vec<String>,
}

/// Every problem of a process's settings, one sentence each.
#[derive(PartialEq, Eq)]
pub struct SettingsError(pub Vec<String>);

/// The sentence itself: `main` shows the debug form of the error it returns.
impl fmt::Debug for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot start: {}", self.0.join("; "))
    }
}

impl std::error::Error for SettingsError {}

impl<'a> Settings<'a> {
    /// Settings read through `lookup`; an empty value counts as absent.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + 'a) -> Self {
        Settings { lookup: Box::new(lookup), asked: Vec::new(), problems: Vec::new() }
    }

    /// A setting that must be there.
    pub fn text(&mut self, name: &'static str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is not set"));
            String::new()
        })
    }

    /// A setting that may be absent.
    pub fn optional(&mut self, name: &'static str) -> Option<String> {
        self.asked.push(name);
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A number that may be absent.
    pub fn number_or<N: FromStr>(&mut self, name: &'static str, default: N) -> N {
        match self.optional(name).map(|text| (text.parse(), text)) {
            None => default,
            Some((Ok(number), _)) => number,
            Some((Err(_), text)) => {
                self.problems.push(format!("{name} is {text:?}, which is not a number that fits"));
                default
            }
        }
    }

    /// A JSON object of strings that may be absent, such as `{"cartFunction": "arn:aws:lambda:…"}`.
    pub fn map(&mut self, name: &'static str) -> BTreeMap<String, String> {
        let Some(text) = self.optional(name) else { return BTreeMap::new() };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            self.problems.push(format!("{name} is not a JSON object of strings ({error})"));
            BTreeMap::new()
        })
    }

    /// Notes a problem that a caller found in what it read.
    pub fn problem(&mut self, sentence: String) {
        self.problems.push(sentence);
    }

    /// The names asked for so far: a test compares them with what the template sets.
    pub fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// The configuration, if nothing was wrong.
    ///
    /// # Errors
    /// All problems found since [`Settings::new`].
    pub fn finish<C>(self, config: C) -> Result<C, SettingsError> {
        if self.problems.is_empty() { Ok(config) } else { Err(SettingsError(self.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(pairs: &'a [(&'a str, &'a str)]) -> Settings<'a> {
        Settings::new(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let mut settings = of(&[("DAYS", "many"), ("EMPTY", ""), ("VARIABLES", "[1]")]);
        settings.text("TABLE");
        settings.text("EMPTY");
        settings.number_or("DAYS", 30u32);
        settings.map("VARIABLES");
        let error = settings.finish(()).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot start: TABLE is not set; EMPTY is not set; DAYS is \"many\", which is not a number that fits; \
             VARIABLES is not a JSON object of strings (invalid type: sequence, expected a map at line 1 column 0)"
        );
    }

    #[test]
    fn an_absent_setting_takes_its_default() {
        let mut settings = of(&[]);
        let days = settings.number_or("DAYS", 30u32);
        assert_eq!(settings.asked(), ["DAYS"]);
        assert_eq!(settings.finish(days), Ok(30));
    }
}

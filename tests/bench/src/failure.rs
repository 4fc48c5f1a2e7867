//! What went wrong, with what was being done. A benchmark has one way to fail: it stops and says what it saw.

use std::error::Error;
use std::fmt::Display;

/// A value, or the whole story of why there is none.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Puts what was being done before what went wrong.
pub(crate) trait Context<T> {
    /// `cannot open x: no such file` from `no such file` and `cannot open x`.
    fn context(self, doing: impl Display) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn context(self, doing: impl Display) -> Result<T> {
        self.map_err(|error| format!("{doing}: {error}").into())
    }
}

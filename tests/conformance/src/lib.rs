//! Conformance: what API Gateway does, case by case, held against the real pipeline: a definition is compiled, encoded,
//! decoded and served as the router does it, with targets that answer as the case says.
//!
//! A case that cannot be run fails: a bad file, a key that is not known, something that is not supported, a panic, a hang.

mod case;
mod definition_keys;
mod exchange;
mod expectation;
mod failure;
mod files;
mod guard;
mod headers;
mod json;
mod keys;
mod report;
mod request;
mod sent;
mod target;
mod template;

pub use failure::Failure;
pub use report::{Detail, Sum, report};

/// Runs the case that `text` holds. Its file says that it is called `name`.
///
/// # Errors
/// The first thing that differs, or why the case cannot be run.
pub fn run(name: &str, text: &str) -> Result<(), Failure> {
    match case::read(name, text)? {
        case::Case::Exchanges(case) => exchange::run(&case),
        case::Case::Template(case) => template::run(&case),
    }
}

#[cfg(test)]
mod tests;

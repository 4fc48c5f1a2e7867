//! JSONPath as Jayway's library reads it: dots, brackets, wildcards, deep scans, slices, unions, filters, functions.
//!
//! A path is *definite* if it names one place: then it finds one value or none. Any wildcard, deep scan, slice, union of
//! indices or filter makes it indefinite: then it finds a list, which may be empty. A union of names at the end of a path
//! (`$['a','b']`) is definite and finds an object of those names. A function at the end takes what the path before it
//! finds, and is definite.
//!
//! A path that does not begin with `$` is taken as if `$.` stood before it. A slice's step is read and not used, as in
//! Jayway.

mod ast;
mod compare;
mod filter;
mod filter_parser;
mod functions;
mod lexer;
mod parser;
mod search;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use json::Node;
use thiserror::Error;

/// A parsed path. It is read-only and may be shared between threads.
#[derive(Clone, Debug)]
pub struct JsonPath {
    tokens: Vec<ast::Token>,
}

/// A text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("column {column}: {message}")]
pub struct PathError {
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: &'static str,
}

/// A search that looked at too many values: deep scans within filters within deep scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the path looks at more than {MAX_VISITS} values")]
pub struct TooManyVisits;

/// How many values one search may look at: a deep scan of the largest body looks at some million.
pub const MAX_VISITS: usize = 4_000_000;

/// The longest path, in bytes.
pub const MAX_PATH_BYTES: usize = 16 * 1024;

/// What a path found.
#[derive(Clone, Debug)]
pub enum Matches<'d> {
    /// Of a definite path: the value, if there is one.
    Definite(Option<Found<'d>>),
    /// Of an indefinite path: the values, in the document's order.
    Indefinite(Vec<Found<'d>>),
}

/// A value that a path found or a function made.
#[derive(Clone, Debug)]
pub enum Found<'d> {
    /// A value of the document.
    Node(Node<'d>),
    /// Some entries of an object: what a union of names finds.
    Object(Vec<(Cow<'d, str>, Node<'d>)>),
    /// What a count gives.
    Integer(i64),
    /// What the other functions over numbers give.
    Double(f64),
    /// What `concat()` gives.
    Text(String),
    /// What `keys()` and `append()` give.
    List(Vec<Found<'d>>),
}

impl JsonPath {
    /// Parses a path.
    ///
    /// # Errors
    /// The first place at which it is none.
    pub fn parse(text: &str) -> Result<JsonPath, PathError> {
        parser::parse(text).map(|tokens| JsonPath { tokens })
    }

    /// Whether it names one place.
    pub fn is_definite(&self) -> bool {
        ast::is_definite(&self.tokens)
    }

    /// What it finds below `root`.
    ///
    /// # Errors
    /// When it looks at more than [`MAX_VISITS`] values.
    pub fn find<'d>(&self, root: Node<'d>) -> Result<Matches<'d>, TooManyVisits> {
        self.search(root, &mut 0)
    }

    /// [`JsonPath::find`], looking at `visits` values at most.
    ///
    /// # Errors
    /// When it looks at more.
    pub fn find_within<'d>(&self, root: Node<'d>, visits: usize) -> Result<Matches<'d>, TooManyVisits> {
        self.search(root, &mut MAX_VISITS.saturating_sub(visits))
    }

    /// What it finds, and at how many values it looked.
    pub(crate) fn search<'d>(&self, root: Node<'d>, visits: &mut usize) -> Result<Matches<'d>, TooManyVisits> {
        search::search(&self.tokens, root, root, visits)
    }
}

//! A JSON text, read once: what templates, parameter mappings and models look into.
//!
//! [`Document::parse`] keeps the text and a flat list of its values, twelve bytes each; a [`Node`] is a place in that list.
//! Strings stay in the text and are unescaped when they are asked for, numbers are never rounded. The list is made and
//! walked without recursion, so that no input decides how much stack is used.

mod document;
mod error;
mod escape;
mod keys;
mod node;
mod number;
mod reader;
mod write;

pub use document::{Document, MAX_BYTES, MAX_DEPTH};
pub use error::ParseError;
pub use escape::write_string;
pub use node::{Kind, Node};
pub use number::Number;

#[cfg(test)]
mod tests;

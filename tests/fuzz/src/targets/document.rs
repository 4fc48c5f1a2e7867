//! Any bytes as a definition.

use super::{agreement, promises};

/// Reads and compiles `bytes`, as text: what is not UTF-8 is replaced, as no reader of ours takes it.
///
/// # Panics
/// When a promise of the compiler, of the table or of the router is broken.
pub fn document(bytes: &[u8]) {
    if let Ok(api) = promises::compiled(&String::from_utf8_lossy(bytes)) {
        agreement::check(&api);
    }
}

//! Any bytes as the router's table.

use definition::{RouteTree, Table, TableError};

use super::seal::seal;
use crate::novelty;

/// How long contents may be that get a checksum. A table with the right one was written by `encode`, from paths that have an
/// end; made of nothing but nodes within nodes, this many bytes nest a thousand deep.
const MAX_SEALED_BYTES: usize = 2_000;

/// Reads `bytes` as a table, and once more as the contents of one whose checksum is right.
///
/// # Panics
/// When an operation is neither read nor refused, or is read in two ways.
pub fn table(bytes: &[u8]) {
    read(bytes);
    read(&seal(bytes.get(..MAX_SEALED_BYTES).unwrap_or(bytes)));
}

fn read(bytes: &[u8]) {
    let table = match Table::decode(bytes) {
        Ok(table) => table,
        Err(error) => return novelty::note(&error.to_string()),
    };
    novelty::note_value("operations", table.len().min(64));
    let count = u32::try_from(table.len()).unwrap_or(u32::MAX);
    assert_eq!(table.is_empty(), count == 0);
    for index in 0..count.min(1000) {
        match table.operation(index) {
            Ok(operation) => {
                novelty::note("an operation");
                assert_eq!(table.operation(index), Ok(operation), "operation {index} was read in two ways");
            }
            Err(error) => assert_eq!(error, TableError::Damaged),
        }
    }
    assert_eq!(table.operation(count), Err(TableError::Damaged), "an operation behind the last");
    novelty::note_value("nodes", size(&table.routes).min(64));
}

fn size(tree: &RouteTree) -> usize {
    let below = tree.statics.values().chain(tree.parameter.as_deref()).map(size).sum::<usize>();
    1 + below + tree.methods.len() + tree.greedy.len()
}

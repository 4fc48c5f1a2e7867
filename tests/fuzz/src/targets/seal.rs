//! A table's header and checksum, without which no change of a table gets any further.

/// Magic and checksum, as `definition` writes them.
const HEADER_BYTES: usize = 12;
const CHECKSUM_BYTES: usize = 4;

/// What is behind the header and checksum of `table`.
pub fn open(table: &[u8]) -> Option<&[u8]> {
    table.get(HEADER_BYTES + CHECKSUM_BYTES..)
}

/// A table with these contents: its header is right, and so is its checksum.
pub fn seal(contents: &[u8]) -> Vec<u8> {
    let empty = definition::compile("openapi: 3.0.3\npaths: {}\n").ok().and_then(|api| definition::encode(&api).ok());
    let empty = empty.unwrap_or_default();
    let mut table = empty.get(..HEADER_BYTES).unwrap_or_default().to_vec();
    table.extend(crc32fast::hash(contents).to_le_bytes());
    table.extend(contents);
    table
}

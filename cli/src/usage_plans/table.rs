//! Tables for people.

use std::fmt::Write as _;

/// A table as wide as it must be, its columns two spaces apart.
pub(crate) fn table<H: AsRef<str>>(head: impl AsRef<[H]>, rows: &[impl AsRef<[String]>]) -> String {
    let head: Vec<String> = head.as_ref().iter().map(|cell| cell.as_ref().to_owned()).collect();
    let lines = || std::iter::once(head.as_slice()).chain(rows.iter().map(AsRef::as_ref));
    let mut widths = vec![0; head.len()];
    for line in lines() {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in lines() {
        let mut written = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(written, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", written.trim_end());
    }
    text
}

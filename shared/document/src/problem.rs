//! What is wrong with a document, where, and what to write instead.

use std::fmt::Write as _;

use crate::lines::{Lines, is_unseen};

/// A place in a document, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One thing that is wrong with a document. Ordered by its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong: one line, whatever the document says, without the middle of what is very long.
    pub message: String,
    /// What to write instead; the same.
    pub remedy: String,
}

/// How many problems are shown: nobody reads more.
pub const MAX_SHOWN: usize = 1000;

/// How many characters of a text that is too long are kept: those at its start, and those at its end.
const KEPT: (usize, usize) = (400, 200);

impl Problem {
    /// A problem; what `message` and `remedy` quote of the document is made fit to be read.
    pub fn new(place: Place, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Problem { place, message: legible(message.into()), remedy: legible(remedy.into()) }
    }
}

/// `text` in one line that no terminal takes for a command, without the middle of what is very long.
fn legible(text: String) -> String {
    let (start, end) = KEPT;
    let text = match (text.char_indices().nth(start), text.char_indices().rev().nth(end - 1)) {
        (Some((first, _)), Some((last, _))) if first < last => {
            format!("{}…{}", text.get(..first).unwrap_or_default(), text.get(last..).unwrap_or_default())
        }
        _ => text,
    };
    if !text.contains(is_unseen) {
        return text;
    }
    let shown = |letter: char| if is_unseen(letter) { letter.escape_default().to_string() } else { letter.to_string() };
    text.chars().map(shown).collect()
}

/// Problems in the order of their places, each once: a value that several places refer to is read for each of them.
pub fn in_order(problems: Vec<Problem>) -> Vec<Problem> {
    let mut numbered: Vec<(Problem, usize)> = problems.into_iter().zip(0..).collect();
    numbered.sort();
    numbered.dedup_by(|(later, _), (earlier, _)| later == earlier);
    // At one place, what was found first is told first.
    numbered.sort_by_key(|(problem, number)| (problem.place, *number));
    numbered.into_iter().map(|(problem, _)| problem).collect()
}

/// Problems as people read them: file, line and column, the line itself, the remedy. Of very many, the first
/// [`MAX_SHOWN`].
pub fn show(file: &str, source: &str, problems: &[Problem]) -> String {
    let lines = Lines::of(source);
    let mut shown = String::new();
    for Problem { place, message, remedy } in problems.iter().take(MAX_SHOWN) {
        let _ = writeln!(shown, "{file}:{}:{}: {message}", place.line, place.column);
        if let Some((window, before)) = lines.around(*place) {
            let number = place.line.to_string();
            let _ = writeln!(shown, "  {number} | {window}");
            let _ = writeln!(shown, "  {} | {}^", " ".repeat(number.len()), " ".repeat(before));
        }
        let _ = writeln!(shown, "  {remedy}\n");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_its_line_and_remedy() {
        let problem = Problem::new(Place { line: 2, column: 3 }, "no such type", "write mock");
        let shown = show("api.yaml", "a:\n  type: moc\n", &[problem]);
        assert_eq!(shown, "api.yaml:2:3: no such type\n  2 |   type: moc\n    |   ^\n  write mock\n\n");
    }

    #[test]
    fn what_a_document_says_is_one_line_that_has_an_end() {
        assert_eq!(legible("a\nb\u{1b}c\u{202e}".to_owned()), "a\\nb\\u{1b}c\\u{202e}");
        assert_eq!(legible("größer".to_owned()), "größer");
        assert_eq!(legible("ü".repeat(600)), "ü".repeat(600));
        assert_eq!(legible("ü".repeat(601)), "ü".repeat(400) + "…" + &"ü".repeat(200));
        assert!(legible("\0".repeat(1_000_000)).len() < 4_000);
    }
}

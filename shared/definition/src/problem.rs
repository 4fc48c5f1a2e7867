//! What is wrong with a document, where, and what to write instead.

use std::fmt::Write as _;

/// A place in a document, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

/// How many problems are shown: nobody reads more, and each has to look for its line.
pub const MAX_SHOWN: usize = 1000;

/// Problems as people read them: file, line and column, the line itself, the remedy. Of very many, the first
/// [`MAX_SHOWN`].
pub fn show(file: &str, source: &str, problems: &[Problem]) -> String {
    let source = source.replace("\r\n", "\n");
    // YAML ends lines with a carriage return as well.
    let lines: Vec<&str> = source.split(['\n', '\r']).collect();
    let mut shown = String::new();
    for Problem { place, message, remedy } in problems.iter().take(MAX_SHOWN) {
        let _ = writeln!(shown, "{file}:{}:{}: {message}", place.line, place.column);
        if let Some((window, caret)) = lines.get(place.line.saturating_sub(1)).map(|line| window(line, place.column)) {
            let number = place.line.to_string();
            let _ = writeln!(shown, "  {number} | {window}");
            let _ = writeln!(shown, "  {} | {}^", " ".repeat(number.len()), " ".repeat(caret));
        }
        let _ = writeln!(shown, "  {remedy}\n");
    }
    shown
}

/// At most 120 characters of `line` around `column`, and where the column is in them. Exports are often one line of
/// megabytes.
fn window(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 120;
    let at = column.saturating_sub(1);
    let from = if at < WIDTH { 0 } else { at - WIDTH / 2 };
    let shown: String = line.chars().skip(from).take(WIDTH).map(|c| if c == '\t' { ' ' } else { c }).collect();
    (shown, at - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_its_line_and_remedy() {
        let problem = Problem {
            place: Place { line: 2, column: 3 },
            message: "no such type".to_owned(),
            remedy: "write mock".to_owned(),
        };
        let shown = show("api.yaml", "a:\n  type: moc\n", &[problem]);
        assert_eq!(shown, "api.yaml:2:3: no such type\n  2 |   type: moc\n    |   ^\n  write mock\n\n");
    }

    #[test]
    fn a_line_of_megabytes_is_shown_in_part() {
        let line = "x".repeat(1_000_000);
        let (window, caret) = window(&line, 500_000);
        assert_eq!((window.len(), caret), (120, 60));
    }
}

//! A report as bars in the terminal.

use std::fmt::Write as _;

use usage::Row;

use super::show::printed;

/// How many characters the longest bar has.
const WIDTH: u64 = 60;

/// An eighth of a character to a whole one.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// A bar for each row, as long as its requests are many.
pub(super) fn chart(rows: &[Row]) -> String {
    let most = rows.iter().map(|row| row.totals.requests).max().unwrap_or_default().max(1);
    let names: Vec<String> =
        rows.iter().map(|row| row.names.iter().map(|name| printed(name)).collect::<Vec<_>>().join(" ")).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (row, name) in rows.iter().zip(names) {
        let requests = row.totals.requests;
        let _ = writeln!(text, "{name:<width$}  {} {requests}", bar(requests, most));
    }
    text
}

fn bar(requests: u64, most: u64) -> String {
    let eighths = u128::from(requests) * u128::from(WIDTH * 8) / u128::from(most);
    let eighths = usize::try_from(eighths).unwrap_or_default().max(usize::from(requests > 0));
    let mut bar = "█".repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).and_then(|rest| EIGHTHS.get(rest)));
    bar
}

#[cfg(test)]
mod tests {
    use usage::Totals;

    use super::*;

    #[test]
    fn the_longest_bar_is_of_the_most_requests_and_none_is_lost() {
        let row = |name: &str, requests| Row {
            names: vec![name.to_owned()],
            totals: Totals { requests, ..Totals::default() },
            errors: 0,
        };
        let text = chart(&[row("a", 1_000_000), row("bbb", 500_000), row("", 1), row("d", 0)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("a    {} 1000000", "█".repeat(60)));
        assert_eq!(lines[1], format!("bbb  {} 500000", "█".repeat(30)));
        assert_eq!(lines[2..], ["-    ▏ 1", "d     0"]);
        assert_eq!(chart(&[]), "");
    }
}

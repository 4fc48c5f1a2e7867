//! The lines of a source, and where in them a byte stands.

use crate::Place;

/// How many bytes at most are looked through for one place. Exports are often one line of megabytes.
const STRIDE: usize = 64;

/// How many characters of a line are shown at most.
const WIDTH: usize = 120;

/// A source in which places are found in the same short time, however long its lines are.
///
/// A line ends with LF, CR or both, as YAML has it; JSON takes all of them for white space. A byte order mark at the start is
/// no part of the first line.
pub struct Lines<'s> {
    source: &'s str,
    /// The byte at which each line begins.
    starts: Vec<usize>,
    /// How many characters begin before each `STRIDE`th byte.
    counts: Vec<usize>,
}

impl<'s> Lines<'s> {
    /// Looks through `source` once.
    pub fn of(source: &'s str) -> Self {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let bytes = source.as_bytes();
        let ends_line = |at: usize| match bytes.get(at) {
            Some(b'\n') => true,
            Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len()).filter(|at| ends_line(*at)).map(|at| at + 1);
        let mut counts = vec![0];
        for stride in bytes.chunks(STRIDE) {
            counts.push(counts.last().copied().unwrap_or_default() + beginnings(stride));
        }
        Lines { source, starts: std::iter::once(0).chain(starts).collect(), counts }
    }

    /// The text of line `number`, counted from 1, without what ends it.
    pub fn line(&self, number: usize) -> Option<&'s str> {
        let index = number.checked_sub(1)?;
        let start = *self.starts.get(index)?;
        let line = self.source.get(start..self.starts.get(number).copied().unwrap_or(self.source.len()))?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// At most 120 characters of a line around a place, and how many of them stand before it.
    pub fn around(&self, place: Place) -> Option<(String, usize)> {
        let line = self.line(place.line)?;
        let column = self.within(place).column - 1;
        let skipped = if column < WIDTH { 0 } else { column - WIDTH / 2 };
        let start = *self.starts.get(place.line.checked_sub(1)?)?;
        let from = self.byte(self.characters(start) + skipped) - start;
        let shown = line.get(from..)?.chars().take(WIDTH).map(harmless);
        Some((shown.collect(), column - skipped))
    }

    /// Where the byte `at` stands.
    pub(crate) fn place(&self, at: usize) -> Place {
        let at = at.min(self.source.len());
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        self.within(Place { line, column: self.characters(at) - self.characters(start) + 1 })
    }

    /// Where `slice`, which is a part of the source, begins.
    pub(crate) fn place_of(&self, slice: &str) -> Place {
        self.place((slice.as_ptr() as usize).saturating_sub(self.source.as_ptr() as usize))
    }

    /// The byte `column` bytes into line `line`, both counted from 1, for a reader to whom LF alone ends a line.
    pub(crate) fn byte_of_line_feeds(&self, line: usize, column: usize) -> usize {
        let ends = self.source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let start = line.checked_sub(2).and_then(|before| ends.clone().nth(before));
        let start = if line < 2 { 0 } else { start.unwrap_or(self.source.len()) };
        start + column.saturating_sub(1)
    }

    /// The nearest place that there is: where something is missing, that is one behind a line's last character.
    pub(crate) fn within(&self, place: Place) -> Place {
        let line = place.line.clamp(1, self.starts.len());
        let text = self.line(line).unwrap_or_default();
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let length = self.characters(start + text.len()) - self.characters(start);
        let column = if line < place.line { length + 1 } else { place.column.clamp(1, length + 1) };
        Place { line, column }
    }

    /// How many characters begin before the byte `at`.
    fn characters(&self, at: usize) -> usize {
        let stride = at / STRIDE;
        let counted = self.counts.get(stride).copied().unwrap_or_default();
        counted + beginnings(self.source.as_bytes().get(stride * STRIDE..at).unwrap_or_default())
    }

    /// The byte at which the character with `count` characters before it begins.
    fn byte(&self, count: usize) -> usize {
        let stride = self.counts.partition_point(|counted| *counted <= count).saturating_sub(1);
        let left = count - self.counts.get(stride).copied().unwrap_or_default();
        let from = stride * STRIDE;
        let bytes = self.source.as_bytes().get(from..).unwrap_or_default();
        let found = bytes.iter().enumerate().filter(|(_, byte)| begins(**byte)).nth(left);
        found.map_or(self.source.len(), |(at, _)| from + at)
    }
}

/// How many characters begin in `bytes`.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| begins(**byte)).count()
}

/// Whether a character of UTF-8 begins with `byte`.
fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// `letter`, unless a terminal takes it for a command or moves what stands around it.
fn harmless(letter: char) -> char {
    match letter {
        '\t' => ' ',
        letter if is_unseen(letter) => '\u{fffd}',
        letter => letter,
    }
}

/// Whether `letter` is a control character, ends a line in some reader, or turns the direction of writing.
pub(crate) fn is_unseen(letter: char) -> bool {
    let moves = ['\u{2028}', '\u{2029}', '\u{feff}'].contains(&letter) || ('\u{202a}'..='\u{202e}').contains(&letter);
    letter.is_control() || moves || ('\u{2066}'..='\u{2069}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, column: usize) -> Place {
        Place { line, column }
    }

    #[test]
    fn lines_end_as_yaml_has_it() {
        let lines = Lines::of("\u{feff}a\nb\r\nc\rd\r\r\n");
        let texts: Vec<&str> = (1..).map_while(|number| lines.line(number)).collect();
        assert_eq!(texts, ["a", "b", "c", "d", "", ""]);
        assert_eq!(lines.line(0), None);
    }

    #[test]
    fn columns_count_characters() {
        let source = "größer\nso ü".to_owned() + &"ü".repeat(1000) + "x";
        let lines = Lines::of(&source);
        assert_eq!(lines.place(source.find("er").unwrap()), place(1, 5));
        assert_eq!(lines.place(source.find('x').unwrap()), place(2, 1005));
        assert_eq!(lines.place(source.len() + 9), place(2, 1006));
    }

    #[test]
    fn a_place_that_is_not_there_becomes_the_nearest_that_is() {
        let lines = Lines::of("ab\nc\n");
        for (given, nearest) in
            [((0, 0), (1, 1)), ((1, 9), (1, 3)), ((2, 2), (2, 2)), ((3, 1), (3, 1)), ((9, 4), (3, 1))]
        {
            assert_eq!(lines.within(place(given.0, given.1)), place(nearest.0, nearest.1));
        }
    }

    #[test]
    fn a_line_of_megabytes_is_shown_in_part() {
        let source = "ü".repeat(1_000_000);
        let (shown, before) = Lines::of(&source).around(place(1, 500_001)).unwrap();
        assert_eq!((shown.chars().count(), before), (120, 60));
        assert_eq!(Lines::of("a\tb").around(place(1, 3)), Some(("a b".to_owned(), 2)));
    }

    #[test]
    fn a_terminal_is_not_told_what_to_do() {
        let (shown, _) = Lines::of("a\u{1b}[2Jb\u{202e}c").around(place(1, 1)).unwrap();
        assert_eq!(shown, "a\u{fffd}[2Jb\u{fffd}c");
    }
}

//! Bytes as decisions.

/// Takes one decision after the other.
#[derive(Clone, Debug)]
pub struct Choices<'b>(&'b [u8]);

impl<'b> Choices<'b> {
    /// The decisions of `bytes`.
    pub fn new(bytes: &'b [u8]) -> Self {
        Choices(bytes)
    }

    /// The next byte; 0 when there are none left.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `end`, which may be up to 256; 0 for no end.
    pub fn below(&mut self, end: usize) -> usize {
        if end <= 1 { 0 } else { usize::from(self.byte()) % end }
    }

    /// Whether it happens, in about `cases` of `all` cases; never when there are no bytes left.
    pub fn chance(&mut self, cases: usize, all: usize) -> bool {
        self.below(all) >= all.saturating_sub(cases)
    }

    /// One of `all`; the first when there are no bytes left.
    pub fn pick<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }

    /// A text of its own: short, and seldom quite ordinary.
    pub fn text(&mut self) -> String {
        const LETTERS: [&str; 24] = [
            "a", "b", "Z", "0", "9", "_", "-", ".", " ", "/", ":", "#", "{", "}", "\"", "'", "\\", "$", "%", "ä", "😀",
            "\n", "\u{1b}", "\u{2028}",
        ];
        let length = self.below(9);
        (0..length).map(|_| self.pick(&LETTERS)).collect()
    }

    /// Whether bytes are left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

//! Keys: their hash, and what becomes of those that are in one object more than once.

use std::borrow::Cow;

use crate::{
    document::{Cell, Repeats, Shape},
    escape,
};

/// A key of an object that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) hash: u16,
    /// Its cell.
    pub(crate) cell: u32,
}

/// For the first cell of a repeated key, in order, the cell of its last value.
#[derive(Default)]
pub(crate) struct Repeated(Vec<(u32, u32)>);

/// Up to here each key is compared with each: fewer comparisons than sorting makes.
const FEW: usize = 16;

/// Spreads keys over 16 bits. Who makes them collide makes looking up slower by a comparison a key, and nothing else.
pub(crate) fn hash(key: &str) -> u16 {
    // An odd number with its bits well mixed: 2^64 over the golden ratio.
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let (eights, rest) = key.as_bytes().as_chunks::<8>();
    let mut hash = (key.len() as u64).wrapping_mul(MIX);
    for eight in eights {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*eight)).wrapping_mul(MIX);
    }
    let rest = rest.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    hash = (hash.rotate_left(23) ^ rest).wrapping_mul(MIX);
    (hash >> 48) as u16
}

/// A key's text.
pub(crate) fn text<'t>(text: &'t str, key: &Cell) -> Cow<'t, str> {
    let raw = text.get(key.begin as usize..key.end as usize).unwrap_or_default();
    if key.shape == Shape::Escaped { escape::unescape(raw) } else { Cow::Borrowed(raw) }
}

/// Marks the repeated ones among an object's keys and says how many of them are passed over.
pub(crate) fn settle(source: &str, cells: &mut [Cell], keys: &mut [Key], repeated: &mut Repeated) -> u32 {
    let few = keys.len() <= FEW;
    if few && !any_equal_hash(keys) {
        return 0;
    }
    let of = |key: &Key| cells.get(key.cell as usize).map(|cell| text(source, cell)).unwrap_or_default();
    keys.sort_unstable_by(|a, b| a.hash.cmp(&b.hash).then_with(|| of(a).cmp(&of(b))).then_with(|| a.cell.cmp(&b.cell)));
    let groups = keys.chunk_by(|a, b| a.hash == b.hash && of(a) == of(b)).filter(|group| group.len() > 1);
    let groups: Vec<&[Key]> = groups.collect();
    for group in &groups {
        repeated.mark(cells, group);
    }
    groups.iter().map(|group| u32::try_from(group.len()).unwrap_or(u32::MAX) - 1).sum()
}

fn any_equal_hash(keys: &[Key]) -> bool {
    keys.iter().enumerate().any(|(at, key)| keys.iter().skip(at + 1).any(|other| other.hash == key.hash))
}

impl Repeated {
    /// The cell of the value that the key at `key` has.
    pub(crate) fn last_value(&self, key: u32) -> Option<u32> {
        let at = self.0.binary_search_by_key(&key, |(first, _)| *first).ok()?;
        self.0.get(at).map(|(_, value)| *value)
    }

    /// In order: what the reader has found is sorted once, at its end.
    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
    }

    /// `group`: one key's places, in the order of the text.
    fn mark(&mut self, cells: &mut [Cell], group: &[Key]) {
        let [first, later @ ..] = group else { return };
        let Some(last) = later.last() else { return };
        self.0.push((first.cell, last.cell + 1));
        let places =
            group.iter().map(|key| (key.cell, if key.cell == first.cell { Repeats::First } else { Repeats::Later }));
        for (cell, repeats) in places {
            if let Some(cell) = cells.get_mut(cell as usize) {
                cell.repeats = repeats;
            }
        }
    }
}

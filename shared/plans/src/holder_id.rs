//! Who holds leases: one sandbox, from its start or its restore to its end.

use std::fmt;

/// 6 bits a character, in the order of their codes.
const ALPHABET: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/// A sandbox's identity: 64 random bits, drawn after a snapshot is restored and not before it is taken. Two sandboxes of
/// one identity would each spend what both were granted once.
///
/// It is shown in eleven characters: it stands in the counter's item once for each sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HolderId(pub u64);

impl HolderId {
    /// The identity as it is shown.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 11 {
            return None;
        }
        let place = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte).and_then(|at| u64::try_from(at).ok());
        let bits = text.bytes().try_fold(0u128, |bits, byte| Some((bits << 6) | u128::from(place(byte)?)))?;
        u64::try_from(bits).ok().map(HolderId)
    }
}

impl fmt::Display for HolderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..11).rev().try_for_each(|place| {
            let digit = usize::try_from((self.0 >> (place * 6)) & 63).unwrap_or_default();
            fmt::Write::write_char(f, ALPHABET.get(digit).map_or('-', |letter| char::from(*letter)))
        })
    }
}

/// A holder's mark on a counter: the time of a change in milliseconds by its own clock, each larger than the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_as_it_is_shown() {
        for bits in [0, 1, 63, 64, u64::MAX, 0x0123_4567_89ab_cdef] {
            let shown = HolderId(bits).to_string();
            assert_eq!((shown.len(), HolderId::parse(&shown)), (11, Some(HolderId(bits))));
        }
        for no in ["", "abc", "zzzzzzzzzzz", "----------!", "------------"] {
            assert_eq!(HolderId::parse(no), None, "{no}");
        }
    }
}

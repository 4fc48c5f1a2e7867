//! What a sandbox knows of its own changes to one counter, although answers get lost.
//!
//! Every change names the mark that it follows, so of those in doubt at most one was or will be carried out. Whatever the
//! store next says of the sandbox's mark tells which: it is the stamp of a change in doubt, and that one happened and none
//! of the others ever will; or it is the old mark, and none has happened *yet*; or a further change has followed the old
//! mark, and none ever will.

use crate::{Answer, HolderId, Move, Stamp, Standing};

/// How many changes may be in doubt. Beyond, the oldest lease is given up: its units stay unused, which is safe.
const MAX_DOUBTS: usize = 8;

/// The changes of one holder to one counter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passbook {
    base: Option<Stamp>,
    doubts: Vec<(Stamp, Move)>,
    last: Stamp,
}

/// Where a change stands among the others.
pub(crate) struct Entry {
    pub(crate) base: Option<Stamp>,
    pub(crate) stamp: Stamp,
    pub(crate) oldest: Stamp,
}

impl Passbook {
    /// Enters a change that is about to be sent.
    pub(crate) fn enter(&mut self, units: Move, now_ms: i64) -> Entry {
        if self.doubts.len() >= MAX_DOUBTS {
            let lease = self.doubts.iter().position(|(_, units)| matches!(units, Move::Lease(_)));
            self.doubts.remove(lease.unwrap_or_default());
        }
        let now = Stamp(u64::try_from(now_ms).unwrap_or_default());
        let stamp = now.max(Stamp(self.last.0 + 1));
        self.last = stamp;
        self.doubts.push((stamp, units));
        Entry { base: self.base, stamp, oldest: self.doubts.first().map_or(stamp, |(oldest, _)| *oldest) }
    }

    /// Learns from an answer to the change `stamp`; says how many units have come into the holder's hands by it.
    pub(crate) fn settle(&mut self, holder: HolderId, stamp: Stamp, answer: &Answer) -> u64 {
        let known = self.learn(holder, &answer.before);
        if !answer.applied {
            return known;
        }
        known + self.close(stamp)
    }

    /// Learns from the counter as it stands; says how many units have come into the holder's hands by it.
    pub(crate) fn learn(&mut self, holder: HolderId, standing: &Standing) -> u64 {
        self.last = self.last.max(standing.floor);
        match standing.mark(holder) {
            Some(mark) if self.doubts.iter().any(|(stamp, _)| *stamp == mark) => self.close(mark),
            Some(mark) if Some(mark) == self.base => 0,
            // Forgotten, but before anything in doubt was sent.
            None if self.doubts.first().is_none_or(|(oldest, _)| standing.floor < *oldest) => 0,
            // A mark that this holder cannot tell how it came about, or one that was forgotten: nothing in doubt is used.
            mark => {
                self.doubts.clear();
                self.base = mark;
                0
            }
        }
    }

    /// Takes every outcome that is unknown for the worse: no lease was granted, and what was to go back is gone.
    pub(crate) fn abandon(&mut self) {
        self.doubts.clear();
    }

    /// Whether the outcome of a change is unknown.
    pub(crate) fn in_doubt(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// Whether so many are in doubt that they should be settled before another is sent.
    pub(crate) fn is_crowded(&self) -> bool {
        self.doubts.len() >= MAX_DOUBTS / 2
    }

    /// The change `stamp` was carried out and no other in doubt ever will be: its lease is in hand, and so is what another
    /// would have given back.
    fn close(&mut self, happened: Stamp) -> u64 {
        self.base = Some(happened);
        let units = |(stamp, units): &(Stamp, Move)| match units {
            Move::Lease(units) if *stamp == happened => *units,
            Move::GiveBack(units) if *stamp != happened => *units,
            Move::Lease(_) | Move::GiveBack(_) => 0,
        };
        let in_hand = self.doubts.iter().map(units).sum();
        self.doubts.clear();
        in_hand
    }
}

#[cfg(test)]
mod tests;

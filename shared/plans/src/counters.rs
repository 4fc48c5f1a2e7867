//! The store of counters: the port, and the rules that it keeps.
//!
//! A counter is one item for each plan, key and period: `granted` units, and for each sandbox that has changed it of late
//! that sandbox's *mark*, the stamp of its last change. A change names the mark that it follows, so that of all the changes
//! which a sandbox has sent and heard nothing of, the store takes at most one, at most once, and its mark says which.
//! Marks are forgotten after a while, lest the item grow with every sandbox that ever was; `floor` is the highest stamp
//! forgotten, and a change from a time when a forgotten mark might have stood is refused.

use std::future::Future;

use crate::{
    HolderId, Stamp,
    throttle::{Take, Tat},
};

/// Units that a change moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// From the counter to the sandbox.
    Lease(u64),
    /// Back.
    GiveBack(u64),
}

/// One change of a counter by a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The counter's name.
    pub counter: String,
    /// Who changes it.
    pub holder: HolderId,
    /// The holder's mark that this change follows; it may have been forgotten.
    pub base: Option<Stamp>,
    /// The mark that this change leaves.
    pub stamp: Stamp,
    /// The stamp of the holder's oldest change whose outcome it does not know, this one included.
    pub oldest: Stamp,
    /// What moves.
    pub units: Move,
    /// The most that may be granted after a lease.
    pub limit: u64,
    /// When nobody needs the counter any more, in seconds since 1970.
    pub expires_at_s: u64,
}

/// Marks to forget. None of them is younger than [`crate::DOUBT_MS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forget {
    /// The counter's name.
    pub counter: String,
    /// The marks, as they were seen.
    pub marks: Vec<(HolderId, Stamp)>,
}

/// A counter as it stands. One that nobody has changed stands as the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Units granted and not given back.
    pub granted: u64,
    /// The highest stamp forgotten.
    pub floor: Stamp,
    /// The marks that stand.
    pub marks: Vec<(HolderId, Stamp)>,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether this call carried it out.
    pub applied: bool,
    /// The counter as it was before; where the change was not applied, as it is.
    pub before: Standing,
}

/// What came of taking tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether they were taken.
    pub taken: bool,
    /// The bucket as it was before.
    pub before: Option<Tat>,
}

/// Why the store gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CounterError {
    /// The store could not be reached or refused the call. A change may have been carried out, or may yet be.
    #[error("the store of counters did not answer: {0}")]
    Unavailable(String),
    /// The store holds something that is no counter.
    #[error("the store of counters holds a malformed item: {0}")]
    Corrupt(String),
}

/// Counters and buckets by name. Each call changes one item at once, whatever else goes on.
pub trait Counters {
    /// Carries out `change` if [`Standing::allows`] it. A repeat of one that was carried out is not carried out again, and
    /// its answer shows the change's own stamp as the holder's mark.
    ///
    /// # Errors
    /// [`CounterError`]; whether the change was or will be carried out is then unknown.
    fn change(&self, change: &Change) -> impl Future<Output = Result<Answer, CounterError>>;

    /// The counter as every change that was answered has left it.
    ///
    /// # Errors
    /// [`CounterError`].
    fn look(&self, counter: &str) -> impl Future<Output = Result<Standing, CounterError>>;

    /// Forgets marks and raises the floor to the highest of them, if each still is as it was seen; else nothing. Repeating
    /// it changes nothing.
    ///
    /// # Errors
    /// [`CounterError`].
    fn forget(&self, forget: &Forget) -> impl Future<Output = Result<(), CounterError>>;

    /// Takes tokens out of a bucket if [`Take::from`] allows it. A repeat takes them again: what is lost with a lost answer
    /// comes back as the bucket fills.
    ///
    /// # Errors
    /// [`CounterError`]; the tokens may have been taken.
    fn take(&self, take: &Take) -> impl Future<Output = Result<Taken, CounterError>>;
}

impl Standing {
    /// A holder's mark.
    pub fn mark(&self, holder: HolderId) -> Option<Stamp> {
        self.marks.iter().find(|(id, _)| *id == holder).map(|(_, stamp)| *stamp)
    }

    /// Whether `change` may be carried out: the units are there, and its holder's mark is the one that it follows, or was
    /// forgotten before any of the holder's changes of unknown outcome was sent.
    pub fn allows(&self, change: &Change) -> bool {
        let follows = match self.mark(change.holder) {
            Some(mark) => Some(mark) == change.base,
            None => self.floor < change.oldest,
        };
        let units = match change.units {
            Move::Lease(units) => self.granted.checked_add(units).is_some_and(|after| after <= change.limit),
            Move::GiveBack(units) => units <= self.granted,
        };
        follows && units
    }

    /// The counter after `change`.
    pub fn apply(&mut self, change: &Change) {
        self.granted = match change.units {
            Move::Lease(units) => self.granted.saturating_add(units),
            Move::GiveBack(units) => self.granted.saturating_sub(units),
        };
        match self.marks.iter_mut().find(|(id, _)| *id == change.holder) {
            Some((_, mark)) => *mark = change.stamp,
            None => self.marks.push((change.holder, change.stamp)),
        }
    }

    /// The counter without `marks`, if each stands as it was seen.
    pub fn forget(&mut self, marks: &[(HolderId, Stamp)]) {
        if marks.iter().all(|mark| self.marks.contains(mark)) {
            self.marks.retain(|mark| !marks.contains(mark));
            self.floor = marks.iter().map(|(_, stamp)| *stamp).fold(self.floor, Stamp::max);
        }
    }
}

/// How long a counter is kept after its period, for whoever compares it with what was counted: 35 days.
const KEPT_S: i64 = 35 * 86_400;

/// When a counter whose period ends then may be deleted, in seconds since 1970.
pub(crate) fn expiry_s(end_ms: i64) -> u64 {
    u64::try_from((end_ms / 1000).saturating_add(KEPT_S)).unwrap_or_default()
}

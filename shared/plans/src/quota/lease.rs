//! One sandbox's lease of one key's quota in one period.
//!
//! Units are leased in blocks and spent in memory. Every unit that is spent was granted before, so no more than the limit
//! is ever spent, whatever gets lost, repeated or killed; what a lost answer or a give-back leaves in doubt, the
//! [`Passbook`] settles. The lease never waits: it says what to ask the store, and is told what came of it.

mod chores;

use std::sync::Arc;

use super::{
    Pace,
    ask::{Lack, QuotaAnswer, QuotaAsk, Shut},
    marks::forgettable,
    pace::HORIZON_MS,
    passbook::Passbook,
};
use crate::{
    Answer, Change, CounterError, HolderId, Move, Period, Stamp, Standing,
    counters::expiry_s,
    pauses::{FIRST_PAUSE_MS, LAST_CUT_OFF_MS, LAST_PAUSE_MS},
};

/// A block is at most the hundredth part of what remains.
const SHARE_OF_REMAINING: u64 = 100;

/// And at most a quarter of what remains of a shard, so that it serves several sandboxes.
const SHARE_OF_SHARD: u64 = 4;

/// How many shards one request looks at; the next request goes on from there.
const SHARDS_AT_ONCE: u64 = 8;

/// One in so many changes is followed by forgetting.
const FORGET_SELDOM: u64 = 16;

/// A lease.
#[derive(Clone, Debug)]
pub(crate) struct QuotaLease {
    name: Arc<str>,
    shards: u64,
    shard: u64,
    /// Whether the next question goes to the next shard, and how many in a row had nothing.
    moves_on: bool,
    found_empty: u64,
    period: Period,
    limit: u64,
    hand: u64,
    /// The books of the shards that are not asked now.
    others: Vec<(u64, Passbook)>,
    /// What was in hand after the last lease.
    full_hand: u64,
    book: Passbook,
    pace: Pace,
    /// The units that whoever waits for an answer needs.
    busy: Option<u64>,
    remaining: Option<u64>,
    shut: Option<Pause>,
    pause_ms: i64,
    look_first: bool,
    /// A change that got no answer: it is sent again, as it is, before any other.
    unanswered: Option<Change>,
    deadline_ms: i64,
    forget: Vec<(HolderId, Stamp)>,
    used_ms: i64,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    until_ms: i64,
    why: Shut,
    /// Whoever needs fewer units than this is not turned away.
    need: u64,
}

impl QuotaLease {
    /// Nothing in hand yet. `pace` is what is known of the key's traffic from another period.
    pub(crate) fn new(name: Arc<str>, shards: u64, period: Period, pace: Option<Pace>, now_ms: i64) -> Self {
        QuotaLease {
            name,
            shards: shards.max(1),
            shard: 0,
            moves_on: false,
            found_empty: 0,
            period,
            limit: 0,
            hand: 0,
            others: Vec::new(),
            full_hand: 0,
            book: Passbook::default(),
            pace: pace.unwrap_or_else(|| Pace::new(now_ms, HORIZON_MS)),
            busy: None,
            remaining: None,
            shut: None,
            pause_ms: FIRST_PAUSE_MS,
            look_first: false,
            unanswered: None,
            deadline_ms: now_ms.saturating_add(HORIZON_MS),
            forget: Vec::new(),
            used_ms: now_ms,
        }
    }

    /// The lease of the same key in the next period, of which all remains as far as anybody knows.
    pub(crate) fn for_next(&self, name: Arc<str>, now_ms: i64) -> Self {
        let pace = self.pace.carried_over(now_ms);
        let (limit, shard) = (self.limit, self.shard);
        let next = QuotaLease::new(name, self.shards, self.period.next(), Some(pace), now_ms);
        QuotaLease { limit, shard, remaining: Some(limit / self.shards), ..next }
    }

    /// Spreads sandboxes over the counter's shards.
    #[must_use]
    pub(crate) fn starting_at(self, shard: u64) -> Self {
        QuotaLease { shard: shard % self.shards, ..self }
    }

    /// Its first block, before anybody needs it.
    pub(crate) fn first(&mut self, holder: HolderId, now_ms: i64) -> QuotaAsk {
        self.busy = Some(1);
        self.lease(holder, 1, now_ms)
    }

    pub(crate) fn period(&self) -> Period {
        self.period
    }

    /// Units in hand.
    pub(crate) fn hand(&self) -> u64 {
        self.hand
    }

    /// Units that nobody has been granted, when last heard of, and those in hand.
    pub(crate) fn remaining(&self) -> u64 {
        let known = self.remaining.map(|remaining| remaining.saturating_mul(self.shards));
        known.unwrap_or(self.limit).saturating_add(self.hand).min(self.limit)
    }

    pub(crate) fn set_limit(&mut self, limit: u64) {
        // A limit that was raised is worth another question.
        if limit > self.limit && self.shut.is_some_and(|pause| pause.why == Shut::Exhausted) {
            self.shut = None;
        }
        self.limit = limit;
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Whether `units` are in hand.
    pub(crate) fn has(&self, units: u64) -> bool {
        units <= self.hand
    }

    /// Spends units that are in hand.
    pub(crate) fn spend(&mut self, units: u64, now_ms: i64) {
        self.hand = self.hand.saturating_sub(units);
        self.pace.spend(units);
        self.used_ms = now_ms;
    }

    /// Takes back units that were spent for nothing.
    pub(crate) fn refund(&mut self, units: u64) {
        self.hand = self.hand.saturating_add(units);
        self.pace.refund(units);
    }

    /// What to do about `units` that are not in hand.
    pub(crate) fn lack(&mut self, holder: HolderId, units: u64, now_ms: i64) -> Lack<QuotaAsk> {
        let need = units.saturating_sub(self.hand);
        if self.busy.is_some() {
            return Lack::Wait;
        }
        if let Some(Pause { until_ms, why, need: refused }) = self.shut
            && now_ms < until_ms
            && (need >= refused || why == Shut::Unavailable)
        {
            return Lack::Shut(why, until_ms);
        }
        if units > self.limit {
            return Lack::Shut(Shut::Exhausted, self.period.end_ms());
        }
        self.busy = Some(need);
        Lack::Ask(self.question(holder, need, now_ms))
    }

    /// Learns what came of a change or a look.
    pub(crate) fn answered(
        &mut self,
        holder: HolderId,
        ask: &QuotaAsk,
        answer: Result<QuotaAnswer, CounterError>,
        now_ms: i64,
    ) {
        let need = self.busy.take().unwrap_or(1).max(1);
        match (ask, answer) {
            (QuotaAsk::Change(change), Ok(QuotaAnswer::Changed(answer))) => {
                self.changed(holder, change, &answer, need, now_ms);
            }
            (QuotaAsk::Look(_), Ok(QuotaAnswer::Seen(standing))) => self.seen(holder, &standing, need, now_ms),
            (QuotaAsk::Forget(_), _) => {}
            (ask, Err(_) | Ok(_)) => {
                self.unanswered = if let QuotaAsk::Change(change) = ask { Some(change.clone()) } else { None };
                self.pause(Shut::Unavailable, 0, now_ms);
            }
        }
    }

    /// Whether there is nothing left to remember.
    pub(crate) fn is_spent(&self, now_ms: i64, idle_ms: i64) -> bool {
        let over = now_ms >= self.period.end_ms() || now_ms >= self.used_ms.saturating_add(idle_ms);
        self.busy.is_none() && self.hand == 0 && !self.book.in_doubt() && over
    }

    /// What to ask for `need` more units.
    fn question(&mut self, holder: HolderId, need: u64, now_ms: i64) -> QuotaAsk {
        if let Some(change) = self.unanswered.take() {
            QuotaAsk::Change(change)
        } else if self.book.is_crowded() {
            self.settle(holder, now_ms)
        } else if self.look_first {
            self.move_on();
            QuotaAsk::Look(self.counter())
        } else {
            self.lease(holder, need, now_ms)
        }
    }

    /// To the next shard, if this one has nothing. Units are units: what was leased from one may go back to another.
    fn move_on(&mut self) {
        if std::mem::take(&mut self.moves_on) {
            let left = self.shard;
            self.shard = (self.shard + 1) % self.shards;
            let known = self.others.iter().position(|(shard, _)| *shard == self.shard);
            let next = known.map_or_else(Passbook::default, |place| self.others.swap_remove(place).1);
            self.others.push((left, std::mem::replace(&mut self.book, next)));
            self.remaining = None;
        }
    }

    /// The shard's counter. The first has the counter's name, so that a counter of one shard can become one of many.
    fn counter(&self) -> Arc<str> {
        if self.shard == 0 { self.name.clone() } else { format!("{}#{}", self.name, self.shard).into() }
    }

    /// The shard's part of the limit.
    fn share(&self) -> u64 {
        self.limit / self.shards + u64::from(self.shard < self.limit % self.shards)
    }

    fn is_cut_off(&self, now_ms: i64) -> bool {
        self.shut.is_some_and(|pause| pause.why == Shut::Unavailable && now_ms < pause.until_ms)
    }

    /// A lease of at least `need` units.
    fn lease(&mut self, holder: HolderId, need: u64, now_ms: i64) -> QuotaAsk {
        let block = self.pace.next_block(now_ms).min(self.cap());
        let units = block.saturating_sub(self.hand).max(need);
        QuotaAsk::Change(self.change(holder, Move::Lease(units), now_ms))
    }

    /// The most that may be in hand: nothing on the first contact, when nobody knows what remains. One shard stands for
    /// the others.
    fn cap(&self) -> u64 {
        let of_all = |remaining: u64| remaining.saturating_mul(self.shards) / SHARE_OF_REMAINING;
        self.remaining.map_or(0, |remaining| of_all(remaining).min(remaining.div_ceil(SHARE_OF_SHARD)))
    }

    fn change(&mut self, holder: HolderId, units: Move, now_ms: i64) -> Change {
        let entry = self.book.enter(units, now_ms);
        Change {
            counter: self.counter().to_string(),
            holder,
            base: entry.base,
            stamp: entry.stamp,
            oldest: entry.oldest,
            units,
            limit: self.share(),
            expires_at_s: expiry_s(self.period.end_ms()),
        }
    }

    fn changed(&mut self, holder: HolderId, change: &Change, answer: &Answer, need: u64, now_ms: i64) {
        let before = self.hand;
        self.hand += self.book.settle(holder, change.stamp, answer);
        let mut after = answer.before.clone();
        if answer.applied {
            after.apply(change);
        }
        self.heard(&after, now_ms);
        match change.units {
            // It settled what was in doubt, and says nothing of what is left.
            Move::Lease(0) if self.hand == before => {}
            Move::Lease(_) if answer.applied || self.hand > before => self.opened(now_ms),
            // If what was needed remains, it was refused for its size or its mark, and another will do.
            Move::Lease(_) if self.remaining < Some(need) => self.exhausted(need, now_ms),
            Move::Lease(_) => {}
            // The counter holds less than was leased from it: it has been deleted, and the units with it.
            Move::GiveBack(units) if !answer.applied && answer.before.granted < units => self.book.abandon(),
            Move::GiveBack(_) => {}
        }
        if change.stamp.0.is_multiple_of(FORGET_SELDOM) {
            self.forget = forgettable(&after, now_ms);
        }
    }

    fn seen(&mut self, holder: HolderId, standing: &Standing, need: u64, now_ms: i64) {
        self.hand += self.book.learn(holder, standing);
        self.heard(standing, now_ms);
        if self.remaining >= Some(need) {
            self.look_first = false;
            self.shut = None;
        } else if self.look_first {
            self.exhausted(need, now_ms);
        }
    }

    fn heard(&mut self, standing: &Standing, now_ms: i64) {
        self.remaining = Some(self.share().saturating_sub(standing.granted));
        self.pace.stretch(standing, now_ms);
    }

    fn opened(&mut self, now_ms: i64) {
        self.shut = None;
        self.look_first = false;
        self.moves_on = false;
        self.found_empty = 0;
        self.full_hand = self.hand;
        self.pause_ms = FIRST_PAUSE_MS;
        self.deadline_ms = now_ms.max(self.period.start_ms()).saturating_add(self.pace.deadline_ms());
    }

    fn exhausted(&mut self, need: u64, now_ms: i64) {
        self.look_first = true;
        self.found_empty += 1;
        self.moves_on = self.shards > 1;
        if self.found_empty.is_multiple_of(self.shards.min(SHARDS_AT_ONCE)) {
            self.pause(Shut::Exhausted, need, now_ms);
        }
    }

    fn pause(&mut self, why: Shut, need: u64, now_ms: i64) {
        // One of many shards is seen again only after all the others.
        let often = why == Shut::Unavailable || self.shards > SHARDS_AT_ONCE;
        let most_ms = if often { LAST_CUT_OFF_MS } else { LAST_PAUSE_MS };
        self.pause_ms = self.pause_ms.min(most_ms);
        self.shut = Some(Pause { until_ms: now_ms.saturating_add(self.pause_ms), why, need });
        self.pause_ms *= 2;
    }
}

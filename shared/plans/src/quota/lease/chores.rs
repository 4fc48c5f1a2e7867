//! What a lease has done while no request waits: blocks are renewed, what is not needed goes back, marks are forgotten.

use super::QuotaLease;
use crate::{Change, Forget, HolderId, Move, quota::QuotaAsk};

/// How long after a period's end its changes in doubt are asked after.
const LAST_DOUBT_MS: i64 = 60_000;

impl QuotaLease {
    /// What is to be done while no request waits: renewing a block before it is empty, giving back what is not needed. A
    /// caller asks again after each answer, until there is nothing.
    pub(crate) fn maintain(&mut self, holder: HolderId, now_ms: i64) -> Option<QuotaAsk> {
        if self.busy.is_some() || self.is_cut_off(now_ms) {
            return None;
        }
        let ask = self.chore(holder, now_ms)?;
        self.busy = Some(1);
        Some(ask)
    }

    /// Everything goes back: the sandbox is about to end.
    pub(crate) fn close(&mut self, holder: HolderId, now_ms: i64) -> Option<QuotaAsk> {
        let idle = self.hand == 0 && !self.book.in_doubt();
        if idle || self.busy.is_some() || self.is_cut_off(now_ms) {
            return None;
        }
        self.busy = Some(1);
        let again = self.unanswered.take().map(QuotaAsk::Change);
        Some(again.unwrap_or_else(|| self.give_back_or_settle(holder, 0, now_ms)))
    }

    fn chore(&mut self, holder: HolderId, now_ms: i64) -> Option<QuotaAsk> {
        if !self.forget.is_empty() {
            let marks = std::mem::take(&mut self.forget);
            return Some(QuotaAsk::Forget(Forget { counter: self.counter().to_string(), marks }));
        }
        if let Some(change) = self.unanswered.take() {
            return Some(QuotaAsk::Change(change));
        }
        if now_ms >= self.deadline_ms {
            return self.overdue(holder, now_ms);
        }
        self.renewal(holder, now_ms)
    }

    /// Past the deadline: what the coming block's time will not need goes back.
    fn overdue(&mut self, holder: HolderId, now_ms: i64) -> Option<QuotaAsk> {
        let over = now_ms >= self.period.end_ms();
        if now_ms >= self.period.end_ms().saturating_add(LAST_DOUBT_MS) {
            self.book.abandon();
        }
        let keep = if over { 0 } else { self.pace.expected(now_ms) };
        self.deadline_ms = now_ms.saturating_add(self.pace.deadline_ms());
        let idle = self.hand == 0 && !self.book.in_doubt();
        // Little is not worth a write while the key is in use.
        let little = keep > 0 && self.hand <= keep.saturating_add(keep / 4);
        (!idle && !little).then(|| self.give_back_or_settle(holder, keep, now_ms))
    }

    fn give_back_or_settle(&mut self, holder: HolderId, keep: u64, now_ms: i64) -> QuotaAsk {
        let units = self.hand.saturating_sub(keep);
        if units == 0 {
            return self.settle(holder, now_ms);
        }
        self.hand -= units;
        QuotaAsk::Change(self.change(holder, Move::GiveBack(units), now_ms))
    }

    /// A lease of nothing: once it is carried out, no change in doubt ever will be.
    pub(super) fn settle(&mut self, holder: HolderId, now_ms: i64) -> QuotaAsk {
        let change = self.change(holder, Move::Lease(0), now_ms);
        QuotaAsk::Change(Change { limit: u64::MAX, ..change })
    }

    fn renewal(&mut self, holder: HolderId, now_ms: i64) -> Option<QuotaAsk> {
        let open = !self.look_first && self.shut.is_none_or(|pause| pause.until_ms <= now_ms);
        if !open || now_ms >= self.period.end_ms() || !self.runs_low() || self.cap() <= self.hand {
            return None;
        }
        Some(self.lease(holder, 1, now_ms))
    }

    /// Whether what is in hand will soon be gone.
    fn runs_low(&self) -> bool {
        self.full_hand >= 4 && self.pace.is_in_use() && self.hand <= self.full_hand / 4
    }
}

//! Admission with the store at hand: what the gateway's `admit` step calls, and what is called after a response.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    Admission, Allowance, Ask, Asked, Call, CounterError, Counters, Holder, HolderId, Reply, Step, holder::undecided,
    turns::Turns,
};

/// How often a request asks the store before it gives up. Two are usual, where a throttle and a quota both have nothing in
/// hand; more, where several sandboxes race for the last units.
const MOST_QUESTIONS: usize = 16;

/// How many chores are done after one response: the next response finds the others.
const MOST_CHORES: usize = 8;

/// One sandbox's admissions. Requests that run at once share it.
pub struct Admissions<C, K> {
    counters: C,
    clock_ms: K,
    holder: Mutex<Holder>,
    turns: Turns,
    trouble: Mutex<Option<CounterError>>,
}

impl<C: Counters, K: Fn() -> i64> Admissions<C, K> {
    /// Admissions over a store, for a sandbox of this identity, by this clock. To be made after a snapshot is restored:
    /// see [`HolderId`].
    pub fn new(counters: C, id: HolderId, clock_ms: K) -> Self {
        let holder = Mutex::new(Holder::new(id));
        Admissions { counters, clock_ms, holder, turns: Turns::default(), trouble: Mutex::default() }
    }

    /// What time it is.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.clock_ms)()
    }

    /// Whether a request may go on. With a block in hand nobody is asked, and nothing allocated.
    ///
    /// The request belongs to the period in which this sandbox's clock says that it is admitted. Dropped half-way, it leaves
    /// a question to the store in doubt, and that is settled later.
    pub async fn admit(&self, call: &Call<'_>) -> Admission {
        let mut asked = 0;
        while asked < MOST_QUESTIONS {
            let turn = self.turns.next();
            let step = self.lock().step(call, (self.clock_ms)());
            match step {
                Step::Done(admission) => return admission,
                Step::Ask(ask) => {
                    asked += 1;
                    self.ask(*ask).await;
                }
                Step::Wait => turn.await,
            }
        }
        undecided()
    }

    /// Takes back what an admitted request cost of its quota: see [`Holder::refund`].
    pub fn refund(&self, call: &Call<'_>, allowance: &Allowance) {
        self.lock().refund(call, allowance);
    }

    /// The store's last failure, if there was one since it was last asked for.
    pub fn take_trouble(&self) -> Option<CounterError> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the responses that have been posted leave to do: renewing blocks before they are empty, giving back what is not
    /// needed. Not to be called while the client still waits.
    pub async fn after_response(&self) {
        for _ in 0..MOST_CHORES {
            let Some(ask) = self.lock().chore((self.clock_ms)()) else { return };
            self.ask(ask).await;
        }
    }

    /// Gives everything back: the sandbox is about to end.
    pub async fn shut_down(&self) {
        while let Some(ask) = self.next_to_close() {
            self.ask(ask).await;
        }
    }

    // Not in the loop's head, where the lock would be held while the store is asked.
    fn next_to_close(&self) -> Option<Ask> {
        self.lock().close((self.clock_ms)())
    }

    /// Forgets everything in hand and goes on under another identity: a snapshot was restored.
    pub fn restored(&self, id: HolderId) {
        self.lock().restored(id);
        self.turns.advance();
    }

    async fn ask(&self, ask: Ask) {
        let mut pending = Pending { admissions: self, ask: Some(ask) };
        let reply = match pending.ask.as_ref().map(Ask::asked) {
            Some(Asked::Change(change)) => self.counters.change(change).await.map(Reply::Changed),
            Some(Asked::Look(counter)) => self.counters.look(counter).await.map(Reply::Seen),
            Some(Asked::Forget(forget)) => self.counters.forget(forget).await.map(|()| Reply::Forgotten),
            Some(Asked::Take(take)) => self.counters.take(take).await.map(Reply::Taken),
            None => return,
        };
        pending.settle(reply);
    }

    fn lock(&self) -> MutexGuard<'_, Holder> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that was sent. One whose asker is gone counts as unanswered.
struct Pending<'a, C: Counters, K: Fn() -> i64> {
    admissions: &'a Admissions<C, K>,
    ask: Option<Ask>,
}

impl<C: Counters, K: Fn() -> i64> Pending<'_, C, K> {
    fn settle(&mut self, reply: Result<Reply, CounterError>) {
        let Some(ask) = self.ask.take() else { return };
        if let Err(error) = &reply {
            *self.admissions.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        }
        let now_ms = (self.admissions.clock_ms)();
        self.admissions.lock().answered(&ask, reply, now_ms);
        self.admissions.turns.advance();
    }
}

impl<C: Counters, K: Fn() -> i64> Drop for Pending<'_, C, K> {
    fn drop(&mut self) {
        self.settle(Err(CounterError::Unavailable("nobody waited for the answer".to_owned())));
    }
}

//! One sandbox's leases, and what to do about a request.
//!
//! Nothing here waits: [`Holder::step`] admits, refuses, or says what to ask the store; [`Holder::answered`] is told what
//! came of it. [`Holder::chore`] says what is to be done while no request waits.

mod account;
mod call;
mod place;

use std::collections::HashMap;

use account::{Account, place_of, span_ms};
pub use call::{Admission, Allowance, Call, Caller, Operation, QuotaState, Refusal, StageThrottle};
use place::{Found, Place};

use crate::{
    Answer, Change, CounterError, Forget, HolderId, Standing, Take, Taken,
    quota::{Lack, QuotaAnswer, QuotaAsk, Shut},
    throttle::{TokenLease, TokenRule},
};

/// A key that has not been used for so long is forgotten.
const IDLE_MS: i64 = 300_000;

/// How many keys a sandbox knows at once. Beyond, those with nothing in hand are forgotten at once.
const MANY_KEYS: usize = 10_000;

/// Accounts by key id, one for each of the key's plans.
type Keys = HashMap<Box<str>, Vec<Account>>;

/// A sandbox's leases.
#[derive(Clone, Debug)]
pub struct Holder {
    id: HolderId,
    keys: Keys,
    stages: Vec<TokenLease>,
    swept_ms: i64,
}

/// What is to be done about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is decided.
    Done(Admission),
    /// Ask the store this, tell [`Holder::answered`] what came of it, and step again.
    Ask(Box<Ask>),
    /// Another request asks the store already: step again when that was answered.
    Wait,
}

/// A question to the store, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    place: Place,
    question: Question,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    Quota(QuotaAsk),
    Take(Take),
}

/// What the store answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To [`Counters::change`](crate::Counters::change).
    Changed(Answer),
    /// To [`Counters::look`](crate::Counters::look).
    Seen(Standing),
    /// To [`Counters::forget`](crate::Counters::forget).
    Forgotten,
    /// To [`Counters::take`](crate::Counters::take).
    Taken(Taken),
}

/// A question as the port takes it.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// [`Counters::change`](crate::Counters::change).
    Change(&'a Change),
    /// [`Counters::look`](crate::Counters::look).
    Look(&'a str),
    /// [`Counters::forget`](crate::Counters::forget).
    Forget(&'a Forget),
    /// [`Counters::take`](crate::Counters::take).
    Take(&'a Take),
}

impl Ask {
    /// The question.
    pub fn asked(&self) -> Asked<'_> {
        match &self.question {
            Question::Quota(QuotaAsk::Change(change)) => Asked::Change(change),
            Question::Quota(QuotaAsk::Look(counter)) => Asked::Look(counter),
            Question::Quota(QuotaAsk::Forget(forget)) => Asked::Forget(forget),
            Question::Take(take) => Asked::Take(take),
        }
    }
}

impl Holder {
    /// A sandbox with nothing in hand. `id` is drawn after a snapshot is restored: see [`HolderId`].
    pub fn new(id: HolderId) -> Self {
        Holder { id, keys: HashMap::new(), stages: Vec::new(), swept_ms: i64::MIN }
    }

    /// This state goes on under another identity: a snapshot was restored. What was in hand or in doubt stays with the
    /// sandbox that the snapshot was taken of.
    pub fn restored(&mut self, id: HolderId) {
        *self = Holder::new(id);
    }

    /// Its identity.
    pub fn id(&self) -> HolderId {
        self.id
    }

    /// What is to be done about a request that came at `now_ms`.
    ///
    /// Nothing is spent before all is in hand, so a request that is refused costs nothing.
    pub fn step(&mut self, call: &Call<'_>, now_ms: i64) -> Step {
        let stages = match self.stage_tokens(call, now_ms) {
            Ok(stages) => stages,
            Err(step) => return step,
        };
        let allowance = match call.caller {
            None => Ok(Allowance::default()),
            Some(caller) => match account(&mut self.keys, caller, now_ms) {
                Some(account) => account.step(self.id, call, caller, now_ms),
                None => Ok(Allowance::default()),
            },
        };
        match allowance {
            Err(step) => step,
            Ok(allowance) => {
                let spent = stages.into_iter().flatten();
                spent
                    .for_each(|place| self.stages.iter_mut().skip(place).take(1).for_each(|lease| lease.spend(now_ms)));
                Step::Done(Admission::Admitted(allowance))
            }
        }
    }

    /// Takes back into the hand what an admitted request cost of its quota: it was refused after all, before anything was
    /// called. Its tokens stay spent.
    pub fn refund(&mut self, call: &Call<'_>, allowance: &Allowance) {
        let Some((caller, period)) = call.caller.zip(allowance.spent) else { return };
        let accounts = self.keys.get_mut(caller.key_id).into_iter().flatten();
        // A lease that is no longer there has forgotten its units: they stay unused.
        let mut leases = accounts.filter(|account| account.is_of(&caller.plan.id));
        if let Some(lease) = leases.find_map(|account| account.quota_of(period)) {
            lease.refund(call.operation.units);
        }
    }

    /// Learns what came of a question at `now_ms`.
    pub fn answered(&mut self, ask: &Ask, reply: Result<Reply, CounterError>, now_ms: i64) {
        let id = self.id;
        match (&ask.question, ask.place.find(&mut self.keys, &mut self.stages)) {
            (Question::Quota(question), Some(Found::Quota(lease))) => {
                lease.answered(id, question, reply.map(quota_answer), now_ms);
            }
            (Question::Take(take), Some(Found::Tokens(lease))) => {
                let taken = reply.and_then(|reply| match reply {
                    Reply::Taken(taken) => Ok(taken),
                    _ => Err(CounterError::Corrupt("an answer to another question".to_owned())),
                });
                lease.answered(take, taken, now_ms);
            }
            _ => {}
        }
    }

    /// What is to be done while no request waits: ask the store this, tell [`Holder::answered`], and ask for more.
    pub fn chore(&mut self, now_ms: i64) -> Option<Ask> {
        self.sweep(now_ms);
        let id = self.id;
        let of_keys = self
            .keys
            .iter_mut()
            .find_map(|(key, accounts)| accounts.iter_mut().find_map(|account| account.chore(id, key, now_ms)));
        of_keys.or_else(|| {
            let lease = |lease: &mut TokenLease| {
                let take = lease.maintain(now_ms)?;
                Some(Ask {
                    place: Place::Stage(lease.bucket().clone(), lease.reserved()),
                    question: Question::Take(take),
                })
            };
            self.stages.iter_mut().find_map(lease)
        })
    }

    /// What is to be done before the sandbox ends: everything in hand goes back.
    pub fn close(&mut self, now_ms: i64) -> Option<Ask> {
        let id = self.id;
        self.keys
            .iter_mut()
            .find_map(|(key, accounts)| accounts.iter_mut().find_map(|account| account.close(id, key, now_ms)))
    }

    /// Units and what is to be known of them, for tests and metrics: all that is in hand.
    pub fn in_hand(&self) -> u64 {
        self.keys.values().flatten().map(Account::in_hand).sum()
    }

    /// Which of the stage's buckets a request takes a token from, all of them in hand.
    fn stage_tokens(&mut self, call: &Call<'_>, now_ms: i64) -> Result<[Option<usize>; 2], Step> {
        let mut stage = None;
        if let Some(rule) = call.stage_rule() {
            stage = Some(self.stage_token(&["stage", call.operation.api_id, call.operation.stage], rule, now_ms)?);
        }
        let Some(throttle) = call.operation.method_throttle else { return Ok([stage, None]) };
        let rule = TokenRule { throttle: *throttle, reserved_percent: 0 };
        let parts = ["method", call.operation.api_id, call.operation.stage, call.operation.method, call.operation.path];
        Ok([stage, Some(self.stage_token(&parts, rule, now_ms)?)])
    }

    fn stage_token(&mut self, parts: &[&str], rule: TokenRule, now_ms: i64) -> Result<usize, Step> {
        let place = place_of(&mut self.stages, parts, rule, self.id, now_ms);
        let Some(lease) = self.stages.get_mut(place).filter(|lease| !lease.has(now_ms)) else { return Ok(place) };
        let of_lease = Place::Stage(lease.bucket().clone(), lease.reserved());
        match lease.lack(now_ms) {
            Lack::Ask(take) => Err(Step::Ask(Box::new(Ask { place: of_lease, question: Question::Take(take) }))),
            Lack::Wait => Err(Step::Wait),
            // A stage has no plan that could say otherwise: it admits.
            Lack::Shut(Shut::Unavailable, _) => Ok(usize::MAX),
            Lack::Shut(Shut::Exhausted, until_ms) => {
                let refusal = Refusal::Throttled { retry_after_ms: span_ms(now_ms, until_ms) };
                Err(Step::Done(Admission::Refused(refusal, Allowance::default())))
            }
        }
    }

    fn sweep(&mut self, now_ms: i64) {
        let crowded = self.keys.len() > MANY_KEYS;
        if now_ms < self.swept_ms.saturating_add(if crowded { 1_000 } else { IDLE_MS / 4 }) {
            return;
        }
        self.swept_ms = now_ms;
        let idle_ms = if crowded { 0 } else { IDLE_MS };
        self.keys.retain(|_, accounts| {
            accounts.retain_mut(|account| !account.is_spent(now_ms, idle_ms));
            !accounts.is_empty()
        });
        self.stages.retain(|lease| !lease.is_spent(now_ms, IDLE_MS));
    }
}

fn quota_answer(reply: Reply) -> QuotaAnswer {
    match reply {
        Reply::Changed(answer) => QuotaAnswer::Changed(answer),
        Reply::Seen(standing) => QuotaAnswer::Seen(standing),
        Reply::Forgotten | Reply::Taken(_) => QuotaAnswer::Done,
    }
}

/// The account of a key under a plan, made if there is none.
fn account<'k>(keys: &'k mut Keys, caller: Caller<'_>, now_ms: i64) -> Option<&'k mut Account> {
    let plan_id = caller.plan.id.as_str();
    let known = keys.get(caller.key_id).is_some_and(|accounts| accounts.iter().any(|account| account.is_of(plan_id)));
    if !known {
        keys.entry(caller.key_id.into()).or_default().push(Account::new(plan_id, now_ms));
    }
    keys.get_mut(caller.key_id)?.iter_mut().find(|account| account.is_of(plan_id))
}

/// A request that asked in vain too often.
pub(crate) fn undecided() -> Admission {
    Admission::Refused(Refusal::Unavailable { retry_after_ms: 1_000 }, Allowance::default())
}

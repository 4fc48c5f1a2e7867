//! Sandboxes, the store, and what goes wrong between them, as a sequence of events in simulated time.
//!
//! A sandbox is driven as a function is: requests step until they are decided, and after each response come its chores.
//! While it is frozen nothing of it runs, and what is addressed to it waits. Calls to the store may be delayed, doubled (a
//! client's own retry), lost on the way there or on the way back.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use plans::{
    Admission, Ask, Asked, Call, Caller, CounterError, Holder, HolderId, Move, Operation, Period, Refusal, Reply, Step,
    UsagePlan,
};

use crate::{random::Random, store::Store};

/// How often in a thousand something goes wrong with a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) request_lost: u64,
    pub(crate) reply_lost: u64,
    pub(crate) doubled: u64,
    /// Delayed by up to 20 seconds: beyond its caller's patience.
    pub(crate) late: u64,
}

/// Everything.
pub(crate) struct World {
    pub(crate) now_ms: i64,
    pub(crate) random: Random,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) sandboxes: Vec<Sandbox>,
    pub(crate) plan: UsagePlan,
    pub(crate) seen: Seen,
    events: BinaryHeap<Reverse<(i64, u64)>>,
    pending: BTreeMap<u64, Event>,
    serial: u64,
}

/// One sandbox.
#[derive(Debug)]
pub(crate) struct Sandbox {
    holder: Holder,
    skew_ms: i64,
    frozen_until_ms: i64,
    pub(crate) alive: bool,
    /// Asks that wait for an answer, by the event's number.
    waiting: BTreeMap<u64, (Ask, Task)>,
    /// Requests that wait for another's answer.
    turn: Vec<u64>,
    chores: bool,
}

/// What was observed.
#[derive(Default)]
pub(crate) struct Seen {
    /// Units admitted, by the counter that granted them.
    pub(crate) admitted: BTreeMap<String, u64>,
    /// When requests were admitted.
    pub(crate) times_ms: Vec<i64>,
    pub(crate) throttled: u64,
    pub(crate) exceeded: u64,
    pub(crate) unavailable: u64,
    /// Sandboxes that ended with units in hand or in doubt.
    pub(crate) killed: u64,
    /// Changes whose answer was lost.
    pub(crate) unanswered: u64,
}

#[derive(Clone, Copy, Debug)]
enum Task {
    Request { units: u64 },
    Chores,
}

enum Event {
    Request { sandbox: usize, units: u64 },
    Reach { sandbox: usize, ask: Ask, number: u64 },
    Answer { sandbox: usize, number: u64, reply: Option<Reply> },
    Chores { sandbox: usize },
}

/// How long a call's caller waits for its answer.
const PATIENCE_MS: i64 = 1_000;

const KEY: &str = "key-1";

impl World {
    pub(crate) fn new(seed: u64, start_ms: i64, plan: UsagePlan) -> Self {
        World {
            now_ms: start_ms,
            random: Random::new(seed),
            store: Store::default(),
            faults: Faults::default(),
            sandboxes: Vec::new(),
            plan,
            seen: Seen::default(),
            events: BinaryHeap::new(),
            pending: BTreeMap::new(),
            serial: 0,
        }
    }

    /// Starts a sandbox whose clock is wrong by so much.
    pub(crate) fn start(&mut self, skew_ms: i64) -> usize {
        let id = HolderId(self.random.next());
        self.sandboxes.push(Sandbox {
            holder: Holder::new(id),
            skew_ms,
            frozen_until_ms: i64::MIN,
            alive: true,
            waiting: BTreeMap::new(),
            turn: Vec::new(),
            chores: false,
        });
        self.sandboxes.len() - 1
    }

    /// Ends a sandbox at once.
    pub(crate) fn kill(&mut self, sandbox: usize) {
        let sandbox = &mut self.sandboxes[sandbox];
        self.seen.killed += u64::from(std::mem::take(&mut sandbox.alive));
    }

    /// Nothing of the sandbox runs for so long.
    pub(crate) fn freeze(&mut self, sandbox: usize, for_ms: i64) {
        self.sandboxes[sandbox].frozen_until_ms = self.now_ms + for_ms;
    }

    /// A snapshot of a sandbox as it is now, restored as another with an identity of its own. The first goes on.
    pub(crate) fn restore(&mut self, sandbox: usize, skew_ms: i64) -> usize {
        let snapshot = self.sandboxes[sandbox].holder.clone();
        let id = HolderId(self.random.next());
        let restored = self.start(skew_ms);
        let mut holder = snapshot;
        holder.restored(id);
        self.sandboxes[restored].holder = holder;
        restored
    }

    pub(crate) fn request(&mut self, sandbox: usize, units: u64, at_ms: i64) {
        self.schedule(at_ms, Event::Request { sandbox, units });
    }

    /// A request of another key, after whose response the sandbox's chores are done.
    pub(crate) fn look_after(&mut self, sandbox: usize, at_ms: i64) {
        self.schedule(at_ms, Event::Chores { sandbox });
    }

    /// Lets time pass.
    pub(crate) fn run_until(&mut self, until_ms: i64) {
        while let Some(Reverse((at_ms, number))) = self.events.peek().copied() {
            if at_ms > until_ms {
                break;
            }
            self.events.pop();
            self.now_ms = self.now_ms.max(at_ms);
            if let Some(event) = self.pending.remove(&number) {
                self.handle(event);
            }
        }
        self.now_ms = until_ms;
    }

    fn schedule(&mut self, at_ms: i64, event: Event) -> u64 {
        self.serial += 1;
        self.pending.insert(self.serial, event);
        self.events.push(Reverse((at_ms, self.serial)));
        self.serial
    }

    fn handle(&mut self, event: Event) {
        // The store is neither frozen nor dead.
        if let Event::Reach { sandbox, ask, number } = event {
            return self.reach(sandbox, &ask, number);
        }
        let (Event::Request { sandbox, .. } | Event::Answer { sandbox, .. } | Event::Chores { sandbox }) = event else {
            return;
        };
        let Sandbox { alive, frozen_until_ms, .. } = self.sandboxes[sandbox];
        if !alive {
            return;
        }
        if self.now_ms < frozen_until_ms {
            self.schedule(frozen_until_ms, event);
            return;
        }
        match event {
            Event::Request { units, .. } => self.step(sandbox, units),
            Event::Answer { number, reply, .. } => self.answer(sandbox, number, reply),
            Event::Chores { .. } => self.chore(sandbox),
            Event::Reach { .. } => {}
        }
    }

    fn reach(&mut self, sandbox: usize, ask: &Ask, number: u64) {
        let reply = self.store.call(ask, self.now_ms);
        if !self.random.chance(self.faults.reply_lost) {
            let at_ms = self.now_ms + self.random.range(1, 10);
            self.schedule(at_ms, Event::Answer { sandbox, number, reply: Some(reply) });
        }
    }

    fn step(&mut self, number: usize, units: u64) {
        let World { sandboxes, plan, now_ms, .. } = self;
        let sandbox = &mut sandboxes[number];
        let clock_ms = *now_ms + sandbox.skew_ms;
        let call = call(plan, units);
        match sandbox.holder.step(&call, clock_ms) {
            Step::Done(admission) => self.decided(number, units, admission, clock_ms),
            Step::Ask(ask) => self.send(number, *ask, Task::Request { units }),
            Step::Wait => sandbox.turn.push(units),
        }
    }

    fn decided(&mut self, sandbox: usize, units: u64, admission: Admission, clock_ms: i64) {
        match admission {
            Admission::Admitted(_) => {
                self.seen.times_ms.push(self.now_ms);
                self.count(units, clock_ms);
            }
            Admission::Refused(Refusal::Throttled { .. }, _) => self.seen.throttled += 1,
            Admission::Refused(Refusal::QuotaExceeded { .. }, _) => self.seen.exceeded += 1,
            Admission::Refused(Refusal::Unavailable { .. } | Refusal::NotInPlan, _) => self.seen.unavailable += 1,
        }
        if !std::mem::replace(&mut self.sandboxes[sandbox].chores, true) {
            self.schedule(self.now_ms, Event::Chores { sandbox });
        }
    }

    fn count(&mut self, units: u64, clock_ms: i64) {
        let Some(quota) = self.plan.quota else { return };
        let period = Period::at(quota.period, clock_ms);
        let limit = quota.limit_in(period, self.plan.created_at_s * 1_000);
        let admitted = self.seen.admitted.entry(period.to_string()).or_default();
        *admitted += units;
        assert!(*admitted <= limit, "{admitted} units of {limit} were admitted in {period}");
    }

    fn chore(&mut self, number: usize) {
        let now_ms = self.now_ms;
        let sandbox = &mut self.sandboxes[number];
        match sandbox.holder.chore(now_ms + sandbox.skew_ms) {
            Some(ask) => self.send(number, ask, Task::Chores),
            None => sandbox.chores = false,
        }
    }

    fn send(&mut self, sandbox: usize, ask: Ask, task: Task) {
        let number = self.schedule(self.now_ms + PATIENCE_MS, Event::Chores { sandbox });
        self.pending.insert(number, Event::Answer { sandbox, number, reply: None });
        let copies = 1 + u64::from(self.random.chance(self.faults.doubled));
        for _ in 0..copies {
            let far = if self.random.chance(self.faults.late) { 20_000 } else { 10 };
            if !self.random.chance(self.faults.request_lost) {
                let at_ms = self.now_ms + self.random.range(1, far);
                self.schedule(at_ms, Event::Reach { sandbox, ask: ask.clone(), number });
            }
        }
        self.sandboxes[sandbox].waiting.insert(number, (ask, task));
    }

    fn answer(&mut self, number: usize, of: u64, reply: Option<Reply>) {
        let now_ms = self.now_ms;
        let sandbox = &mut self.sandboxes[number];
        let Some((ask, task)) = sandbox.waiting.remove(&of) else { return };
        self.seen.unanswered += u64::from(reply.is_none() && matches!(ask.asked(), Asked::Change(_)));
        let silence = || CounterError::Unavailable("no answer".to_owned());
        sandbox.holder.answered(&ask, reply.ok_or_else(silence), now_ms + sandbox.skew_ms);
        let turn = std::mem::take(&mut sandbox.turn);
        match task {
            Task::Request { units } => self.step(number, units),
            Task::Chores => self.chore(number),
        }
        turn.into_iter().for_each(|units| self.step(number, units));
    }

    /// Units that sandboxes which are still alive have in hand, and those of leases whose outcome is open.
    pub(crate) fn in_hand(&self) -> u64 {
        let alive = self.sandboxes.iter().filter(|sandbox| sandbox.alive);
        alive.map(|sandbox| sandbox.holder.in_hand()).sum()
    }

    /// Units that the counter of the day says are granted.
    pub(crate) fn granted(&self) -> u64 {
        let Some(quota) = self.plan.quota else { return 0 };
        let period = Period::at(quota.period, self.now_ms).to_string();
        self.store
            .counters
            .iter()
            .filter(|(name, _)| name.contains(&period))
            .map(|(_, standing)| standing.granted)
            .sum()
    }

    /// The largest lease that was ever asked for.
    pub(crate) fn largest_ask(ask: &Ask) -> u64 {
        match ask.asked() {
            Asked::Change(change) => match change.units {
                Move::Lease(units) | Move::GiveBack(units) => units,
            },
            _ => 0,
        }
    }
}

pub(crate) fn call(plan: &UsagePlan, units: u64) -> Call<'_> {
    Call {
        caller: Some(Caller { key_id: KEY, plan }),
        operation: Operation {
            api_id: "api",
            stage: "prod",
            method: "GET",
            path: "/pets",
            units,
            stage_throttle: None,
            method_throttle: None,
        },
    }
}

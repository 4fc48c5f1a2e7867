//! Sockets and a queue that do as they are told.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use channels::{
    ConnectionId, Job,
    ports::{JobQueue, Posted, Posts, StoreError},
};

/// Sockets that take frames, and lose some.
#[derive(Default)]
pub struct FakeNetwork {
    /// What each connection has received, in order.
    pub received: RefCell<BTreeMap<ConnectionId, Vec<String>>>,
    /// Whose socket is closed.
    pub dead: RefCell<BTreeSet<ConnectionId>>,
    /// Out of a hundred posts, how many fail; half of them after they have arrived.
    pub failing: Cell<u64>,
    /// Out of a hundred posts, how many are throttled.
    pub throttled: Cell<u64>,
    posts: Cell<u64>,
    in_flight: Cell<usize>,
    /// The most posts that were under way at once.
    pub most_in_flight: Cell<usize>,
}

impl FakeNetwork {
    /// How many posts there were.
    pub fn posts(&self) -> u64 {
        self.posts.get()
    }

    /// A number that looks random and is the same in each run.
    fn roll(&self) -> u64 {
        let mut x = self.posts.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % 200
    }

    fn arrive(&self, id: &ConnectionId, frame: &str) {
        self.received.borrow_mut().entry(id.clone()).or_default().push(frame.to_owned());
    }

    fn outcome(&self, id: &ConnectionId, frame: &str) -> Posted {
        let (roll, late) = (self.roll() / 2, self.roll() % 2 == 1);
        if self.dead.borrow().contains(id) {
            return Posted::Gone;
        }
        if roll < self.failing.get() {
            // Half of the failures come after the frame has arrived.
            if late {
                self.arrive(id, frame);
            }
            return Posted::Failed("500".to_owned());
        }
        if roll < self.failing.get() + self.throttled.get() {
            return Posted::Throttled;
        }
        self.arrive(id, frame);
        Posted::Delivered
    }
}

impl Posts for &FakeNetwork {
    type Payload = String;

    fn payload(&self, frame: String) -> String {
        frame
    }

    async fn post(&self, id: &ConnectionId, payload: &String) -> Posted {
        self.posts.set(self.posts.get() + 1);
        self.in_flight.set(self.in_flight.get() + 1);
        self.most_in_flight.set(self.most_in_flight.get().max(self.in_flight.get()));
        let outcome = self.outcome(id, payload);
        tokio::task::yield_now().await;
        self.in_flight.set(self.in_flight.get() - 1);
        outcome
    }
}

/// A queue of bodies with the times a body was received, as SQS keeps them.
#[derive(Default)]
pub struct MemoryQueue {
    /// What waits: the queue's id of the message, its body, how often it was received.
    pub waiting: RefCell<VecDeque<(String, String, u32)>>,
    next: Cell<u64>,
    /// It takes nothing.
    pub cut_off: Cell<bool>,
}

impl MemoryQueue {
    /// Puts a body there.
    pub fn put(&self, body: String) {
        self.next.set(self.next.get() + 1);
        self.waiting.borrow_mut().push_back((format!("sqs-{}", self.next.get()), body, 0));
    }
}

impl JobQueue for &MemoryQueue {
    async fn send(&self, jobs: &[Job], _delay_s: u32) -> Result<(), StoreError> {
        if self.cut_off.get() {
            return Err(StoreError::Unavailable("cut off".to_owned()));
        }
        for job in jobs {
            // A moment at which the process may end, before each and after the last.
            tokio::task::yield_now().await;
            self.put(job.body());
        }
        tokio::task::yield_now().await;
        Ok(())
    }
}

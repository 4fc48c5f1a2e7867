//! When a sandbox tells what it has counted, and to whom.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
};

use crate::{Answered, Meter, Source};

/// From how many answers on they are told in [`Delivery::Batched`].
const BATCH: u64 = 100;

/// For how long they may wait there.
const BATCH_MS: u64 = 1_000;

/// What takes messages of totals to the ledger.
pub trait Queue {
    /// Sends a message. A repeat does no harm.
    ///
    /// # Errors
    /// [`QueueError`]; it may have been sent.
    fn send(&self, message: &str) -> impl Future<Output = Result<(), QueueError>>;
}

/// The queue could not be reached or refused the message: it goes with the next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the usage queue did not answer: {0}")]
pub struct QueueError(pub String);

/// How soon an answer is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// After each answer: a sandbox that dies takes the one with it that it was about to tell, if there is one.
    Strict,
    /// After a hundred answers or a second, whichever comes first.
    Batched,
}

/// A sandbox's telling of what it counts. Nothing is drawn before the first answer: a snapshot that is taken of the sandbox
/// before that holds no identity.
#[derive(Debug)]
pub struct Telling {
    delivery: Delivery,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    meter: Option<Meter>,
    /// When the oldest answer was given that was not told.
    waiting_since_ms: Option<u64>,
}

impl Telling {
    /// One that has counted nothing.
    pub fn new(delivery: Delivery) -> Self {
        Telling { delivery, state: Mutex::default() }
    }

    /// Counts an answer that was given at `now_ms`. `random` draws 64 bits that nobody else has drawn, also none that was
    /// restored from the same snapshot; it is asked for the first answer, and when there is more in memory than is good.
    ///
    /// # Errors
    /// That of `random`: the answer is not counted.
    pub fn count<E>(
        &self,
        answered: &Answered<'_>,
        now_ms: u64,
        random: impl FnOnce() -> Result<u64, E>,
    ) -> Result<(), E> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut meter = match state.meter.take() {
            Some(meter) if !meter.is_full() => meter,
            _ => Meter::new(Source(random()?)),
        };
        meter.count(answered, now_ms);
        state.meter = Some(meter);
        state.waiting_since_ms.get_or_insert(now_ms);
        Ok(())
    }

    /// How many answers were counted and not told.
    pub fn untold(&self) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.meter.as_ref().map_or(0, Meter::untold)
    }

    /// Tells what is due at `now_ms`.
    ///
    /// # Errors
    /// What was not sent stays, and goes with the next.
    pub async fn tell_due(&self, queue: &impl Queue, now_ms: u64) -> Result<(), QueueError> {
        let due = match self.delivery {
            Delivery::Strict => true,
            Delivery::Batched => self.untold() >= BATCH || self.waited_ms(now_ms) >= BATCH_MS,
        };
        if due { self.tell(queue).await } else { Ok(()) }
    }

    /// Tells everything.
    ///
    /// # Errors
    /// What was not sent stays, and goes with the next.
    pub async fn tell(&self, queue: &impl Queue) -> Result<(), QueueError> {
        let (source, messages) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waiting_since_ms = None;
            let Some(meter) = &state.meter else { return Ok(()) };
            (meter.source(), meter.messages())
        };
        for (text, records) in messages {
            // Nothing is locked meanwhile: other requests count on.
            queue.send(&text).await?;
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            // Meanwhile another may have taken its place.
            if let Some(meter) = state.meter.as_mut().filter(|meter| meter.source() == source) {
                meter.told(&records);
            }
        }
        Ok(())
    }

    fn waited_ms(&self, now_ms: u64) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting_since_ms.map_or(0, |since| now_ms.saturating_sub(since))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::{Entry, Message};

    #[derive(Default)]
    struct Taken {
        messages: RefCell<Vec<String>>,
        cut_off: Cell<bool>,
    }

    impl Queue for Taken {
        async fn send(&self, message: &str) -> Result<(), QueueError> {
            if self.cut_off.get() {
                return Err(QueueError("cut off".to_owned()));
            }
            self.messages.borrow_mut().push(message.to_owned());
            Ok(())
        }
    }

    impl Taken {
        /// The requests of each message, and who told them.
        fn told(&self) -> Vec<(u64, u64)> {
            let entries = self.messages.borrow();
            let entry = |text: &String| -> Entry { Message::parse(text).unwrap().into_entries().next().unwrap() };
            entries.iter().map(entry).map(|entry| (entry.source.0, entry.totals().requests)).collect()
        }
    }

    fn count(telling: &Telling, now_ms: u64, drawn: u64) {
        telling.count(&Answered { status: 200, ..Answered::default() }, now_ms, || Ok::<_, ()>(drawn)).unwrap();
    }

    #[tokio::test]
    async fn strict_tells_of_each_answer() {
        let (telling, queue) = (Telling::new(Delivery::Strict), Taken::default());
        for now_ms in 0..3 {
            count(&telling, now_ms, 7);
            telling.tell_due(&queue, now_ms).await.unwrap();
        }
        assert_eq!(queue.told(), [(7, 1), (7, 2), (7, 3)]);
        telling.tell_due(&queue, 9).await.unwrap();
        assert_eq!(queue.told().len(), 3, "and not when there was none");
    }

    #[tokio::test]
    async fn batched_tells_after_a_hundred_answers_or_a_second() {
        let (telling, queue) = (Telling::new(Delivery::Batched), Taken::default());
        for number in 0..250 {
            count(&telling, number, 7);
            telling.tell_due(&queue, number).await.unwrap();
        }
        assert_eq!(queue.told(), [(7, 100), (7, 200)]);
        telling.tell_due(&queue, 1_199).await.unwrap();
        assert_eq!(queue.told().len(), 2);
        telling.tell_due(&queue, 1_200).await.unwrap();
        assert_eq!(queue.told().last(), Some(&(7, 250)));
    }

    #[tokio::test]
    async fn what_the_queue_does_not_take_goes_with_the_next() {
        let (telling, queue) = (Telling::new(Delivery::Strict), Taken::default());
        queue.cut_off.set(true);
        count(&telling, 1, 7);
        assert!(telling.tell_due(&queue, 1).await.is_err());
        assert_eq!(telling.untold(), 1);
        queue.cut_off.set(false);
        count(&telling, 2, 7);
        telling.tell_due(&queue, 2).await.unwrap();
        assert_eq!((queue.told(), telling.untold()), (vec![(7, 2)], 0));
    }

    #[tokio::test]
    async fn a_snapshot_holds_no_identity() {
        // Made before the snapshot, drawn after it was restored.
        let restored = [Telling::new(Delivery::Strict), Telling::new(Delivery::Strict)];
        let queue = Taken::default();
        for (drawn, telling) in (0u64..).zip(&restored) {
            count(telling, 1, drawn);
            telling.tell_due(&queue, 1).await.unwrap();
        }
        assert_eq!(queue.told(), [(0, 1), (1, 1)]);
    }
}

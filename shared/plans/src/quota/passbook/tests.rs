use proptest::prelude::*;

use super::*;
use crate::Change;

/// What may happen between a holder and its counter.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The holder sends a change; for a give-back, as many of the units in hand.
    Lease(u64),
    GiveBack(u64),
    /// A copy of one of the changes sent reaches the store; its answer gets through or not.
    Arrive {
        which: usize,
        answered: bool,
    },
    /// The holder looks.
    Look,
    /// The store forgets the holder's mark.
    Forget,
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0u64..5).prop_map(Event::Lease),
        (1u64..5).prop_map(Event::GiveBack),
        (0usize..6, any::<bool>()).prop_map(|(which, answered)| Event::Arrive { which, answered }),
        Just(Event::Look),
        Just(Event::Forget),
    ]
}

const ME: HolderId = HolderId(1);

#[derive(Default)]
struct World {
    book: Passbook,
    store: Standing,
    sent: Vec<Change>,
    hand: u64,
}

impl World {
    fn send(&mut self, units: Move, now_ms: i64) {
        let Entry { base, stamp, oldest } = self.book.enter(units, now_ms);
        let counter = String::new();
        let change = Change { counter, holder: ME, base, stamp, oldest, units, limit: 20, expires_at_s: 0 };
        self.sent.push(change);
    }

    fn handle(&mut self, event: Event, now_ms: i64) {
        match event {
            Event::Lease(units) => self.send(Move::Lease(units), now_ms),
            Event::GiveBack(units) => {
                let units = units.min(self.hand);
                self.hand -= units;
                self.send(Move::GiveBack(units), now_ms);
            }
            Event::Arrive { which, answered } => {
                // From the newest: those that are long gone arrive late.
                let Some(change) = self.sent.iter().rev().nth(which).cloned() else { return };
                let before = self.store.clone();
                let applied = before.allows(&change);
                if applied {
                    self.store.apply(&change);
                }
                // An answer to an older change counts as lost: its asker has gone on.
                if answered && which == 0 {
                    self.hand += self.book.settle(ME, change.stamp, &Answer { applied, before });
                }
            }
            Event::Look => self.hand += self.book.learn(ME, &self.store),
            Event::Forget => {
                let marks = self.store.marks.clone();
                self.store.forget(&marks);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// Whatever arrives, twice, late or never, and whatever is forgotten: nothing is in hand that is not granted.
    #[test]
    fn nothing_is_in_hand_that_was_not_granted(events in proptest::collection::vec(events(), 1..60)) {
        let mut world = World::default();
        for (now_ms, event) in (1_000..).zip(&events) {
            world.handle(*event, now_ms);
            prop_assert!(world.hand <= world.store.granted, "{} in hand, {} granted", world.hand, world.store.granted);
        }
    }

    /// As long as nothing is forgotten, one settled change later all that is granted is in hand.
    #[test]
    fn everything_granted_is_in_hand_once_it_is_settled(events in proptest::collection::vec(events(), 1..40)) {
        let mut world = World::default();
        let mut in_doubt = 0;
        for (now_ms, event) in (1_000..).zip(&events) {
            in_doubt = if matches!(event, Event::Lease(_) | Event::GiveBack(_)) { in_doubt + 1 } else { in_doubt };
            if !matches!(event, Event::Forget) && in_doubt < MAX_DOUBTS {
                world.handle(*event, now_ms);
            }
        }
        for now_ms in [5_000, 5_001] {
            world.send(Move::Lease(0), now_ms);
            world.handle(Event::Arrive { which: 0, answered: true }, now_ms);
        }
        prop_assert_eq!(world.hand, world.store.granted);
        prop_assert!(!world.book.in_doubt());
    }

    /// Whatever was forgotten, a holder that is answered again goes on.
    #[test]
    fn what_was_forgotten_stops_nobody(events in proptest::collection::vec(events(), 1..40)) {
        let mut world = World::default();
        for (now_ms, event) in (1_000..).zip(&events) {
            world.handle(*event, now_ms);
        }
        for now_ms in 5_000..5_004 {
            world.send(Move::Lease(0), now_ms);
            world.handle(Event::Arrive { which: 0, answered: true }, now_ms);
        }
        prop_assert!(!world.book.in_doubt());
        prop_assert!(world.hand <= world.store.granted);
    }
}

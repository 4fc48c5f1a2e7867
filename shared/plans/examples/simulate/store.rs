//! The store of counters as the port describes it, in memory, and what it costs.

use std::collections::BTreeMap;

use plans::{Answer, Ask, Asked, Reply, Standing, Taken, Tat};

/// Counters and buckets.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) counters: BTreeMap<String, Standing>,
    buckets: BTreeMap<String, Tat>,
    pub(crate) calls: Calls,
    /// Writes and write units of each item in the second that runs, and the most in any second before.
    busy: BTreeMap<String, (i64, [u64; 2], [u64; 2])>,
}

/// Calls of each kind.
#[derive(Clone, Copy, Default)]
pub(crate) struct Calls {
    pub(crate) changes: u64,
    pub(crate) takes: u64,
    pub(crate) forgets: u64,
    pub(crate) looks: u64,
    /// DynamoDB's write units: one for each KB of the item.
    pub(crate) write_units: u64,
}

impl Store {
    /// Carries out a call.
    pub(crate) fn call(&mut self, ask: &Ask, now_ms: i64) -> Reply {
        match ask.asked() {
            Asked::Change(change) => {
                let standing = self.counters.entry(change.counter.clone()).or_default();
                let before = standing.clone();
                let applied = before.allows(change);
                if applied {
                    standing.apply(change);
                }
                self.calls.changes += 1;
                let units = units(standing);
                self.wrote(&change.counter, units, now_ms);
                Reply::Changed(Answer { applied, before })
            }
            Asked::Look(counter) => {
                self.calls.looks += 1;
                Reply::Seen(self.counters.get(counter).cloned().unwrap_or_default())
            }
            Asked::Forget(forget) => {
                let standing = self.counters.entry(forget.counter.clone()).or_default();
                let units = units(standing);
                standing.forget(&forget.marks);
                self.calls.forgets += 1;
                self.wrote(&forget.counter, units, now_ms);
                Reply::Forgotten
            }
            Asked::Take(take) => {
                let before = self.buckets.get(&take.bucket).copied();
                let after = take.from(before);
                if let Some(after) = after {
                    self.buckets.insert(take.bucket.clone(), after);
                }
                self.calls.takes += 1;
                self.wrote(&take.bucket, 1, now_ms);
                Reply::Taken(Taken { taken: after.is_some(), before })
            }
        }
    }

    /// The most writes, and the most write units, that one item took in one second.
    pub(crate) fn busiest(&self) -> [u64; 2] {
        let most =
            |at: usize| self.busy.values().map(|(_, running, most)| running[at].max(most[at])).max().unwrap_or(0);
        [most(0), most(1)]
    }

    fn wrote(&mut self, item: &str, units: u64, now_ms: i64) {
        self.calls.write_units += units;
        let second = now_ms.div_euclid(1_000);
        let (running_second, running, most) = self.busy.entry(item.to_owned()).or_default();
        if *running_second != second {
            *most = [most[0].max(running[0]), most[1].max(running[1])];
            (*running_second, *running) = (second, [0, 0]);
        }
        running[0] += 1;
        running[1] += units;
    }
}

/// Write units of one change: an item of 160 bytes, and for each mark a name of 12 and a number of 9.
fn units(standing: &Standing) -> u64 {
    (160 + 21 * standing.marks.len() as u64).div_ceil(1_024)
}

//! What an answer is made of, added up while it is read: a tenant may have thousands of keys, and has few routes.

use std::collections::BTreeMap;

use usage::{Hour, RecordKey, StatusClass, Totals, UsageRecord};

/// Counts by hour, route and class, whoever's they are.
#[derive(Default)]
pub(crate) struct Sums(BTreeMap<(Hour, String, StatusClass), Totals>);

impl Sums {
    pub(crate) fn add(&mut self, UsageRecord { key, totals }: &UsageRecord) {
        self.0.entry((key.hour, key.route.clone(), key.class)).or_default().merge(totals);
    }

    /// Records of nobody, by hour, route and class.
    pub(crate) fn into_records(self) -> Vec<UsageRecord> {
        let record = |((hour, route, class), totals)| {
            let [tenant, key, plan, stage] = [const { String::new() }; 4];
            UsageRecord { key: RecordKey { tenant, key, plan, stage, route, class, hour }, totals }
        };
        self.0.into_iter().map(record).collect()
    }
}

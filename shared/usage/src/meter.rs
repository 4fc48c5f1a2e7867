//! What a sandbox has counted since it began.

use std::collections::HashMap;

use crate::{Hour, Message, RecordKey, Source, StatusClass, Totals, UsageRecord};

/// How long a text of a record may be, in bytes. A longer one is cut.
const MAX_TEXT_BYTES: usize = 512;

/// As many records as a meter should keep: some 10 MB.
const MAX_RECORDS: usize = 20_000;

/// An answer that a client got.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answered<'a> {
    /// Who is billed.
    pub tenant: &'a str,
    /// The API key's public id.
    pub key: &'a str,
    /// The usage plan.
    pub plan: &'a str,
    /// The stage.
    pub stage: &'a str,
    /// The operation's route key.
    pub route: &'a str,
    /// The status.
    pub status: u16,
    /// Units of quota that it cost.
    pub units: u64,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// Whether it came out of the cache.
    pub cache_hit: bool,
    /// Whether it said that a throttle or quota was used up.
    pub throttled: bool,
}

/// A sandbox's running totals.
///
/// What was told is kept until its hour is over: the next time it is told, it is told as a whole.
#[derive(Debug)]
pub struct Meter {
    source: Source,
    hour: Hour,
    running: HashMap<RecordKey, Running>,
}

#[derive(Debug, Default)]
struct Running {
    totals: Totals,
    /// The requests of the totals that were told last.
    told: u64,
}

impl Meter {
    /// A meter that has counted nothing. `source` is drawn after the sandbox was restored; see [`Source`].
    pub fn new(source: Source) -> Self {
        Meter { source, hour: Hour(0), running: HashMap::new() }
    }

    /// Who counts.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Counts an answer, given at `now_ms`.
    pub fn count(&mut self, answered: &Answered<'_>, now_ms: u64) {
        // A clock that is set back changes no hour that may have been told for the last time and forgotten.
        self.hour = self.hour.max(Hour::at_ms(now_ms));
        let running = self.running.entry(key(answered, self.hour)).or_default();
        let mut one = Totals {
            requests: 1,
            units: answered.units,
            bytes_in: answered.bytes_in,
            bytes_out: answered.bytes_out,
            cache_hits: answered.cache_hit.into(),
            throttled: answered.throttled.into(),
            ..Totals::default()
        };
        one.latency.add(answered.micros);
        running.totals.merge(&one);
    }

    /// How many answers were counted and not told.
    pub fn untold(&self) -> u64 {
        self.running.values().map(|running| running.totals.requests - running.told).sum()
    }

    /// Messages with the totals that have changed since they were told, and what each tells.
    pub fn messages(&self) -> Vec<(String, Vec<UsageRecord>)> {
        let changed = self.running.iter().filter(|(_, running)| running.totals.requests > running.told);
        let record =
            |(key, running): (&RecordKey, &Running)| UsageRecord { key: key.clone(), totals: running.totals.clone() };
        Message::write(self.source, changed.map(record).collect())
    }

    /// Notes that these were told: their message was taken by the queue.
    pub fn told(&mut self, records: &[UsageRecord]) {
        for record in records {
            if let Some(running) = self.running.get_mut(&record.key) {
                running.told = running.told.max(record.totals.requests);
            }
        }
        let hour = self.hour;
        self.running.retain(|key, running| key.hour == hour || running.totals.requests > running.told);
    }

    /// Whether it keeps more than is good, and all of it was told: another meter, of another identity, may take its place.
    pub fn is_full(&self) -> bool {
        self.running.len() > MAX_RECORDS && self.untold() == 0
    }
}

fn key(answered: &Answered<'_>, hour: Hour) -> RecordKey {
    RecordKey {
        tenant: cut(answered.tenant),
        key: cut(answered.key),
        plan: cut(answered.plan),
        stage: cut(answered.stage),
        route: cut(answered.route),
        class: StatusClass::of(answered.status),
        hour,
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = 3_600_000;

    fn count(meter: &mut Meter, route: &str, now_ms: u64) {
        meter.count(&Answered { tenant: "acme", route, status: 200, units: 2, ..Answered::default() }, now_ms);
    }

    fn told(meter: &mut Meter) -> Vec<(String, u64)> {
        let mut told = Vec::new();
        for (_, records) in meter.messages() {
            meter.told(&records);
            told.extend(records.into_iter().map(|record| (record.key.route, record.totals.units)));
        }
        told.sort();
        told
    }

    #[test]
    fn what_changed_is_told_as_a_whole() {
        let mut meter = Meter::new(Source(1));
        count(&mut meter, "a", 5);
        count(&mut meter, "a", 6);
        count(&mut meter, "b", 7);
        assert_eq!(meter.untold(), 3);
        assert_eq!(told(&mut meter), [("a".to_owned(), 4), ("b".to_owned(), 2)]);
        assert_eq!((meter.untold(), told(&mut meter)), (0, Vec::new()));
        count(&mut meter, "a", 8);
        assert_eq!(told(&mut meter), [("a".to_owned(), 6)]);
    }

    #[test]
    fn what_could_not_be_sent_goes_with_the_next() {
        let mut meter = Meter::new(Source(1));
        count(&mut meter, "a", 5);
        let lost = meter.messages();
        count(&mut meter, "a", HOUR_MS);
        assert_eq!(lost.len(), 1);
        assert_eq!(told(&mut meter), [("a".to_owned(), 2), ("a".to_owned(), 2)], "one for each hour");
    }

    #[test]
    fn an_hour_that_was_told_and_is_over_is_forgotten_and_does_not_begin_again() {
        let mut meter = Meter::new(Source(1));
        count(&mut meter, "a", HOUR_MS);
        told(&mut meter);
        count(&mut meter, "a", 2 * HOUR_MS);
        told(&mut meter);
        assert_eq!(meter.running.len(), 1);
        // The clock is set back.
        count(&mut meter, "a", HOUR_MS);
        assert_eq!(told(&mut meter), [("a".to_owned(), 4)]);
    }

    #[test]
    fn a_meter_is_full_when_all_of_much_was_told() {
        let mut meter = Meter::new(Source(1));
        for number in 0..=MAX_RECORDS {
            count(&mut meter, &number.to_string(), 5);
        }
        assert!(!meter.is_full());
        told(&mut meter);
        assert!(meter.is_full());
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut(&"é".repeat(400)).len(), 512);
        assert_eq!(cut(&format!("a{}", "é".repeat(400))).len(), 511);
    }
}

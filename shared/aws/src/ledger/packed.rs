//! Records as bytes: a byte for the version, then postcard. Of sorted records, neighbours share most of their texts; each
//! says only what differs from the one before.

use serde::{Deserialize, Serialize};
use usage::{Entry, Histogram, Hour, RecordKey, Source, StatusClass, Totals, UsageRecord};

/// The version that is written and read.
const VERSION: u8 = 1;

/// As long as a part may become: an item has 400 KB at most, and the next record is longer than none that a message carries.
const MAX_PART_BYTES: usize = 300_000;

/// A record after another.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// Tenant, key, plan, stage, route: none where it is as before.
    texts: [Option<String>; 5],
    class: u8,
    hour: u32,
    /// Requests, units, bytes in and out, cache hits, throttled.
    counts: [u64; 6],
    latency: Histogram,
}

/// An entry's bytes.
pub(super) fn entry(entry: &Entry) -> Option<Vec<u8>> {
    let record = packed(&entry.record, None);
    postcard::to_extend(&(entry.source.0, record), vec![VERSION]).ok()
}

/// An entry by its bytes.
pub(super) fn read_entry(bytes: &[u8]) -> Option<Entry> {
    let (source, record): (u64, Packed) = postcard::from_bytes(rest(bytes)?).ok()?;
    Some(Entry { source: Source(source), record: first(record)? })
}

/// Records in parts that an item has room for.
pub(super) fn pack(records: &[UsageRecord]) -> Option<Vec<Vec<u8>>> {
    let mut parts = Vec::new();
    let (mut part, mut before) = (vec![VERSION], None);
    for record in records {
        part = postcard::to_extend(&packed(record, before), part).ok()?;
        before = Some(record);
        if part.len() > MAX_PART_BYTES {
            parts.push(std::mem::replace(&mut part, vec![VERSION]));
            before = None;
        }
    }
    if part.len() > 1 {
        parts.push(part);
    }
    Some(parts)
}

/// Shows each record of a part, in order. One record is overwritten again and again: most of its texts stay as they are.
pub(super) fn visit(bytes: &[u8], show: &mut impl FnMut(&UsageRecord)) -> Option<()> {
    let mut rest = rest(bytes)?;
    let mut last: Option<UsageRecord> = None;
    while !rest.is_empty() {
        let (packed, after) = postcard::take_from_bytes(rest).ok()?;
        let record = match last.take() {
            None => first(packed)?,
            Some(mut record) => {
                overwrite(&mut record, packed);
                record
            }
        };
        show(&record);
        (last, rest) = (Some(record), after);
    }
    Some(())
}

fn rest(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split_first().filter(|(version, _)| **version == VERSION).map(|(_, rest)| rest)
}

fn texts(key: &RecordKey) -> [&String; 5] {
    [&key.tenant, &key.key, &key.plan, &key.stage, &key.route]
}

fn packed(record: &UsageRecord, before: Option<&UsageRecord>) -> Packed {
    let UsageRecord { key, totals } = record;
    let mut differing = texts(key).map(|text| Some(text.clone()));
    if let Some(before) = before {
        for (text, before) in differing.iter_mut().zip(texts(&before.key)) {
            *text = text.take().filter(|text| text != before);
        }
    }
    Packed {
        texts: differing,
        class: key.class.0,
        hour: key.hour.0,
        counts: [totals.requests, totals.units, totals.bytes_in, totals.bytes_out, totals.cache_hits, totals.throttled],
        latency: totals.latency.clone(),
    }
}

/// A record that says all of itself.
fn first(packed: Packed) -> Option<UsageRecord> {
    if packed.texts.iter().any(Option::is_none) {
        return None;
    }
    let [tenant, key, plan, stage, route] = [const { String::new() }; 5];
    let key = RecordKey { tenant, key, plan, stage, route, class: StatusClass(0), hour: Hour(0) };
    let mut record = UsageRecord { key, totals: Totals::default() };
    overwrite(&mut record, packed);
    Some(record)
}

/// Makes of a record the one after it.
fn overwrite(record: &mut UsageRecord, packed: Packed) {
    let RecordKey { tenant, key, plan, stage, route, class, hour } = &mut record.key;
    for (text, own) in [tenant, key, plan, stage, route].into_iter().zip(packed.texts) {
        if let Some(own) = own {
            *text = own;
        }
    }
    (*class, *hour) = (StatusClass(packed.class), Hour(packed.hour));
    let [requests, units, bytes_in, bytes_out, cache_hits, throttled] = packed.counts;
    record.totals = Totals { requests, units, bytes_in, bytes_out, cache_hits, throttled, latency: packed.latency };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, route: &str, requests: u64) -> UsageRecord {
        let mut totals = Totals { requests, units: 3, bytes_in: 5, bytes_out: 7, cache_hits: 1, ..Totals::default() };
        totals.latency.add(1_234);
        let key = RecordKey {
            tenant: "acme".to_owned(),
            key: key.to_owned(),
            plan: "gold".to_owned(),
            stage: String::new(),
            route: route.to_owned(),
            class: StatusClass(2),
            hour: Hour(498_669),
        };
        UsageRecord { key, totals }
    }

    fn unpack(bytes: &[u8]) -> Option<Vec<UsageRecord>> {
        let mut records = Vec::new();
        visit(bytes, &mut |record| records.push(record.clone())).map(|()| records)
    }

    #[test]
    fn records_are_read_as_they_were_packed() {
        let keys = (0..300).map(|number| format!("key-{number:04}"));
        let records: Vec<_> =
            keys.flat_map(|key| (0..50).map(move |route| record(&key, &format!("GET /{route}"), route))).collect();
        let parts = pack(&records).unwrap();
        let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert!(sizes.len() > 1 && sizes.iter().all(|size| *size < 400_000), "{sizes:?}");
        let read: Vec<_> = parts.iter().flat_map(|part| unpack(part).unwrap()).collect();
        assert!(read == records);
        assert_eq!(pack(&[]), Some(Vec::new()));
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let whole = Entry { source: Source(u64::MAX), record: record("k", "GET /a", 5) };
        let bytes = entry(&whole).unwrap();
        assert_eq!(read_entry(&bytes), Some(whole));
        for end in 0..bytes.len() {
            assert_eq!(read_entry(&bytes[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn what_is_no_part_is_none() {
        let part = pack(&[record("a", "GET /a", 1), record("a", "GET /b", 1)]).unwrap().remove(0);
        assert!(unpack(&part).is_some());
        // A record that says "as before" where none was before.
        let second = pack(&[record("a", "GET /a", 1)]).unwrap().remove(0).len();
        assert_eq!(unpack(&[&part[..1], &part[second..]].concat()), None);
        for no in [&[][..], &[2], &[1, 0, 0], &[0]] {
            assert_eq!(unpack(no), None, "{no:?}");
        }
    }
}
